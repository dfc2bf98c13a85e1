// Waiting without polling: a task that listens sleeps until something happens or its time is up.
#ifndef CC3200_RTOS_EVENT_H
#define CC3200_RTOS_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "FreeRTOS.h"
#include "task.h"

#define EVENT_FOREVER (UINT32_MAX)

// A task that events wake. The list is its owner's, who changes it by one store at a time: interrupt handlers walk it.
typedef struct _event_listener_t {
    struct _event_listener_t *next;
    TaskHandle_t volatile task; // NULL: not any more
} event_listener_t;

// The first of those that are to be woken; it stays, what follows it may change.
void event_init(event_listener_t *first);

// Wakes every listener, now or at its next event_take. For tasks and for interrupt handlers of level 1 to 7.
void event_signal(void);

// Sleeps until event_signal() or for timeout_ms. True: there was an event, since the last wait or during this one.
bool event_take(uint32_t timeout_ms);

// Whether the caller may block: a task, with interrupts enabled.
bool event_may_block(void);

#endif
