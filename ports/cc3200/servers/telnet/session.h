// The telnet server: one session at a time, whose typed bytes go to the interpreter's prompt and whose screen shows
// what the interpreter prints.
#ifndef CC3200_SERVERS_TELNET_SESSION_H
#define CC3200_SERVERS_TELNET_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nwp/wait.h"

// What the task that waits for sockets has to know of it.
extern const wait_client_t telnet_client;

// For the interpreter: a typed byte or -1, whether one waits, and output. terminal_write blocks while the client is
// slow; one that takes nothing for 5 s loses its session.
int telnet_terminal_read(void);
bool telnet_terminal_waiting(void);
void telnet_terminal_write(const char *text, size_t length);

#endif // CC3200_SERVERS_TELNET_SESSION_H
