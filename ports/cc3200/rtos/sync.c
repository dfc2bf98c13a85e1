// Tasks that wait are in one list, in the order they came; what they wait with lies on their own stacks.
#include "rtos/sync.h"

typedef struct _waiter_t {
    struct _waiter_t *next;
    sync_t *sync;
    TaskHandle_t task;
    volatile bool got;
} waiter_t;

static waiter_t *waiters; // changed with the kernel's interrupts off

// Takes the first waiter for `sync`, or of `task`, out of the list. NULL if there is none.
static waiter_t *take_out(const sync_t *sync, TaskHandle_t task) {
    for (waiter_t **link = &waiters; *link != NULL; link = &(*link)->next) {
        waiter_t *waiter = *link;
        if (waiter->sync == sync || waiter->task == task) {
            *link = waiter->next;
            return waiter;
        }
    }
    return NULL;
}

bool sync_take(sync_t *sync, bool wait) {
    waiter_t self = {.sync = sync, .task = xTaskGetCurrentTaskHandle()};
    uint32_t mask = portSET_INTERRUPT_MASK_FROM_ISR();
    self.got = *sync == SYNC_GIVEN;
    if (self.got) {
        *sync = SYNC_TAKEN;
    } else if (wait) {
        waiter_t **link = &waiters;
        while (*link != NULL) {
            link = &(*link)->next;
        }
        *link = &self;
    }
    portCLEAR_INTERRUPT_MASK_FROM_ISR(mask);
    uint32_t notified = 0;
    while (wait && !self.got) {
        notified += ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    }
    if (notified > 1) {
        xTaskNotifyGive(self.task); // one was not meant for this
    }
    return self.got;
}

void sync_give(sync_t *sync) {
    uint32_t mask = portSET_INTERRUPT_MASK_FROM_ISR();
    waiter_t *waiter = take_out(sync, NULL);
    TaskHandle_t task = NULL;
    if (waiter != NULL) {
        task = waiter->task;
        waiter->got = true; // from here on it may be gone
    } else {
        *sync = SYNC_GIVEN;
    }
    portCLEAR_INTERRUPT_MASK_FROM_ISR(mask);
    if (task != NULL) {
        BaseType_t woken = pdFALSE;
        vTaskNotifyGiveFromISR(task, &woken);
        portYIELD_FROM_ISR(woken);
    }
}

const sync_t *sync_awaited(TaskHandle_t task) {
    const sync_t *awaited = NULL;
    uint32_t mask = portSET_INTERRUPT_MASK_FROM_ISR();
    for (const waiter_t *waiter = waiters; waiter != NULL; waiter = waiter->next) {
        if (waiter->task == task) {
            awaited = waiter->sync;
        }
    }
    portCLEAR_INTERRUPT_MASK_FROM_ISR(mask);
    return awaited;
}

void sync_forget(TaskHandle_t task) {
    uint32_t mask = portSET_INTERRUPT_MASK_FROM_ISR();
    take_out(NULL, task);
    portCLEAR_INTERRUPT_MASK_FROM_ISR(mask);
}
