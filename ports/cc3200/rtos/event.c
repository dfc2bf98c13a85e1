// Events are FreeRTOS task notifications: one word per task, no object to create.
#include "rtos/event.h"

#include "chip/irq.h"

static event_listener_t *listeners;

void event_init(event_listener_t *first) {
    listeners = first;
}

bool event_may_block(void) {
    return interrupts_enabled() && exception_number() == 0 && xTaskGetSchedulerState() == taskSCHEDULER_RUNNING;
}

void event_signal(void) {
    uint32_t interrupts = interrupts_disable();
    for (event_listener_t *listener = listeners; listener != NULL; listener = listener->next) {
        if (listener->task != NULL) {
            BaseType_t woken = pdFALSE;
            vTaskNotifyGiveFromISR(listener->task, &woken);
            portYIELD_FROM_ISR(woken);
        }
    }
    interrupts_restore(interrupts);
}

bool event_take(uint32_t timeout_ms) {
    return ulTaskNotifyTake(pdTRUE, timeout_ms == EVENT_FOREVER ? portMAX_DELAY : timeout_ms) != 0;
}
