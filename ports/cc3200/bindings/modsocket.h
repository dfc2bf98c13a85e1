// Sockets as Python sees them, shared by the socket and ssl modules.
#ifndef CC3200_BINDINGS_MODSOCKET_H
#define CC3200_BINDINGS_MODSOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "py/obj.h"

// No timeout: wait for as long as it takes.
#define SOCKET_FOREVER UINT32_MAX

typedef struct {
    mp_obj_base_t base;
    int16_t descriptor;   // the network processor's, -1 when closed
    bool secure;          // made with IPPROTO_SEC
    bool datagram;
    bool verify;          // ssl.CERT_REQUIRED: the peer must prove who it is, and has not yet
    bool settled;         // it has connected, listens or was accepted: too late for what ssl asks
    bool dead;            // the connection broke off
    uint32_t timeout_ms;  // SOCKET_FOREVER, or 0: non-blocking
    uint32_t start;       // of the network processor that it belongs to: a restart ends it
} socket_object_t;

extern const mp_obj_type_t socket_type;

// The socket behind a Python object; TypeError when it is none, OSError(EBADF) when it is closed.
socket_object_t *socket_of(mp_obj_t object);

// Raise OSError for a result of the network processor's below 0: codes of socket.h are negative errno values.
NORETURN void socket_raise(int result);

#endif // CC3200_BINDINGS_MODSOCKET_H
