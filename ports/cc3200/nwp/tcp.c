// Non-blocking TCP for the servers' task (see tcp.h). Error codes: drivers/cc3100/inc/socket.h.

#include "nwp/tcp.h"

#include <string.h>

#include "FreeRTOS.h"
#include "task.h"

#include "simplelink.h"
#include "protocol.h" // for driver.h
#include "driver.h"

#include "chip/memory.h"
#include "nwp/buffers.h"
#include "nwp/processor.h"
#include "rtos/sync.h"

_Static_assert(TCP_NONE == TCP_NOT_NOW, "a connection that was refused is none");

// Descriptors of the network processor start at 0, ours at 1, so that 0 can say "not now".
#define TO_NETWORK(socket) ((_i16)((socket) - 1))
#define FROM_NETWORK(socket) ((int)(socket) + 1)

// The network processor moves at most this much of a TCP stream at once (socket.h, SL_SOCKET_PAYLOAD_TYPE_TCP_IPV4).
#define TCP_PAYLOAD_MAX 1460

int tcp_set_non_blocking(int16_t descriptor) {
    SlSockNonblocking_t option = {.NonblockingEnabled = 1};
    return sl_SetSockOpt(descriptor, SL_SOL_SOCKET, SL_SO_NONBLOCKING, &option, sizeof(option));
}

// ---- packet buffers (buffers.h)

_Static_assert(BUFFERS_SOCKETS == SL_MAX_SOCKETS, "one entry a socket");

static buffers_t buffers LOW_RAM;
static sync_t buffers_lock = SYNC_GIVEN; // from the look to the end of the send that it allowed
static uint32_t buffers_asked_ms;

void tcp_opened(int16_t descriptor, bool guest) {
    sync_take(&buffers_lock, true);
    buffers_open(&buffers, descriptor & BSD_SOCKET_ID_MASK, guest);
    sync_give(&buffers_lock);
}

void tcp_trust(int socket) {
    sync_take(&buffers_lock, true);
    buffers.guests &= (uint8_t)~tcp_bit(socket);
    sync_give(&buffers_lock);
}

ONE_COPY static bool may_send(unsigned socket) {
    uint32_t now_ms = xTaskGetTickCount();
    buffers_look(&buffers, g_pCB->FlowContCB.TxPoolCnt, now_ms);
    return buffers_may_send(&buffers, socket, now_ms);
}

void tcp_ask_life(int socket) {
    sync_take(&buffers_lock, true);
    may_send(0); // looks: what has been acknowledged before is no answer
    buffers.heard &= (uint8_t)~tcp_bit(socket);
    sync_give(&buffers_lock);
}

int tcp_life(int socket) {
    uint32_t bit = tcp_bit(socket);
    sync_take(&buffers_lock, true);
    may_send(0);
    int life = buffers.heard & bit                                                            ? 1
        : (buffers.silent & bit) || buffers.sent[TO_NETWORK(socket) & BSD_SOCKET_ID_MASK] > 0 ? TCP_LOST
                                                                                              : TCP_NOT_NOW;
    sync_give(&buffers_lock);
    return life;
}

int tcp_transmit(int16_t descriptor, const void *data, int16_t length) {
    unsigned socket = descriptor & BSD_SOCKET_ID_MASK;
    int sent = SL_EAGAIN;
    sync_take(&buffers_lock, true);
    bool may = may_send(socket);
    uint32_t now_ms = xTaskGetTickCount();
    if (!may && now_ms - buffers_asked_ms >= buffers_next_look_ms(&buffers, 1u << socket)) {
        // Any answer of the network processor's tells how many are free; a send has none.
        buffers_asked_ms = now_ms;
        may = tcp_set_non_blocking(descriptor) >= 0 && may_send(socket);
    }
    if (may) {
        sent = sl_Send(descriptor, data, length, 0);
        if (sent > 0) {
            buffers_sent(&buffers, socket);
        }
    }
    sync_give(&buffers_lock);
    return sent;
}

// Of sockets, by bit, those that may send.
static uint32_t who_may_send(uint32_t sockets) {
    sync_take(&buffers_lock, true);
    for (unsigned socket = 0; socket < SL_MAX_SOCKETS; socket++) {
        uint32_t bit = 1u << socket;
        if ((sockets & bit) && !may_send(socket)) {
            sockets &= ~bit;
        }
    }
    sync_give(&buffers_lock);
    return sockets;
}

// ----

static struct {
    uint32_t start; // of the network processor: a restart closes all
    uint8_t sockets[SL_MAX_SOCKETS]; // descriptors, and one more
} unclosed LOW_RAM;

void tcp_close_descriptor(int16_t descriptor) {
    if (unclosed.start != processor_starts()) {
        memset(&unclosed, 0, sizeof(unclosed));
        unclosed.start = processor_starts();
    }
    _i16 result = sl_Close(descriptor);
    unclosed.sockets[descriptor & BSD_SOCKET_ID_MASK] = result < 0 && result != SL_EBADF ? (uint8_t)(descriptor + 1)
                                                                                         : 0;
}

