// The antenna switch of a board that has one: one line high chooses the internal antenna, the other high the external
// one, never both (facts: the upstream port's antenna.c).

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

_Static_assert(BOARD_ANTENNA_INTERNAL_PORT == BOARD_ANTENNA_EXTERNAL_PORT, "one block has both");

// A line of the switch: driven, and pulled the same way for the time when the GPIO block sleeps.
static void set_line(unsigned gpio, uint8_t bit, bool high) {
    PAD(gpio) = PIN_MODE_0 | PIN_STRENGTH_2MA | (high ? PIN_TYPE_STD_PU : PIN_TYPE_STD_PD);
    gpio_write(BOARD_ANTENNA_INTERNAL_PORT, bit, high);
}

static void drive(antenna_t antenna) {
    MAP_PRCMPeripheralClkEnable(BOARD_ANTENNA_INTERNAL_PRCM, PRCM_RUN_MODE_CLK | PRCM_SLP_MODE_CLK);
    HWREG(BOARD_ANTENNA_INTERNAL_PORT + GPIO_O_GPIO_DIR) |= BOARD_ANTENNA_INTERNAL_BIT | BOARD_ANTENNA_EXTERNAL_BIT;
    set_line(BOARD_ANTENNA_INTERNAL_GPIO, BOARD_ANTENNA_INTERNAL_BIT, antenna == ANTENNA_INTERNAL);
    set_line(BOARD_ANTENNA_EXTERNAL_GPIO, BOARD_ANTENNA_EXTERNAL_BIT, antenna == ANTENNA_EXTERNAL);
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
