// The pin that asks for a safe boot, and the LED that answers (see safe_boot.h; times as on stock boards).
#include <stdbool.h>

#include "inc/hw_memmap.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "pin.h"
#include "prcm.h"

#include "genhdr/board_config.h"

#include "boot/delay.h"
#include "boot/safe_boot.h"
#include "chip/gpio.h"
#include "chip/led.h"
#include "chip/pad.h"

#define SETTLE_MS (1) // until the pull-down has taken an open pin to ground
#define CONFIRM_MS (500) // high for so long is no touch

typedef struct {
    unsigned half_ms; // between two toggles of the LED
    unsigned toggles;
    bool abortable;
} window_t;

// In the order of safe_boot_t, from SAFE_BOOT_LATEST on.
static const window_t WINDOWS[] = {{500, 6, true}, {250, 12, true}, {100, 15, false}};

static bool is_held(void) {
    return gpio_read(BOARD_SAFE_BOOT_PORT, BOARD_SAFE_BOOT_BIT);
}

// The LED flashes for the length of the window. True: the pin was let go in it.
static bool let_go_in(const window_t *window) {
    for (unsigned count = 0; count < window->toggles; count++) {
        led_set(!led_is_on());
        delay_ms(window->half_ms);
        if (window->abortable && !is_held()) {
            return true;
        }
    }
    return false;
}

static safe_boot_t follow(void) {
    if (!is_held()) {
        return SAFE_BOOT_NOT_ASKED;
    }
    delay_ms(CONFIRM_MS);
    if (!is_held()) {
        return SAFE_BOOT_NOT_ASKED;
    }
    for (safe_boot_t level = SAFE_BOOT_LATEST; level < SAFE_BOOT_FACTORY; level++) {
        if (let_go_in(&WINDOWS[level - SAFE_BOOT_LATEST])) {
            return level;
        }
    }
    let_go_in(&WINDOWS[SAFE_BOOT_FACTORY - SAFE_BOOT_LATEST]);
    return SAFE_BOOT_FACTORY;
}

safe_boot_t safe_boot_ask(void) {
    MAP_PRCMPeripheralClkEnable(BOARD_SAFE_BOOT_PRCM, PRCM_RUN_MODE_CLK | PRCM_SLP_MODE_CLK);
    PAD(BOARD_SAFE_BOOT_GPIO) = PIN_MODE_0 | PIN_STRENGTH_4MA | PIN_TYPE_STD_PD;
    delay_ms(SETTLE_MS);
    safe_boot_t asked = follow();
    led_set(false);
    PAD(BOARD_SAFE_BOOT_GPIO) = PIN_MODE_0 | PIN_STRENGTH_4MA | PIN_TYPE_STD;
    return asked;
}
