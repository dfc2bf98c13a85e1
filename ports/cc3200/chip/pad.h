// Pad registers: mode, drive and pull of a pin (TRM SWRU367, chapter 16: GPIO_PAD_CONFIG_n, one word for each GPIO).
#ifndef CC3200_CHIP_PAD_H
#define CC3200_CHIP_PAD_H

#include "inc/hw_memmap.h"
#include "inc/hw_ocp_shared.h"
#include "inc/hw_types.h"

// Pads are in the order of the GPIOs, but GPIO28's comes last: pad 28 is the JTAG clock's (driver library pin.c).
#define PAD_INDEX(gpio) ((gpio) == 28 ? 40 : (gpio))

// gpio: 0 to 31. The value is an OR of the driver library's PIN_MODE_*, PIN_STRENGTH_* and PIN_TYPE_*.
#define PAD(gpio) HWREG(OCP_SHARED_BASE + OCP_SHARED_O_GPIO_PAD_CONFIG_0 + 4 * PAD_INDEX(gpio))

// OR-ed to the value: the pad drives nothing, whatever the block behind it says (bits 10 and 11 take its output enable away).
#define PAD_OUTPUT_OFF (PIN_DIR_MODE_IN)

// Analog use of GPIO2 to GPIO5 cuts their digital inputs off; this has them back. No effect on the other pads.
#define PAD_DIGITAL_INPUT(gpio) \
    (HWREG(OCP_SHARED_BASE + OCP_SHARED_O_GPIO_PAD_CMN_CONFIG) &= ~( \
         ((gpio) >= 2 && (gpio) <= 5) ? 0x80u << (gpio) : 0u))

#endif
