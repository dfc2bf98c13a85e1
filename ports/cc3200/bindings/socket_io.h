// Socket operations that may have to wait. The network processor's sockets never block: waiting is ours, so that every
// operation heeds the timeout and Ctrl-C, and other threads run meanwhile. Error codes: drivers/cc3100/inc/socket.h.
#ifndef CC3200_BINDINGS_SOCKET_IO_H
#define CC3200_BINDINGS_SOCKET_IO_H

#include "simplelink.h"

#include "bindings/modsocket.h"

// The longest datagram (socket.h, SL_SOCKET_PAYLOAD_TYPE_*).
#define SOCKET_DATAGRAM_MAX 1472

typedef enum {
    SOCKET_ACCEPT,
    SOCKET_CONNECT,
    SOCKET_RECEIVE,
    SOCKET_SEND,
} socket_operation_t;

// The errno of a result below 0: codes of socket.h are negative errno values, but for a few.
int socket_error(int result);

// Raise OSError for a result below 0; return any other.
int socket_checked(int result);

// Neither closed nor ended by a restart of the network processor.
bool socket_is_open(const socket_object_t *self);

// Around each call of the host driver: other threads run meanwhile, and none of them restarts the network processor.
// false: the socket is gone, don't call.
bool socket_enter(const socket_object_t *self);
void socket_leave(void);

// Try until it is done, it fails or the timeout is over; raises KeyboardInterrupt. address: the peer's, NULL where it is
// not asked for. Returns the host driver's result or a negative errno: EAGAIN or EINPROGRESS from a non-blocking socket,
// ETIMEDOUT when the time is up.
int socket_perform(const socket_object_t *self, socket_operation_t operation, void *data, _i16 length,
    SlSockAddrIn_t *address);

// Receive into a room, or send one piece, after which more of a stream may be left: the count of bytes or a result below
// 0. 0 received from a stream: the peer has closed it.
int socket_receive(const socket_object_t *self, void *data, size_t room, SlSockAddrIn_t *from);
int socket_send(const socket_object_t *self, const void *data, size_t length, SlSockAddrIn_t *to);

#endif // CC3200_BINDINGS_SOCKET_IO_H
