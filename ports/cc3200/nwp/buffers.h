// The network processor's packet buffers, which all sockets share: who may take the next one. What is sent keeps its buffer
// until the peer acknowledges it, or until TCP gives up after minutes, even when the socket has been closed meanwhile; so a
// peer that does not read must not get more than its share. Pure: no socket, RTOS or hardware.
//
// Only how many are free is told, not who holds the others. As long as peers acknowledge, a socket may have
// BUFFERS_UNDER_WAY; every BUFFERS_MIX_MS all wait until none is. Those that nobody acknowledged for BUFFERS_STUCK_MS
// are stuck; while some are, sockets send in turn, one buffer at a time. So it is plain whose is not acknowledged, and that
// socket stops.
#ifndef CC3200_NWP_BUFFERS_H
#define CC3200_NWP_BUFFERS_H

#include <stdbool.h>
#include <stdint.h>

#define BUFFERS_SOCKETS 8

// A receiver acknowledges every second segment at once (RFC 1122 section 4.2.3.2): more would gain little.
#define BUFFERS_UNDER_WAY 2
#define BUFFERS_MIX_MS 50u
#define BUFFERS_STUCK_MS 500u
// Who sent last leaves the others this long to look whether they may send.
#define BUFFERS_TURN_MS 6u
#define BUFFERS_SLOW_LOOK_MS 25u

// All zero is a start.
typedef struct {
    uint8_t all; // the most that were ever free
    uint8_t held; // not free
    uint8_t stuck; // of these, by peers that do not acknowledge
    uint8_t peak; // the most that were stuck since none was
    uint8_t fewest; // held since since_ms
    uint8_t guests; // sockets by bit: of who has not logged in
    uint8_t silent; // known not to acknowledge
    uint8_t heard; // has acknowledged something since this was cleared
    uint8_t last; // sent last
    bool busy; // more is held than is stuck
    uint8_t sent[BUFFERS_SOCKETS]; // at most so many of it are under way
    uint32_t since_ms; // while busy: the start of the watch for stuck ones; else when that ended
} buffers_t;

// A socket was opened: what its number stood for before is forgotten. guest: of who has not logged in, which gets one
// buffer, and not the last one that is to be had.
void buffers_open(buffers_t *buffers, unsigned socket, bool guest);

// Take note of how many are free. Call it before buffers_may_send.
void buffers_look(buffers_t *buffers, unsigned available, uint32_t now_ms);

// Whether a socket may send, and that it did.
bool buffers_may_send(const buffers_t *buffers, unsigned socket, uint32_t now_ms);
void buffers_sent(buffers_t *buffers, unsigned socket);

// When to look again whether one of these sockets, by bit, may send, as none of them may now. Peers answer at once, or one
// of them does not at all; while only such are waited for, the processor has better to do.
uint32_t buffers_next_look_ms(const buffers_t *buffers, uint32_t sockets);

#endif // CC3200_NWP_BUFFERS_H
