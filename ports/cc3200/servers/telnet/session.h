// The telnet server: one session at a time, whose typed bytes go to the interpreter's prompt and whose screen shows
// what the interpreter prints.
#ifndef CC3200_SERVERS_TELNET_SESSION_H
#define CC3200_SERVERS_TELNET_SESSION_H

#include "console.h"
#include "nwp/wait.h"

// What the task that waits for sockets has to know of it.
extern const wait_client_t telnet_client;

// The session as a terminal of the console. A client that takes nothing of what is printed for 5 s loses it.
extern const console_terminal_t telnet_terminal;

#endif // CC3200_SERVERS_TELNET_SESSION_H
