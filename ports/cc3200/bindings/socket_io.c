// Socket operations that may have to wait (see socket_io.h).

#include "bindings/socket_io.h"

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"

#include "FreeRTOS.h"
#include "task.h"

#include "rtos/event.h"
#include "chip/memory.h"

// What fits into one packet buffer (socket.c of the host driver, which would cut more into two).
#define STREAM_PIECE_MAX 1460
#define SECURE_PIECE_MAX 1386
// A wait looks again after this long even when nobody called: 2 ms at first, doubling.
#define FIRST_LOOK_MS 2u
#define LAST_LOOK_MS 512u

int socket_error(int result) {
    switch (result) {
        case SL_ENSOCK:
            return MP_ENOMEM; // all eight are in use
        case SL_SOC_ERROR:
            return MP_EIO;
        default:
            return -result;
    }
}

void socket_raise(int result) {
    mp_raise_OSError(socket_error(result));
}

int socket_checked(int result) {
    if (result < 0) {
        socket_raise(result);
    }
    return result;
}

bool socket_is_open(const socket_object_t *self) {
    return self->descriptor >= 0 && self->start == processor_starts();
}

ONE_COPY bool socket_enter(const socket_object_t *self) {
    return network_enter() && socket_is_open(self);
}

// ---- as a client of the task that waits for sockets

// What a wait is limited to: while the interpreter waits for sockets, and while it has some.
#define WATCH_WAIT_MS 10u
#define SOCKETS_WAIT_MS 25u

static struct {
    tcp_interest_t watched; // changed with interrupts off
    volatile uint32_t open; // by TCP_BIT
} sockets LOW_RAM;

static void forget(uint32_t receive, uint32_t send) {
    taskENTER_CRITICAL();
    bool any = (sockets.watched.receive & receive) || (sockets.watched.send & send);
    sockets.watched.receive &= ~receive;
    sockets.watched.send &= ~send;
    taskEXIT_CRITICAL();
    if (any) {
        event_signal();
    }
}

static uint32_t prepare(bool usable, tcp_interest_t *interest, uint32_t now_ms) {
    (void)now_ms;
    if (!usable) {
        // All sockets are gone: who waits for one finds out by trying.
        sockets.open = 0;
        forget(UINT32_MAX, UINT32_MAX);
        return WAIT_FOREVER_MS;
    }
    *interest = sockets.watched;
    if (interest->receive | interest->send) {
        return WATCH_WAIT_MS;
    }
    return sockets.open != 0 ? SOCKETS_WAIT_MS : WAIT_FOREVER_MS;
}

static void serve(const tcp_interest_t *ready, uint32_t now_ms) {
    (void)now_ms;
    forget(ready->receive, ready->send);
}

const wait_client_t socket_client = {prepare, serve};

void socket_note(int descriptor, bool open) {
    uint32_t bit = TCP_BIT(descriptor);
    if (open) {
        tcp_opened((int16_t)descriptor, false);
    }
    taskENTER_CRITICAL();
    sockets.open = open ? sockets.open | bit : sockets.open & ~bit;
    sockets.watched.receive &= ~bit;
    sockets.watched.send &= ~bit;
    taskEXIT_CRITICAL();
}

void socket_watch(const socket_object_t *self, bool receive, bool send) {
    uint32_t bit = TCP_BIT(self->descriptor);
    taskENTER_CRITICAL();
    sockets.watched.receive |= receive ? bit : 0;
    sockets.watched.send |= send ? bit : 0;
    taskEXIT_CRITICAL();
    wait_wake();
}

// ---- operations

// Try once. address: the peer's, NULL where it is not asked for. Returns what the host driver does.
ONE_COPY static int attempt(
    const socket_object_t *self, socket_operation_t operation, void *data, _i16 length, SlSockAddrIn_t *address) {
    SlSockAddr_t *peer = (SlSockAddr_t *)address;
    SlSocklen_t peer_length = sizeof(*address);
    switch (operation) {
        case SOCKET_ACCEPT:
            return sl_Accept(self->descriptor, peer, &peer_length);
        case SOCKET_CONNECT:
            return sl_Connect(self->descriptor, peer, sizeof(*address));
        case SOCKET_RECEIVE:
            return peer != NULL ? sl_RecvFrom(self->descriptor, data, length, 0, peer, &peer_length)
                                : sl_Recv(self->descriptor, data, length, 0);
        default:
            return peer != NULL ? sl_SendTo(self->descriptor, data, length, 0, peer, sizeof(*address))
                                : tcp_transmit(self->descriptor, data, length);
    }
}

int socket_perform(
    socket_object_t *self, socket_operation_t operation, void *data, _i16 length, SlSockAddrIn_t *address) {
    uint32_t start_ms = mp_hal_ticks_ms();
    uint32_t look_ms = FIRST_LOOK_MS;
    // A connection whose peer must be verified is not used before connect has said that it is: one that does not wait
    // for it could talk to anybody meanwhile.
    if (self->verify && operation >= SOCKET_RECEIVE) {
        return -MP_ENOTCONN;
    }
    bool in_stream = operation >= SOCKET_RECEIVE && !self->datagram;
    for (;;) {
        int result = in_stream && self->dead ? SL_SOC_ERROR
                                             : SOCKET_CALL(self, attempt(self, operation, data, length, address));
        if (in_stream && result == SL_SOC_ERROR) {
            self->dead = true; // the network processor would take more, and lose it
            return -MP_ECONNRESET;
        }
        if (result != SL_EAGAIN && result != SL_EALREADY) {
            return result;
        }
        if (self->timeout_ms == 0) {
            return result == SL_EAGAIN ? -MP_EAGAIN : -MP_EINPROGRESS;
        }
        uint32_t wait_ms = look_ms;
        if (look_ms < LAST_LOOK_MS) {
            look_ms *= 2;
        }
        if (self->timeout_ms != SOCKET_FOREVER) {
            uint32_t passed = mp_hal_ticks_ms() - start_ms;
            if (passed >= self->timeout_ms) {
                return -MP_ETIMEDOUT;
            }
            wait_ms = MIN(wait_ms, self->timeout_ms - passed);
        }
        bool receive = operation == SOCKET_ACCEPT || operation == SOCKET_RECEIVE;
        socket_watch(self, receive, !receive);
        mp_event_wait_ms(wait_ms);
    }
}

static size_t piece_max(const socket_object_t *self) {
    return self->datagram ? SOCKET_DATAGRAM_MAX : self->secure ? SECURE_PIECE_MAX : STREAM_PIECE_MAX;
}

ONE_COPY int socket_receive(socket_object_t *self, void *data, size_t room, SlSockAddrIn_t *from) {
    size_t piece = MIN(room, piece_max(self));
    int result = piece > 0 ? socket_perform(self, SOCKET_RECEIVE, data, (_i16)piece, from) : 0;
    return result == SL_ESECCLOSED ? 0 : result; // the peer's close_notify: an orderly end
}

int socket_send(socket_object_t *self, const void *data, size_t length, SlSockAddrIn_t *to) {
    if (self->datagram ? length > SOCKET_DATAGRAM_MAX : length == 0) {
        return self->datagram ? -MP_EINVAL : 0;
    }
    return socket_perform(self, SOCKET_SEND, (void *)data, (_i16)MIN(length, piece_max(self)), to);
}
