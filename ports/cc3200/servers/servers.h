// The task that owns telnet and FTP. Both start, stop and are configured together, as network.Server presents them.
#ifndef CC3200_SERVERS_SERVERS_H
#define CC3200_SERVERS_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVERS_TIMEOUT_DEFAULT_S 300u
#define SERVERS_TIMEOUT_MIN_S 5u
#define SERVERS_TIMEOUT_MAX_S (UINT32_MAX / 1000u)

// Create the task; the servers are off.
void servers_init(void);

// Let in who is let in from the factory: micro, python.
void servers_default_login(void);

// Set who may log in. False when one is longer than LOGIN_LENGTH_MAX bytes; nothing is changed then.
bool servers_set_login(const char *user, size_t user_length, const char *password, size_t password_length);

// After how many seconds without input a session is closed.
void servers_set_timeout(uint32_t seconds);
uint32_t servers_timeout(void);

// Switch both on or off, and wait until that is done. Sessions are closed when they go off.
void servers_start(void);
void servers_stop(void);
bool servers_running(void);

// Around a restart of the network processor, which forgets every socket: close all, and open again what was on.
void servers_suspend(void);
void servers_resume(void);

// The interpreter opened or closed a socket: while it has any, the task waits in short pieces.
void servers_note_socket(int descriptor, bool open);

// Around a select of the interpreter's own. The network processor takes one at a time, and the host driver gives the
// next turn to the task of higher priority: the servers' task stands back meanwhile.
void servers_stand_back(void);
void servers_stand_by(void);

// Have the task also watch a socket of the interpreter (the network processor's descriptor, 0 and up): when it can be
// received from or sent to, or has failed, event_signal() is called once and the watch is over.
void servers_watch(int descriptor, bool receive, bool send);

#endif // CC3200_SERVERS_SERVERS_H
