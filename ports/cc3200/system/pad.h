// Pad registers: mode, drive and pull of a pin (TRM SWRU367, chapter 16: GPIO_PAD_CONFIG_n, one word for each GPIO).
#ifndef CC3200_SYSTEM_PAD_H
#define CC3200_SYSTEM_PAD_H

#include "inc/hw_memmap.h"
#include "inc/hw_ocp_shared.h"
#include "inc/hw_types.h"

// gpio: 0 to 31. The value is an OR of the driver library's PIN_MODE_*, PIN_STRENGTH_* and PIN_TYPE_*.
#define PAD(gpio) HWREG(OCP_SHARED_BASE + OCP_SHARED_O_GPIO_PAD_CONFIG_0 + 4 * (gpio))

#endif
