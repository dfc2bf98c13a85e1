// Waiting, asleep, on SysTick (see delay.h); also what TI's host driver waits with.
#include "boot/delay.h"

#include <stdint.h>

#include "inc/hw_nvic.h"
#include "inc/hw_types.h"

#include "chip/clock.h"
#include "chip/irq.h"

#define CYCLES_PER_MS (CPU_HZ / 1000u)
#define CYCLES_PER_LOOP (3u) // utils.h, UtilsDelay
#define COUNTER_MAX (0xffffffu) // SysTick counts 24 bits
#define SLEEP_MAX_MS (COUNTER_MAX / CYCLES_PER_MS)

// In the place of the driver library's UtilsDelay in TI's host driver.
void boot_delay(unsigned long loops);

void delay_over(void) {
}

static void sleep_cycles(uint32_t cycles) {
    // Interrupts stay off: the tick then ends the sleep without being taken, so it can't come just before it.
    uint32_t interrupts = interrupts_disable();
    HWREG(NVIC_ST_RELOAD) = cycles - 1;
    HWREG(NVIC_ST_CURRENT) = 0;
    HWREG(NVIC_ST_CTRL) = NVIC_ST_CTRL_CLK_SRC | NVIC_ST_CTRL_INTEN | NVIC_ST_CTRL_ENABLE;
    while (!(HWREG(NVIC_ST_CTRL) & NVIC_ST_CTRL_COUNT)) {
        __asm volatile("dsb\n wfi");
    }
    HWREG(NVIC_ST_CTRL) = 0;
    HWREG(NVIC_INT_CTRL) = NVIC_INT_CTRL_PENDSTCLR;
    interrupts_restore(interrupts);
}

void boot_delay(unsigned long loops) {
    uint32_t cycles = (uint32_t)loops * CYCLES_PER_LOOP;
    sleep_cycles(cycles < COUNTER_MAX ? cycles : COUNTER_MAX); // the longest asked for is 30 ms
}

void delay_ms(unsigned ms) {
    while (ms > 0) {
        unsigned now = ms < SLEEP_MAX_MS ? ms : SLEEP_MAX_MS;
        sleep_cycles(now * CYCLES_PER_MS);
        ms -= now;
    }
}