static void close_unclosed(void) {
    for (unsigned socket = 0; socket < SL_MAX_SOCKETS; socket++) {
        if (unclosed.sockets[socket] > 0 && unclosed.start == processor_starts()) {
            tcp_close_descriptor((int16_t)(unclosed.sockets[socket] - 1));
        }
    }
}

int tcp_listen(uint16_t port) {
    close_unclosed();
    SlSockAddrIn_t address = {.sin_family = SL_AF_INET, .sin_port = __builtin_bswap16(port)};
    _i16 opened = sl_Socket(SL_AF_INET, SL_SOCK_STREAM, SL_IPPROTO_TCP);
    if (opened < 0) {
        return TCP_NONE;
    }
    int socket = FROM_NETWORK(opened);
    if (tcp_set_non_blocking(opened) < 0 || sl_Bind(opened, (SlSockAddr_t *)&address, sizeof(address)) < 0
        || sl_Listen(opened, 1) < 0) {
        tcp_close(&socket);
    }
    return socket;
}

int tcp_accept(int listener, tcp_address_t *peer, const char *refusal) {
    SlSockAddrIn_t address = {0};
    SlSocklen_t length = sizeof(address);
    _i16 accepted = sl_Accept(TO_NETWORK(listener), (SlSockAddr_t *)&address, &length);
    if (accepted < 0) {
        return accepted == SL_EAGAIN ? TCP_NOT_NOW : TCP_LOST;
    }
    int socket = FROM_NETWORK(accepted);
    *peer = address.sin_addr.s_addr;
    tcp_opened(accepted, true);
    bool kept = tcp_set_non_blocking(accepted) >= 0;
    if (kept && refusal != NULL) {
        tcp_refuse(&socket, refusal);
    } else if (!kept) {
        tcp_close(&socket);
    }
    return socket; // TCP_NONE says TCP_NOT_NOW too
}

void tcp_refuse(int *socket, const char *text) {
    tcp_send(*socket, text, strlen(text));
    tcp_close(socket);
}

int tcp_send(int socket, const void *data, size_t length) {
    if (socket == TCP_NONE) {
        return TCP_LOST;
    }
    _i16 piece = (_i16)(length < TCP_PAYLOAD_MAX ? length : TCP_PAYLOAD_MAX);
    int sent = tcp_transmit(TO_NETWORK(socket), data, piece);
    if (sent == SL_EAGAIN) {
        return TCP_NOT_NOW;
    }
    return sent >= 0 ? sent : TCP_LOST;
}

int tcp_receive(int socket, void *data, size_t room) {
    _i16 piece = (_i16)(room < TCP_PAYLOAD_MAX ? room : TCP_PAYLOAD_MAX);
    _i16 received = sl_Recv(TO_NETWORK(socket), data, piece, 0);
    if (received == SL_EAGAIN) {
        return TCP_NOT_NOW;
    }
    if (received == 0) {
        return TCP_CLOSED;
    }
    return received > 0 ? received : TCP_LOST;
}

void tcp_input_clear(tcp_input_t *input) {
    input->at = input->length = 0;
}

bool tcp_input_waiting(const tcp_input_t *input) {
    return input->at < input->length;
}

uint8_t tcp_input_take(tcp_input_t *input) {
    return input->data[input->at++];
}

int tcp_input_fill(tcp_input_t *input, int socket) {
    int got = tcp_receive(socket, input->data, sizeof(input->data));
    input->at = 0;
    input->length = got > 0 ? (uint8_t)got : 0;
    return got;
}

void tcp_close(int *socket) {
    if (*socket != TCP_NONE) {
        tcp_close_descriptor(TO_NETWORK(*socket));
        *socket = TCP_NONE;
    }
}

uint32_t tcp_bit(int socket) {
    return socket != TCP_NONE ? TCP_BIT(TO_NETWORK(socket)) : 0;
}

uint32_t tcp_time_left(uint32_t start_ms, uint32_t wait_ms, uint32_t now_ms) {
    uint32_t passed = now_ms - start_ms;
    return passed < wait_ms ? wait_ms - passed : 0;
}

bool tcp_wait(tcp_interest_t *interest, uint32_t timeout_ms) {
    uint32_t may_send = who_may_send(interest->send);
    uint32_t waiting = interest->send & ~may_send;
    if (waiting != 0) {
        uint32_t look = buffers_next_look_ms(&buffers, waiting);
        timeout_ms = timeout_ms < look ? timeout_ms : look;
    }
    SlFdSet_t receive = {.fd_array = {interest->receive}};
    SlFdSet_t send = {.fd_array = {may_send}};
    // The host driver turns microseconds into units of 1024 of them (socket.c, sl_Select).
    struct SlTimeval_t timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = (timeout_ms % 1000) * 1024};
    _i16 ready = sl_Select(SL_MAX_SOCKETS, &receive, &send, NULL, &timeout);
    if (ready < 0) {
        return false;
    }
    interest->receive = ready > 0 ? receive.fd_array[0] : 0;
    interest->send = ready > 0 ? send.fd_array[0] : 0;
    return true;
}
