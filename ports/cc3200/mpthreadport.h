// Python threads are FreeRTOS tasks; their stacks are on the collected heap.
#ifndef CC3200_MPTHREADPORT_H
#define CC3200_MPTHREADPORT_H

#include "FreeRTOS.h"
#include "task.h"

#include "rtos/sync.h"

typedef struct {
    sync_t given;
} mp_thread_mutex_t;

// C calls that do not ask how much stack there is take no more, a collection and the closing of a file in it included; the
// few that do, ask first (fatfs_enter of storage/fatfs.h). tests/firmware/test_stacks.py goes there.
#define C_CALL_BYTES (704)

// How much of a stack Python may use. Beside what C calls take, a quarter stays free.
#define PYTHON_STACK_BYTES(bytes) ((bytes) - (bytes) / 4 - C_CALL_BYTES)

// Where the kernel keeps the main thread's task, which is to be created there.
StaticTask_t *mp_thread_main_task(void);

// Makes the calling task the main thread. stack_base: lowest address of its stack.
void mp_thread_init(void *stack_base, size_t stack_bytes);

// Lets other threads run Python, and waits until this one may again: around whatever takes time without needing it.
void mp_thread_release_interpreter(void);
void mp_thread_take_interpreter(void);

// Stops every other thread; before a soft reset.
void mp_thread_deinit(void);

// Marks what other threads' stacks refer to.
void mp_thread_gc_others(void);

#endif
