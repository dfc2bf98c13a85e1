// The operating system as the SimpleLink host driver asks for it (osi.h), without a heap: the driver's few objects come
// from fixed pools. The spawn task sleeps until there is work; TI's own version wakes five times a second.
#include <stdbool.h>
#include <string.h>

#include "FreeRTOS.h"
#include "queue.h"
#include "semphr.h"
#include "task.h"

#include "simplelink.h"
#include "protocol.h"
#include "driver.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "interrupt.h"

#include "system/memory.h"

// Driver.c creates one sync object for each concurrent action, two more for itself, and three locks.
#define SEMAPHORES  (MAX_CONCURRENT_ACTIONS + 5)
#define SPAWN_QUEUE (3)

static struct {
    SemaphoreHandle_t handle; // NULL: free
    StaticSemaphore_t storage;
} semaphores[SEMAPHORES] LOW_RAM;

// All that driver.c allocates: its control block while the device runs, and one asynchronous message at a time.
static union {
    _SlDriverCb_t block;
    uint64_t align;
} control_block;
static uint64_t async_message[(SL_ASYNC_MAX_MSG_LEN + 7) / 8] LOW_RAM;
static void *in_use[2];

static StackType_t spawn_stack[SPAWN_STACK_BYTES / sizeof(StackType_t)] STACK_SECTION;
static StaticTask_t spawn_task LOW_RAM;
static StaticQueue_t spawn_queue_control LOW_RAM;
static tSimpleLinkSpawnMsg spawn_queue_storage[SPAWN_QUEUE] LOW_RAM;
static QueueHandle_t spawn_queue;

static OsiReturnVal_e create(void **object, bool given) {
    OsiReturnVal_e result = OSI_MEMORY_ALLOCATION_FAILURE;
    taskENTER_CRITICAL();
    for (size_t i = 0; i < SEMAPHORES; i++) {
        if (semaphores[i].handle == NULL) {
            semaphores[i].handle = xSemaphoreCreateBinaryStatic(&semaphores[i].storage);
            *object = semaphores[i].handle;
            result = OSI_OK;
            break;
        }
    }
    taskEXIT_CRITICAL();
    if (result == OSI_OK && given) {
        xSemaphoreGive(*object);
    }
    return result;
}

static OsiReturnVal_e delete(void **object) {
    for (size_t i = 0; i < SEMAPHORES; i++) {
        if (semaphores[i].handle == *object) {
            semaphores[i].handle = NULL;
            return OSI_OK;
        }
    }
    return OSI_INVALID_PARAMS;
}

static OsiReturnVal_e take(void *semaphore, OsiTime_t timeout) {
    return xSemaphoreTake((SemaphoreHandle_t)semaphore, timeout) == pdTRUE ? OSI_OK : OSI_OPERATION_FAILED;
}

OsiReturnVal_e osi_SyncObjCreate(OsiSyncObj_t *object) {
    return create(object, false);
}

OsiReturnVal_e osi_SyncObjDelete(OsiSyncObj_t *object) {
    return delete(object);
}

OsiReturnVal_e osi_SyncObjSignal(OsiSyncObj_t *object) {
    xSemaphoreGive((SemaphoreHandle_t)*object); // fails only if it is signalled already
    return OSI_OK;
}

OsiReturnVal_e osi_SyncObjSignalFromISR(OsiSyncObj_t *object) {
    BaseType_t woken = pdFALSE;
    xSemaphoreGiveFromISR((SemaphoreHandle_t)*object, &woken);
    portYIELD_FROM_ISR(woken);
    return OSI_OK;
}

OsiReturnVal_e osi_SyncObjWait(OsiSyncObj_t *object, OsiTime_t timeout) {
    return take(*object, timeout);
}

OsiReturnVal_e osi_SyncObjClear(OsiSyncObj_t *object) {
    return take(*object, 0);
}

// A lock is a sync object that starts signalled; osi.h maps the other lock calls to those above.
OsiReturnVal_e osi_LockObjCreate(OsiLockObj_t *object) {
    return create(object, true);
}

OsiReturnVal_e osi_InterruptRegister(int number, P_OSI_INTR_ENTRY handler, unsigned char priority) {
    MAP_IntRegister(number, handler);
    MAP_IntPrioritySet(number, priority);
    MAP_IntEnable(number);
    return OSI_OK;
}

void osi_InterruptDeRegister(int number) {
    MAP_IntDisable(number);
    MAP_IntUnregister(number);
}

// Called from the network processor's interrupt handler and from tasks.
OsiReturnVal_e osi_Spawn(P_OSI_SPAWN_ENTRY entry, void *value, unsigned long flags) {
    (void)flags;
    tSimpleLinkSpawnMsg message = {.pEntry = entry, .pValue = value};
    BaseType_t woken = pdFALSE;
    BaseType_t sent = xQueueSendFromISR(spawn_queue, &message, &woken);
    portYIELD_FROM_ISR(woken);
    return sent == pdTRUE ? OSI_OK : OSI_OPERATION_FAILED;
}

__attribute__((noreturn))
static void spawn(void *unused) {
    (void)unused;
    for (;;) {
        tSimpleLinkSpawnMsg message;
        if (xQueueReceive(spawn_queue, &message, portMAX_DELAY) == pdTRUE) {
            message.pEntry(message.pValue);
        }
    }
}

OsiReturnVal_e VStartSimpleLinkSpawnTask(unsigned long priority) {
    spawn_queue = xQueueCreateStatic(SPAWN_QUEUE, sizeof(spawn_queue_storage[0]), (uint8_t *)spawn_queue_storage,
        &spawn_queue_control);
    xTaskCreateStatic(spawn, "Spawn", SPAWN_STACK_BYTES / sizeof(StackType_t), NULL, priority, spawn_stack, &spawn_task);
    return OSI_OK;
}

// NULL if the pool is taken, which the driver checks for.
void *mem_Malloc(unsigned long size) {
    void *pools[] = {async_message, &control_block};
    const size_t sizes[] = {sizeof(async_message), sizeof(control_block)};
    for (size_t i = 0; i < 2; i++) {
        if (size <= sizes[i] && !in_use[i]) {
            return in_use[i] = pools[i];
        }
    }
    return NULL;
}

void mem_Free(void *memory) {
    for (size_t i = 0; i < 2; i++) {
        if (in_use[i] == memory) {
            in_use[i] = NULL;
        }
    }
}
