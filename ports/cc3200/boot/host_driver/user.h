// The configuration of TI's host driver for the bootloader: as the application's, without its handlers of WLAN and network
// events, which the bootloader asks for nothing.
#ifndef CC3200_BOOT_HOST_DRIVER_USER_H
#define CC3200_BOOT_HOST_DRIVER_USER_H

#include_next "user.h"

#undef sl_WlanEvtHdlr
#undef sl_NetAppEvtHdlr

#endif
