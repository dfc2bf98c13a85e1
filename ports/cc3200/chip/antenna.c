// The antenna switch of the WiPy: GPIO26 high chooses the internal antenna, GPIO27 high the external one, never both
// (facts: the upstream port's antenna.c; the switch is on the module).

#include "chip/antenna.h"

#include "genhdr/board_config.h"

static antenna_t selected = ANTENNA_INTERNAL;

#if BOARD_ANTENNA_SELECTION

#include <stdbool.h>

#include "inc/hw_types.h"
#include "inc/hw_gpio.h"
#include "pin.h"
#include "prcm.h"
#include "rom_map.h"

#include "chip/gpio.h"
#include "chip/pad.h"

#define INTERNAL_GPIO 26
#define EXTERNAL_GPIO 27
#define BIT(gpio) (1u << ((gpio) % 8))

// A line of the switch: driven, and pulled the same way for the time when the GPIO block sleeps.
static void set_line(unsigned gpio, bool high) {
    PAD(gpio) = PIN_MODE_0 | PIN_STRENGTH_2MA | (high ? PIN_TYPE_STD_PU : PIN_TYPE_STD_PD);
    gpio_write(GPIOA3_BASE, BIT(gpio), high);
}

static void drive(antenna_t antenna) {
    MAP_PRCMPeripheralClkEnable(PRCM_GPIOA3, PRCM_RUN_MODE_CLK | PRCM_SLP_MODE_CLK);
    HWREG(GPIOA3_BASE + GPIO_O_GPIO_DIR) |= BIT(INTERNAL_GPIO) | BIT(EXTERNAL_GPIO);
    set_line(INTERNAL_GPIO, antenna == ANTENNA_INTERNAL);
    set_line(EXTERNAL_GPIO, antenna == ANTENNA_EXTERNAL);
}

#else

static void drive(antenna_t antenna) {
    (void)antenna;
}

#endif

void antenna_select(antenna_t antenna) {
    selected = antenna;
    drive(antenna);
}

antenna_t antenna_selected(void) {
    return selected;
}
