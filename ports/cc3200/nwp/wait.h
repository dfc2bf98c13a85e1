// The one wait for sockets. The network processor handles one select at a time, so one task waits for all of them, and
// whoever has sockets (telnet, FTP, Python programs) is a client of that task.
#ifndef CC3200_NWP_WAIT_H
#define CC3200_NWP_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "nwp/tcp.h"

#define WAIT_FOREVER_MS UINT32_MAX

// A client: both functions are called in the task of this room, by turns.
typedef struct {
    // Before a wait: add to interest what to wait for, and return for how long at most (ms). usable: false while the
    // network processor does not run or is about to restart. Its sockets are to be closed then, or are gone.
    uint32_t (*prepare)(bool usable, tcp_interest_t *interest, uint32_t now_ms);
    // After it: move on whatever can move. ready: what of all interests is ready.
    void (*serve)(const tcp_interest_t *ready, uint32_t now_ms);
} wait_client_t;

// Create the task. clients: count of them, which stay.
void wait_init(const wait_client_t *const *clients, unsigned count);

// Have the task ask its clients anew, as soon as its present wait is over.
void wait_wake(void);

// The same, and wait until it has asked all of them. Not for the task itself.
void wait_apply(void);

// Around a restart of the network processor: returns when every client knows that its sockets are not usable, or again.
void wait_suspend(void);
void wait_resume(void);

// Look which of these are ready, in the caller's task. The host driver gives the next select to the task of higher
// priority, so the other task keeps out of the way meanwhile. False, and nothing is changed, as tcp_wait.
RESULT_MATTERS bool wait_look(tcp_interest_t *interest);

#endif // CC3200_NWP_WAIT_H
