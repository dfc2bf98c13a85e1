// What takes the place of the driver library's delay where TI's host driver turns the network processor on and off: half a
// second in all, for which a task sleeps instead of counting.

#include <stdint.h>

#include "FreeRTOS.h"
#include "task.h"

#include "rtos/event.h"
#include "rtos/tickless.h"

#define CYCLES_PER_LOOP 3u // utils.h, UtilsDelay
#define US_PER_TICK (1000000u / configTICK_RATE_HZ)

void nwp_delay(unsigned long loops);

void nwp_delay(unsigned long loops) {
    uint32_t wait_us = (uint32_t)loops * CYCLES_PER_LOOP / CYCLES_PER_US;
    uint32_t start_us = system_time_us();
    if (event_may_block()) {
        vTaskDelay(wait_us / US_PER_TICK); // never longer than that
    }
    while (system_time_us() - start_us < wait_us) {
    }
}
