// Start of the network processor through TI's host driver. The handlers that the driver calls are in radio.c.
#include "FreeRTOS.h"
#include "task.h"

#include "simplelink.h"

#include "nwp/processor.h"
#include "rtos/event.h"

// A start takes about 0.1 s; the first one after new firmware for the network processor, which rewrites its files, some
// seconds.
#define START_TIMEOUT_MS (5000)

// How long what is still to be sent may take at a stop.
#define STOP_TIMEOUT_MS (200)

// Variables that start as zero cost nothing in the image: so a role is kept as its distance from this one, which is none
// of wlan.h's nor an error of device.h.
#define ROLE_AWAITED (-1000)

static struct {
    volatile uint16_t role; // less ROLE_AWAITED
    volatile bool restarting;
    volatile uint8_t inside; // how many calls are under way, or look whether they may be
    volatile uint32_t starts;
} processor LOW_RAM;

// Called in the spawn task with the driver's lock taken.
static void on_started(_u32 status) {
    processor.role = (uint16_t)((int)status - ROLE_AWAITED);
}

static bool start(void) {
    processor.starts++;
    processor.role = 0;
    if (sl_Start(NULL, NULL, on_started) == 0) {
        for (unsigned waited = 0; processor.role == 0 && waited < START_TIMEOUT_MS; waited++) {
            vTaskDelay(1);
        }
    }
    return processor_role() >= 0;
}

bool processor_start(void) {
    if (processor.starts == 0) {
        return start();
    }
    return processor_role() >= 0;
}

ONE_COPY static void count(int change) {
    taskENTER_CRITICAL();
    processor.inside = (uint8_t)(processor.inside + change);
    taskEXIT_CRITICAL();
}

ONE_COPY bool processor_enter(void) {
    for (;;) {
        count(1);
        if (!processor.restarting || !event_may_block()) {
            return processor_role() >= 0 && event_may_block();
        }
        count(-1);
        vTaskDelay(1);
    }
}

ONE_COPY int processor_leave(int result) {
    count(-1);
    return result;
}

static bool begin_restart(void) {
    taskENTER_CRITICAL();
    bool begun = !processor.restarting;
    processor.restarting = true;
    taskEXIT_CRITICAL();
    return begun;
}

bool processor_restart(void) {
    while (!begin_restart()) {
        vTaskDelay(1);
    }
    while (processor.inside > 0) {
        vTaskDelay(1);
    }
    sl_Stop(STOP_TIMEOUT_MS); // one that does not answer is started anew all the same
    bool running = start();
    processor.restarting = false;
    return running;
}

uint32_t processor_starts(void) {
    return processor.starts;
}

ONE_COPY int processor_role(void) {
    return processor.role + ROLE_AWAITED;
}

bool processor_mac(uint8_t mac[MAC_BYTES]) {
    _u8 length = MAC_BYTES;
    return processor_start() && PROCESSOR_CALL(sl_NetCfgGet(SL_MAC_ADDRESS_GET, NULL, &length, mac)) >= 0;
}
