// Events are FreeRTOS task notifications: one word per task, no object to create.
#include "py/mpconfig.h"
#include "py/mpthread.h"
#include "py/runtime.h"

#include "FreeRTOS.h"
#include "task.h"

#include "mpthreadport.h"
#include "rtos/event.h"

static bool in_handler(void) {
    uint32_t exception;
    __asm volatile ("mrs %0, ipsr" : "=r" (exception));
    return exception != 0;
}

bool event_may_block(void) {
    uint32_t primask;
    __asm volatile ("mrs %0, primask" : "=r" (primask));
    return primask == 0 && !in_handler() && xTaskGetSchedulerState() == taskSCHEDULER_RUNNING;
}

static void notify(TaskHandle_t task) {
    BaseType_t woken = pdFALSE;
    vTaskNotifyGiveFromISR(task, &woken);
    portYIELD_FROM_ISR(woken);
}

void event_signal(void) {
    mp_thread_for_each_task(notify);
}

// A callback of the scheduler that sleeps takes events away from the code it interrupted, which may be about to wait for
// just those: that wait then ends at once.
static bool taken_by_callback;

void event_wait(uint32_t timeout_ms) {
    if (!event_may_block()) {
        return;
    }
    bool in_callback = MP_STATE_VM(sched_state) == MP_SCHED_LOCKED;
    if (taken_by_callback && !in_callback) {
        taken_by_callback = false;
        return;
    }
    MP_THREAD_GIL_EXIT();
    uint32_t taken = ulTaskNotifyTake(pdTRUE, timeout_ms == EVENT_FOREVER ? portMAX_DELAY : timeout_ms);
    MP_THREAD_GIL_ENTER();
    if (taken && in_callback) {
        taken_by_callback = true;
    }
}
