// Start of the network processor through TI's host driver, and the handlers that the driver calls; those of the radio are
// in radio.c.
#include "FreeRTOS.h"
#include "task.h"

#include "simplelink.h"

#include "nwp/processor.h"
#include "rtos/sync.h"

// A start takes about 0.1 s; the first one after new firmware for the network processor, which rewrites its files, some
// seconds.
#define START_TIMEOUT_MS (5000)

// How long what is still to be sent may take at a stop.
#define STOP_TIMEOUT_MS (200)

// What the network processor has not said yet; no role nor error of device.h.
#define ROLE_AWAITED (-1000)

static sync_t lock = SYNC_GIVEN;
static volatile int role = ROLE_AWAITED;
static volatile uint32_t starts;

// Called in the spawn task with the driver's lock taken.
static void on_started(_u32 status) {
    role = (int)status;
}

static bool start(void) {
    starts++;
    if (sl_Start(NULL, NULL, on_started) == 0) {
        for (unsigned waited = 0; role == ROLE_AWAITED && waited < START_TIMEOUT_MS; waited++) {
            vTaskDelay(1);
        }
    }
    return role >= 0;
}

bool processor_start(void) {
    if (starts == 0) {
        start();
    }
    return role >= 0;
}

bool processor_restart(void) {
    processor_lock();
    role = ROLE_AWAITED;
    sl_Stop(STOP_TIMEOUT_MS);
    bool running = start();
    processor_unlock();
    return running;
}

void processor_lock(void) {
    sync_take(&lock, true);
}

void processor_unlock(void) {
    sync_give(&lock);
}

uint32_t processor_starts(void) {
    return starts;
}

int processor_role(void) {
    return role;
}

bool processor_mac(uint8_t mac[MAC_BYTES]) {
    _u8 length = MAC_BYTES;
    return processor_start() && sl_NetCfgGet(SL_MAC_ADDRESS_GET, NULL, &length, mac) >= 0;
}

void SimpleLinkGeneralEventHandler(SlDeviceEvent_t *event) {
    (void)event; // errors of the device reach the caller of the command that met them
}

void SimpleLinkHttpServerCallback(SlHttpServerEvent_t *event, SlHttpServerResponse_t *response) {
    (void)event;
    (void)response;
}

void SimpleLinkSockEventHandler(SlSockEvent_t *event) {
    (void)event;
}
