// What the MicroPython core asks of the port.
#ifndef CC3200_MPHALPORT_H
#define CC3200_MPHALPORT_H

#include <stdint.h>

#include "shared/runtime/interrupt_char.h"
#include "rtos/event.h"
#include "rtos/tickless.h"

static inline uint32_t mp_hal_disable_interrupts(void) {
    uint32_t primask;
    __asm volatile ("mrs %0, primask\n cpsid i" : "=r" (primask) :: "memory");
    return primask;
}

static inline void mp_hal_restore_interrupts(uint32_t primask) {
    __asm volatile ("msr primask, %0" :: "r" (primask) : "memory");
}

#define MICROPY_BEGIN_ATOMIC_SECTION()     mp_hal_disable_interrupts()
#define MICROPY_END_ATOMIC_SECTION(state)  mp_hal_restore_interrupts(state)

#define MICROPY_INTERNAL_WFE(timeout_ms)   event_wait(timeout_ms)

// Cursor movements of the line editor.
void mp_hal_move_cursor_back(unsigned columns);
void mp_hal_erase_line_from_cursor(unsigned columns);

#define mp_hal_ticks_us()                  system_time_us()
#define mp_hal_ticks_cpu()                 (system_time_us() * CYCLES_PER_US)

#endif
