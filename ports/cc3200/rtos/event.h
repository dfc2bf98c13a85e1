// Waiting without polling: a task that runs Python sleeps until something happens or its time is up.
#ifndef CC3200_RTOS_EVENT_H
#define CC3200_RTOS_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#define EVENT_FOREVER (UINT32_MAX)

// Wakes every task that runs Python, now or at its next event_wait. For tasks and for interrupt handlers of level 1 to 7.
void event_signal(void);

// Sleeps until event_signal() or for timeout_ms. An event signalled since the last wait ends it at once.
// Releases the interpreter lock meanwhile. Does nothing in an interrupt handler or with interrupts disabled.
void event_wait(uint32_t timeout_ms);

// Whether the caller may block: a task, with interrupts enabled.
bool event_may_block(void);

#endif
