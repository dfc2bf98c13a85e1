// Non-blocking TCP over the network processor's sockets, for the task that waits for them (wait.h). It closes them before a
// restart, so none of these calls needs the door (processor.h); in other tasks they do.
#ifndef CC3200_NWP_TCP_H
#define CC3200_NWP_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chip/memory.h"

// No socket: what zeroed memory says.
#define TCP_NONE (0)

// Results of tcp_accept, tcp_send and tcp_receive besides a descriptor or a count of bytes.
#define TCP_NOT_NOW (0)
#define TCP_CLOSED (-1) // the peer closed in order
#define TCP_LOST (-2)

// An IPv4 address in network order.
typedef uint32_t tcp_address_t;

// Listen on a port. TCP_NONE when it is taken or there are no sockets left.
RESULT_MATTERS int tcp_listen(uint16_t port);

// Take a waiting connection: its descriptor (above 0, never TCP_NOT_NOW), TCP_NOT_NOW or TCP_LOST. With a text to
// refuse it with, it is sent that and closed: TCP_NOT_NOW.
int tcp_accept(int listener, tcp_address_t *peer, const char *refusal);

// Send a text, whether it is taken or not, and close.
void tcp_refuse(int *socket, const char *text);

// Make a socket one that never blocks: one that blocked would hold the network processor up for all others. It is told
// by the network processor's own descriptor. An error code below 0 when it is refused.
RESULT_MATTERS int tcp_set_non_blocking(int16_t descriptor);

// Each socket has its share of the network processor's packet buffers (buffers.h). A descriptor stands for a new socket.
// guest: of who has not logged in, which tcp_accept supposes of its own; tcp_trust: has logged in now.
void tcp_opened(int16_t descriptor, bool guest);
void tcp_trust(int socket);

// Whether a peer is alive: begin to ask, and send something; then what is known: 1: it has acknowledged, TCP_NOT_NOW: it
// had nothing to acknowledge, TCP_LOST: it has not.
void tcp_ask_life(int socket);
int tcp_life(int socket);

// sl_Send, but it never waits for a packet buffer: SL_EAGAIN while the socket may have none.
RESULT_MATTERS int tcp_transmit(int16_t descriptor, const void *data, int16_t length);

// Move bytes: their count, TCP_NOT_NOW, TCP_CLOSED (receive) or TCP_LOST.
int tcp_send(int socket, const void *data, size_t length);
RESULT_MATTERS int tcp_receive(int socket, void *data, size_t room);

// Bytes received ahead of who takes them one at a time.
typedef struct {
    uint8_t at;
    uint8_t length;
    uint8_t data[64];
} tcp_input_t;

// Drop what was received; whether a byte waits.
void tcp_input_clear(tcp_input_t *input);
bool tcp_input_waiting(const tcp_input_t *input);

// The next byte, which must be waiting.
uint8_t tcp_input_take(tcp_input_t *input);

// Receive more when none is waiting; as tcp_receive.
int tcp_input_fill(tcp_input_t *input, int socket);

// Close and forget; nothing for TCP_NONE. *socket becomes TCP_NONE.
void tcp_close(int *socket);

// The same by the network processor's own descriptor. One that it refuses to close is closed before a port is listened on.
void tcp_close_descriptor(int16_t descriptor);

// Sockets to wait for, by readiness to receive (or accept) and to send.
typedef struct {
    uint32_t receive;
    uint32_t send;
} tcp_interest_t;

// The bit that stands for a descriptor of the network processor: its upper bits tell the kind of socket.
#define TCP_BIT(descriptor) (1u << ((descriptor) & 0x0f))

// The same for a socket of the servers, 0 for TCP_NONE.
uint32_t tcp_bit(int socket);

// What is left of a wait, in milliseconds: 0 when it is over.
uint32_t tcp_time_left(uint32_t start_ms, uint32_t wait_ms, uint32_t now_ms);

// Sleep until one of them is ready or the time is up, and leave only those that are ready. False, and nothing is
// changed, when one of them is no socket any more or the network processor is off. A time of 0 only looks. A socket that
// may have no packet buffer now is not ready to send.
RESULT_MATTERS bool tcp_wait(tcp_interest_t *interest, uint32_t timeout_ms);

#endif // CC3200_NWP_TCP_H
