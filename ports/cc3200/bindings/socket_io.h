// Socket operations that may have to wait. The network processor's sockets never block: waiting is ours, so that every
// operation heeds the timeout and Ctrl-C, and other threads run meanwhile. Error codes: drivers/cc3100/inc/socket.h.
#ifndef CC3200_BINDINGS_SOCKET_IO_H
#define CC3200_BINDINGS_SOCKET_IO_H

#include "simplelink.h"

#include "bindings/modsocket.h"
#include "bindings/network_call.h"
#include "nwp/wait.h"

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

// The door (network_call.h) for calls that concern a socket. false: the socket is gone, don't call. network_leave follows.
RESULT_MATTERS bool socket_enter(const socket_object_t *self);

// One call that concerns an open socket: its result, or SL_EBADF.
#define SOCKET_CALL(self, call) network_leave(socket_enter(self) ? (int)(call) : SL_EBADF)

// Have the task that waits for sockets also watch this one: when it can be received from or sent to, or has failed,
// event_signal() is called once and the watch is over.
void socket_watch(const socket_object_t *self, bool receive, bool send);

// Tell that task that a descriptor was opened or closed: while there are any, it waits in short pieces.
void socket_note(int descriptor, bool open);

// What that task has to know of Python's sockets.
extern const wait_client_t socket_client;

// Try until it is done, it fails or the timeout is over; raises KeyboardInterrupt. address: the peer's, NULL where it is
// not asked for. Returns the host driver's result or a negative errno: EAGAIN or EINPROGRESS from a non-blocking socket,
// ETIMEDOUT when the time is up.
int socket_perform(
    socket_object_t *self, socket_operation_t operation, void *data, _i16 length, SlSockAddrIn_t *address);

// Receive into a room, or send one piece, after which more of a stream may be left: the count of bytes or a result below
// 0. 0 received from a stream: the peer has closed it.
int socket_receive(socket_object_t *self, void *data, size_t room, SlSockAddrIn_t *from);
int socket_send(socket_object_t *self, const void *data, size_t length, SlSockAddrIn_t *to);

#endif // CC3200_BINDINGS_SOCKET_IO_H
