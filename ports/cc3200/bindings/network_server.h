// The Python class network.Server.
#ifndef CC3200_BINDINGS_NETWORK_SERVER_H
#define CC3200_BINDINGS_NETWORK_SERVER_H

#include "py/obj.h"

extern const mp_obj_type_t network_server_type;

#endif // CC3200_BINDINGS_NETWORK_SERVER_H
