// The telnet server: one session at a time, whose typed bytes go to the interpreter's prompt and whose screen shows
// what the interpreter prints.
#ifndef CC3200_SERVERS_TELNET_SESSION_H
#define CC3200_SERVERS_TELNET_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "servers/login.h"
#include "nwp/tcp.h"

// For the servers' task. telnet_open: false when the port can't be had.
bool telnet_open(login_t *login);
void telnet_close(void);

// What to wait for, and for how long at most.
uint32_t telnet_interest(tcp_interest_t *interest, uint32_t now_ms);

// Move on whatever can move. ready: what tcp_wait left; idle_ms: a session that sends nothing for this long is closed.
void telnet_poll(const tcp_interest_t *ready, uint32_t now_ms, uint32_t idle_ms);

// For the interpreter: a typed byte or -1, whether one waits, and output. terminal_write blocks while the client is
// slow; one that takes nothing for 5 s loses its session.
int telnet_terminal_read(void);
bool telnet_terminal_waiting(void);
void telnet_terminal_write(const char *text, size_t length);

#endif // CC3200_SERVERS_TELNET_SESSION_H
