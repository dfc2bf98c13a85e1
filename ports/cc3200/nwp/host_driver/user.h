// The configuration of TI's host driver: the one that comes with it for this chip, without handlers that would do nothing
// here. There is no HTTP server, and what goes wrong with the device or a socket reaches the caller of the next command.
#ifndef CC3200_NWP_HOST_DRIVER_USER_H
#define CC3200_NWP_HOST_DRIVER_USER_H

#include_next "user.h"

#undef sl_GeneralEvtHdlr
#undef sl_HttpServerCallback
#undef sl_SockEvtHdlr

// Its control block and its one buffer are variables: there is no heap to take them from.
#undef SL_MEMORY_MGMT
#define SL_MEMORY_MGMT SL_MEMORY_MGMT_STATIC

#endif
