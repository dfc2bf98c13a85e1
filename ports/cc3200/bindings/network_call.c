// How Python's functions call the host driver (see network_call.h).

#include "bindings/network_call.h"

#include "py/mperrno.h"
#include "py/mpthread.h"
#include "py/runtime.h"

#include "rtos/event.h"
#include "rtos/sync.h"

static sync_t lock = SYNC_GIVEN;

ONE_COPY bool network_enter(void) {
    if (!event_may_block()) {
        mp_raise_OSError(MP_EPERM);
    }
    mp_thread_release_interpreter();
    sync_take(&lock, true);
    return processor_enter();
}

ONE_COPY int network_leave(int result) {
    processor_leave(0);
    sync_give(&lock);
    mp_thread_take_interpreter();
    return result;
}

int network_checked(int result) {
    if (result < 0) {
        mp_raise_OSError(result == PROCESSOR_OFF ? MP_ENODEV : MP_EIO);
    }
    return result;
}

void network_require(void) {
    network_checked(processor_role() < 0 ? PROCESSOR_OFF : 0);
}
