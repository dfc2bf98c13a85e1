// What the MicroPython core asks of the port.
#ifndef CC3200_MPHALPORT_H
#define CC3200_MPHALPORT_H

#include <stdint.h>

#include "shared/runtime/interrupt_char.h"

#include "chip/irq.h"
#include "rtos/event.h"
#include "rtos/tickless.h"

#define MICROPY_BEGIN_ATOMIC_SECTION() interrupts_disable()
#define MICROPY_END_ATOMIC_SECTION(state) interrupts_restore(state)

// Sleeps until an event or for timeout_ms (EVENT_FOREVER: until an event). One since the last wait ends it at once.
// Releases the interpreter lock meanwhile. Does nothing in an interrupt handler or with interrupts disabled.
void mp_hal_event_wait(uint32_t timeout_ms);
#define MICROPY_INTERNAL_WFE(timeout_ms) mp_hal_event_wait(timeout_ms)

// Cursor movements of the line editor.
void mp_hal_move_cursor_back(unsigned columns);
void mp_hal_erase_line_from_cursor(unsigned columns);

#define mp_hal_ticks_us() system_time_us()
#define mp_hal_ticks_cpu() (system_time_us() * CYCLES_PER_US)

#endif
