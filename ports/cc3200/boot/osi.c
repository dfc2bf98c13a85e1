// The operating system as TI's host driver asks for it (osi.h), without one: whoever waits does what is to be done, and
// sleeps between interrupts.
#include <stdbool.h>
#include <stddef.h>

#include "simplelink.h"
#include "protocol.h"
#include "driver.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "interrupt.h"

#include "chip/irq.h"

// What a sync object holds when it is signalled, and a lock when it is free.
#define SIGNALLED ((void *)1)

// The driver asks for one thing at a time: the network processor's interrupt is masked until it is done.
static volatile P_OSI_SPAWN_ENTRY spawned;
static void *volatile spawned_value;

OsiReturnVal_e osi_SyncObjCreate(OsiSyncObj_t *object) {
    *object = NULL;
    return OSI_OK;
}

OsiReturnVal_e osi_SyncObjDelete(OsiSyncObj_t *object) {
    return osi_SyncObjCreate(object);
}

OsiReturnVal_e osi_SyncObjClear(OsiSyncObj_t *object) {
    return osi_SyncObjCreate(object);
}

OsiReturnVal_e osi_SyncObjSignal(OsiSyncObj_t *object) {
    *object = SIGNALLED;
    return OSI_OK;
}

OsiReturnVal_e osi_SyncObjSignalFromISR(OsiSyncObj_t *object) {
    return osi_SyncObjSignal(object);
}

OsiReturnVal_e osi_LockObjCreate(OsiLockObj_t *object) {
    return osi_SyncObjSignal(object);
}

// What was asked for takes the driver's lock, so it is not for who holds that: a command under way, which reads what has
// come by itself.
static bool may_spawn(void) {
    return spawned != NULL && g_pCB->GlobalLockObj == SIGNALLED;
}

OsiReturnVal_e osi_SyncObjWait(OsiSyncObj_t *object, OsiTime_t timeout) {
    void *volatile *signal = (void *volatile *)object;
    for (;;) {
        uint32_t interrupts = interrupts_disable();
        bool is_signalled = *signal != NULL;
        P_OSI_SPAWN_ENTRY entry = !is_signalled && may_spawn() ? spawned : NULL;
        if (is_signalled) {
            *signal = NULL;
        } else if (entry != NULL) {
            spawned = NULL;
        } else if (timeout != OSI_NO_WAIT) {
            __asm volatile("dsb\n wfi"); // interrupts are off: none is missed, and each ends the sleep
        }
        interrupts_restore(interrupts);
        if (is_signalled) {
            return OSI_OK;
        }
        if (entry != NULL) {
            entry(spawned_value);
        } else if (timeout == OSI_NO_WAIT) {
            return OSI_OPERATION_FAILED;
        }
    }
}

OsiReturnVal_e osi_Spawn(P_OSI_SPAWN_ENTRY entry, void *value, unsigned long flags) {
    (void)flags;
    spawned_value = value;
    spawned = entry;
    return OSI_OK;
}

void osi_InterruptDeRegister(int number) {
    MAP_IntDisable(number);
    MAP_IntPendClear(number);
}
