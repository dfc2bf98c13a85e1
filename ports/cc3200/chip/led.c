// The system LED, driven from the tick interrupt: it needs no task and shows life even while a script computes.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inc/hw_gpio.h"
#include "inc/hw_memmap.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "pin.h"
#include "prcm.h"

#include "genhdr/board_config.h"

#include "chip/gpio.h"
#include "chip/irq.h"
#include "chip/led.h"
#include "chip/memory.h"
#include "chip/pad.h"

#define HEARTBEAT_ON_MS (80)
#define HEARTBEAT_PERIOD_MS (4000)
#define ERROR_HALF_MS (50)

static volatile struct {
    uint32_t now;         // of the last tick, in ms since start
    uint32_t next_change;
    bool enabled;
    bool lit;
    bool error;
} led LOW_RAM;

static void drive(bool on) {
    led.lit = on;
    gpio_write(BOARD_LED_PORT, BOARD_LED_BIT, on);
}

static void configure_pin(void) {
    MAP_PRCMPeripheralClkEnable(BOARD_LED_PRCM, PRCM_RUN_MODE_CLK | PRCM_SLP_MODE_CLK);
    PAD(BOARD_LED_GPIO) = PIN_MODE_0 | PIN_STRENGTH_6MA | PIN_TYPE_STD;
    HWREG(BOARD_LED_PORT + GPIO_O_GPIO_DIR) |= BOARD_LED_BIT;
}

static void restart(bool enabled, bool error) {
    uint32_t interrupts = interrupts_disable();
    led.enabled = enabled;
    led.error = error;
    led.next_change = led.now + (error ? ERROR_HALF_MS : HEARTBEAT_PERIOD_MS - HEARTBEAT_ON_MS);
    drive(error);
    interrupts_restore(interrupts);
}

void led_init(void) {
    configure_pin();
    restart(true, false);
}

void led_heartbeat_enable(bool enable) {
    if (enable) {
        led_init();
    } else if (led.enabled) {
        restart(false, false);
    }
}

bool led_heartbeat_enabled(void) {
    return led.enabled;
}

void led_script_error(void) {
    if (led.enabled) {
        restart(true, true);
    }
}

void led_acknowledge(void) {
    if (led.error) {
        restart(led.enabled, false);
    }
}

void led_set(bool on) {
    drive(on);
}

bool led_is_on(void) {
    return led.lit;
}

void led_fault(void) {
    led.enabled = false;
    configure_pin();
    drive(true);
}

void led_set_time(uint32_t now) {
    led.now = now;
}

void led_tick(uint32_t now) {
    led_set_time(now);
    if (led.enabled && (int32_t)(now - led.next_change) >= 0) {
        drive(!led.lit);
        led.next_change += (led.error ? ERROR_HALF_MS
                : led.lit             ? HEARTBEAT_ON_MS
                                      : HEARTBEAT_PERIOD_MS - HEARTBEAT_ON_MS);
    }
}

uint32_t led_quiet_ms(uint32_t now) {
    if (!led.enabled) {
        return UINT32_MAX;
    }
    int32_t left = led.next_change - now;
    return left > 0 ? left : 0;
}
