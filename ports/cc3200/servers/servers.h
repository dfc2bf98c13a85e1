// What telnet and FTP share: both start, stop and are configured together, as network.Server presents them. Their
// sessions are clients of the task that waits for sockets (nwp/wait.h).
#ifndef CC3200_SERVERS_SERVERS_H
#define CC3200_SERVERS_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chip/memory.h"
#include "nwp/tcp.h"
#include "servers/login.h"

#define SERVERS_TIMEOUT_DEFAULT_S 300u
#define SERVERS_TIMEOUT_MIN_S 5u
#define SERVERS_TIMEOUT_MAX_S (UINT32_MAX / 1000u)

// The servers as they are from the factory, and off.
void servers_init(void);

// Let in who is let in from the factory: micro, python.
void servers_default_login(void);

// Set who may log in. False when one is longer than LOGIN_LENGTH_MAX bytes; nothing is changed then.
RESULT_MATTERS bool servers_set_login(
    const char *user, size_t user_length, const char *password, size_t password_length);

// After how many seconds without input a session is closed.
void servers_set_timeout(uint32_t seconds);
uint32_t servers_timeout(void);

// Switch both on or off, and wait until that is done. Sessions are closed when they go off.
void servers_start(void);
void servers_stop(void);

// Whether they are switched on, and whether both take clients, or would but for servers_give_up_listener.
bool servers_wanted(void);
bool servers_running(void);

// How long a client may take from its coming to its login, whatever it sends.
#define SERVERS_LOGIN_MS 60000u

// For the sessions, in the task that waits for sockets: who may log in, and for how long a session may be idle.
login_t *servers_login(void);
uint32_t servers_idle_ms(void);

typedef enum {
    SERVERS_FTP,
    SERVERS_TELNET,
    SERVERS_COUNT,
} server_t;

// A server's listener, TCP_NONE when it has none now; to be waited for with the others, which opens it when it is to be;
// and closed. servers_await returns after how many milliseconds to come back (WAIT_FOREVER_MS: when there is something).
int servers_listener(server_t server);
uint32_t servers_await(server_t server, tcp_interest_t *interest);
void servers_close(server_t server);

// Sockets are few, and a listener has two. While FTP needs one for data, listeners are given up, one a call, FTP's own
// first: nobody could begin a session with it meanwhile. False: none is left. They come back after servers_take_back.
RESULT_MATTERS bool servers_give_up_listener(void);
void servers_take_back(void);

#endif // CC3200_SERVERS_SERVERS_H
