// The end when nothing can be started (see stop.h).
#include "boot/stop.h"

#include "inc/hw_memmap.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "uart.h"

#include "chip/irq.h"
#include "chip/led.h"
#include "chip/uart.h"

static void put(const char *text) {
    for (; *text != '\0'; text++) {
        MAP_UARTCharPut(UARTA0_BASE, *text);
    }
}

void stop(const char *why) {
    interrupts_disable();
    led_fault();
    uart_console_raw();
    put("\r\nBootloader: ");
    put(why);
    put("\r\n");
    for (;;) {
        __asm volatile("dsb\n wfi");
    }
}
