// Sleep between ticks: while no task is due the SysTick counts one long period instead of one interrupt a millisecond.
// Replaces the kernel's own version, which loses cycles at every sleep and lets handlers see a stale time.
#include "inc/hw_nvic.h"
#include "inc/hw_types.h"

#include "FreeRTOS.h"
#include "task.h"

#include "chip/irq.h"
#include "chip/led.h"
#include "rtos/tickless.h"

// SysTick is a 24-bit counter (ARMv7-M ARM B3.3): 209 ms at CPU_HZ.
#define LONGEST_TICKS (0xffffffu / CYCLES_PER_TICK)

// Cycles between reading the counter and restarting it, during which it does not count for us.
#define RESTART_CYCLES (12u)

// This near to a tick no sleep begins: its interrupt, pending when the counter is restarted, would be taken for the end of
// the whole sleep, and the clock would jump ahead by as much.
#define TOO_LATE_CYCLES (200u)

// The idle loop came here through the tickless path; see vApplicationIdleHook.
static bool slept;

static void restart_systick(uint32_t cycles) {
    HWREG(NVIC_ST_RELOAD) = cycles - 1;
    HWREG(NVIC_ST_CURRENT) = 0; // any write clears it; it reloads on the next clock
    while (HWREG(NVIC_ST_CURRENT) == 0) {
    }
    HWREG(NVIC_ST_RELOAD) = CYCLES_PER_TICK - 1; // for the period after this one
}

// Called by the idle task with the scheduler suspended; `expected` ticks until the first task is due.
void vPortSuppressTicksAndSleep(TickType_t expected) {
    slept = true;
    if (expected > LONGEST_TICKS) {
        expected = LONGEST_TICKS;
    }
    interrupts_disable();
    // The LED changes in the tick interrupt that ends the sleep.
    uint32_t quiet = led_quiet_ms(xTaskGetTickCount());
    if (expected > quiet) {
        expected = quiet;
    }
    if (expected < 2 || HWREG(NVIC_ST_CURRENT) < TOO_LATE_CYCLES || eTaskConfirmSleepModeStatus() == eAbortSleep
        || (HWREG(NVIC_INT_CTRL) & NVIC_INT_CTRL_PENDSTSET)) {
        slept = expected >= 2;
        __asm volatile("cpsie i" ::: "memory");
        return;
    }

    uint32_t to_next_tick = HWREG(NVIC_ST_CURRENT);
    uint32_t span = to_next_tick + (expected - 1) * CYCLES_PER_TICK;
    restart_systick(span - RESTART_CYCLES);
    HWREG(NVIC_ST_RELOAD) = span - 1; // if it runs out it goes on counting from here
    __asm volatile("dsb\n wfi\n isb" ::: "memory");

    uint32_t left = HWREG(NVIC_ST_CURRENT);
    uint32_t passed; // cycles since the last tick that was counted
    if (HWREG(NVIC_INT_CTRL) & NVIC_INT_CTRL_PENDSTSET) {
        // All of it, and a little more; the pending interrupt counts the last tick.
        left = HWREG(NVIC_ST_CURRENT);
        vTaskStepTick(expected - 1);
        uint32_t late = span - left;
        restart_systick(
            late + RESTART_CYCLES < CYCLES_PER_TICK - 1000 ? CYCLES_PER_TICK - late - RESTART_CYCLES : CYCLES_PER_TICK);
    } else {
        passed = CYCLES_PER_TICK - to_next_tick + (span - left);
        vTaskStepTick(passed / CYCLES_PER_TICK);
        uint32_t rest = CYCLES_PER_TICK - passed % CYCLES_PER_TICK;
        // What has passed since the counter was read, and until it counts again.
        uint32_t now = HWREG(NVIC_ST_CURRENT);
        uint32_t spent = (now <= left ? left - now : left + span - now) + RESTART_CYCLES;
        if (rest <= spent + RESTART_CYCLES) {
            // A tick falls due meanwhile. It is counted here, unless it is the last one, whose interrupt is pending.
            if (!(HWREG(NVIC_INT_CTRL) & NVIC_INT_CTRL_PENDSTSET)) {
                vTaskStepTick(1);
            }
            rest += CYCLES_PER_TICK;
        }
        restart_systick(rest - spent);
    }
    led_set_time(xTaskGetTickCount());
    __asm volatile("cpsie i" ::: "memory");
}

void vApplicationTickHook(void);
void vApplicationTickHook(void) {
    led_tick(xTaskGetTickCountFromISR());
}

// When a task is due at the very next tick the kernel does not call the function above: wait for that tick here.
void vApplicationIdleHook(void);
void vApplicationIdleHook(void) {
    if (!slept) {
        __asm volatile("dsb\n wfi");
    }
    slept = false;
}

uint32_t system_time_us(void) {
    uint32_t interrupts = interrupts_disable();
    uint32_t ticks = xTaskGetTickCountFromISR();
    uint32_t left = HWREG(NVIC_ST_CURRENT);
    if (HWREG(NVIC_INT_CTRL) & NVIC_INT_CTRL_PENDSTSET) {
        // The counter wrapped and its interrupt has not run yet.
        left = HWREG(NVIC_ST_CURRENT);
        ticks++;
    }
    interrupts_restore(interrupts);
    // Right after a short sleep the running period may be a little longer than a tick.
    uint32_t into = left < CYCLES_PER_TICK ? CYCLES_PER_TICK - 1 - left : 0;
    return ticks * 1000 + into / CYCLES_PER_US;
}
