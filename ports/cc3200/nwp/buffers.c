// The network processor's packet buffers (see buffers.h).

#include "nwp/buffers.h"

// How many must stay free: two that the host driver keeps for receiving, one for datagrams; and one more by guests.
#define KEPT_FREE 3

static uint8_t bit(unsigned socket) {
    return (uint8_t)(1u << socket);
}

void buffers_open(buffers_t *buffers, unsigned socket, bool guest) {
    uint8_t others = (uint8_t)~bit(socket);
    buffers->guests = (uint8_t)((buffers->guests & others) | (unsigned)guest << socket);
    buffers->silent &= others;
    buffers->last &= others;
    buffers->sent[socket] = 0;
}

// What is held beyond the stuck ones has been for long, so it is stuck too. Whose it is: a socket surely has some of it if
// all others together can't have that much under way.
static void find_silent(buffers_t *buffers, unsigned fresh, unsigned under_way) {
    for (unsigned socket = 0; socket < BUFFERS_SOCKETS; socket++) {
        if (buffers->sent[socket] > 0 && buffers->sent[socket] + fresh > under_way) {
            buffers->silent |= bit(socket);
        }
        buffers->sent[socket] = 0;
    }
    buffers->stuck = buffers->held;
    if (buffers->stuck > buffers->peak) {
        buffers->peak = buffers->stuck;
    }
}

void buffers_look(buffers_t *buffers, unsigned available, uint32_t now_ms) {
    if (available > buffers->all) {
        buffers->all = (uint8_t)available;
    }
    buffers->held = (uint8_t)(buffers->all - available);
    bool busy = buffers->held > buffers->stuck;
    unsigned fresh = busy ? buffers->held - buffers->stuck : 0;
    unsigned under_way = 0; // at most
    for (unsigned socket = 0; socket < BUFFERS_SOCKETS; socket++) {
        if (buffers->sent[socket] > fresh) {
            buffers->sent[socket] = (uint8_t)fresh;
            buffers->heard |= bit(socket);
            buffers->silent &= (uint8_t)(busy ? 0xff : ~bit(socket));
        }
        under_way += buffers->sent[socket];
    }
    if (busy != buffers->busy || buffers->held < buffers->fewest) {
        buffers->fewest = buffers->held;
    }
    if (busy != buffers->busy) {
        buffers->busy = busy;
        buffers->since_ms = now_ms;
    }
    if (!busy) {
        buffers->stuck = buffers->held;
        if (buffers->stuck == 0) {
            buffers->silent = buffers->peak = 0;
        }
    } else if (now_ms - buffers->since_ms > BUFFERS_STUCK_MS) {
        if (buffers->held == buffers->fewest) {
            find_silent(buffers, fresh, under_way);
        }
        buffers->busy = false; // the watch begins anew
        buffers->since_ms = now_ms;
    }
}

// Whether so few are left that who has logged in, or a guest, gets none.
static bool runs_short(const buffers_t *buffers, bool guest) {
    return buffers->held > 0 && buffers->all - buffers->held <= KEPT_FREE + (int)guest;
}

bool buffers_may_send(const buffers_t *buffers, unsigned socket, uint32_t now_ms) {
    bool guest = buffers->guests & bit(socket);
    if (runs_short(buffers, guest)) {
        return false;
    }
    if (buffers->stuck == 0) {
        return buffers->sent[socket] < (guest ? 1 : BUFFERS_UNDER_WAY)
            && (!buffers->busy || now_ms - buffers->since_ms <= BUFFERS_MIX_MS);
    }
    if (buffers->held > buffers->stuck || ((buffers->silent & bit(socket)) && buffers->held >= buffers->peak)) {
        return false;
    }
    return buffers->last != bit(socket) || now_ms - buffers->since_ms >= BUFFERS_TURN_MS;
}

void buffers_sent(buffers_t *buffers, unsigned socket) {
    buffers->last = bit(socket);
    buffers->sent[socket]++;
}

uint32_t buffers_next_look_ms(const buffers_t *buffers, uint32_t sockets) {
    if (buffers->stuck == 0) {
        return 1;
    }
    uint32_t hopeless = buffers->silent;
    if (buffers->held == buffers->stuck) {
        hopeless |= runs_short(buffers, false) ? UINT32_MAX : runs_short(buffers, true) ? buffers->guests : 0;
    }
    return sockets & ~hopeless ? BUFFERS_TURN_MS - 1 : BUFFERS_SLOW_LOOK_MS;
}
