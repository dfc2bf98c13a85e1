// The FreeRTOS kernel (V9.0.0) as this port uses it: everything static, no heap of its own, no tick while idle.
// clang-format off: columns
#ifndef CC3200_FREERTOSCONFIG_H
#define CC3200_FREERTOSCONFIG_H

#include <stdint.h>
#include "chip/clock.h"
#include "chip/memory.h"

#define configCPU_CLOCK_HZ                      (CPU_HZ)
#define configTICK_RATE_HZ                      (1000u)
#define configUSE_PREEMPTION                    (1)
#define configUSE_PORT_OPTIMISED_TASK_SELECTION (1)
#define configUSE_16_BIT_TICKS                  (0)
#define configMAX_PRIORITIES                    (4)
#define configMAX_TASK_NAME_LEN                 (8)
#define configIDLE_SHOULD_YIELD                 (1)
#define configUSE_TASK_NOTIFICATIONS            (1)
#define configUSE_MUTEXES                       (0)
#define configUSE_RECURSIVE_MUTEXES             (0)
#define configUSE_COUNTING_SEMAPHORES           (0)
#define configUSE_QUEUE_SETS                    (0)
#define configUSE_TIMERS                        (0)
#define configUSE_CO_ROUTINES                   (0)
#define configMAX_CO_ROUTINE_PRIORITIES         (1)
#define configUSE_TRACE_FACILITY                (0)
#define configQUEUE_REGISTRY_SIZE               (0)
#define configENABLE_BACKWARD_COMPATIBILITY     (0)

// All tasks are static: the memory map says at link time what they cost. Instead of queues and semaphores: rtos/sync.c.
#define configSUPPORT_STATIC_ALLOCATION         (1)
#define configSUPPORT_DYNAMIC_ALLOCATION        (0)
#define configMINIMAL_STACK_SIZE                (IDLE_STACK_BYTES / 4)

// 2: the kernel leaves sleeping to rtos/tickless.c.
#define configUSE_TICKLESS_IDLE                 (2)
#define configUSE_IDLE_HOOK                     (1)
#define configUSE_TICK_HOOK                     (1)

// 2: the painted end of a stack is checked at each switch; an overflow becomes a fault dump.
#define configCHECK_FOR_STACK_OVERFLOW          (2)
#define configUSE_MALLOC_FAILED_HOOK            (0)

// Slot 0 is the MicroPython state of a task that runs Python.
#define configNUM_THREAD_LOCAL_STORAGE_POINTERS (1)

// Tells the thread port that the memory of a task is its own again.
void mp_thread_task_gone(void *control);
#define portCLEAN_UP_TCB(control)               mp_thread_task_gone(control)

#define INCLUDE_vTaskSuspend                    (1)
#define INCLUDE_vTaskDelete                     (1)
#define INCLUDE_vTaskDelay                      (1)
#define INCLUDE_xTaskGetCurrentTaskHandle       (1)
#define INCLUDE_xTaskGetSchedulerState          (1)

// Three priority bits. Handlers at level 0 may not call the kernel, levels 1 to 7 may.
#define configKERNEL_INTERRUPT_PRIORITY         (7 << 5)
#define configMAX_SYSCALL_INTERRUPT_PRIORITY    (1 << 5)

#endif
