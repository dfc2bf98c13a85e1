// Binary semaphores of one word: what waits in this firmware waits for one of these, or for an event (event.h).
#ifndef CC3200_RTOS_SYNC_H
#define CC3200_RTOS_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "FreeRTOS.h"
#include "task.h"

// SYNC_TAKEN or SYNC_GIVEN; needs no constructor. As a lock it begins given.
typedef void *sync_t;

#define SYNC_TAKEN (NULL)
#define SYNC_GIVEN ((sync_t)1)

// Takes what has been given, or waits for it; the first to wait is the first to get it. False if it would have to wait and
// may not. Notifications of the task that come meanwhile are still there afterwards. Not for interrupt handlers, unless
// without waiting.
bool sync_take(sync_t *sync, bool wait);

// Gives it to who waits longest, or to the next one who takes. It does not count: given twice is given once. For tasks and
// for interrupt handlers of level 1 to 7.
void sync_give(sync_t *sync);

// What a task waits for, NULL if for nothing.
const sync_t *sync_awaited(TaskHandle_t task);

// To be called before a task is deleted that may be waiting.
void sync_forget(TaskHandle_t task);

#endif
