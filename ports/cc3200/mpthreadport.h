// Python threads are FreeRTOS tasks; their stacks are on the collected heap.
#ifndef CC3200_MPTHREADPORT_H
#define CC3200_MPTHREADPORT_H

#include "FreeRTOS.h"
#include "task.h"

#include "rtos/sync.h"

typedef struct {
    sync_t given;
} mp_thread_mutex_t;

// Where the kernel keeps the main thread's task, which is to be created there.
StaticTask_t *mp_thread_main_task(void);

// Makes the calling task the main thread. stack_base: lowest address of its stack.
void mp_thread_init(void *stack_base, size_t stack_bytes);

// Stops every other thread; before a soft reset.
void mp_thread_deinit(void);

// Marks what other threads' stacks refer to.
void mp_thread_gc_others(void);

// Calls `visit` for each task that runs Python. Also from interrupt handlers.
void mp_thread_for_each_task(void (*visit)(TaskHandle_t));

#endif
