// The operating system as the SimpleLink host driver asks for it (osi.h), without a heap. The spawn task sleeps until
// there is work; TI's own version wakes five times a second.
#include <stdbool.h>
#include <string.h>

#include "FreeRTOS.h"
#include "task.h"

#include "simplelink.h"
#include "protocol.h"
#include "driver.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "interrupt.h"

#include "chip/memory.h"
#include "rtos/sync.h"

// How much work can wait for the spawn task.
#define SPAWN_QUEUE (3)

static StackType_t spawn_stack[SPAWN_STACK_BYTES / sizeof(StackType_t)] STACK_SECTION;
static StaticTask_t spawn_task LOW_RAM;
static tSimpleLinkSpawnMsg spawn_queue[SPAWN_QUEUE] LOW_RAM;
static volatile uint8_t spawn_first, spawn_count; // changed with the kernel's interrupts off
static sync_t spawn_work;

// The word that the driver keeps for each of its sync objects is all there is to it.
OsiReturnVal_e osi_SyncObjCreate(OsiSyncObj_t *object) {
    *object = SYNC_TAKEN;
    return OSI_OK;
}

OsiReturnVal_e osi_SyncObjDelete(OsiSyncObj_t *object) {
    (void)object;
    return OSI_OK;
}

OsiReturnVal_e osi_SyncObjSignal(OsiSyncObj_t *object) {
    sync_give(object);
    return OSI_OK;
}

OsiReturnVal_e osi_SyncObjSignalFromISR(OsiSyncObj_t *object) {
    sync_give(object);
    return OSI_OK;
}

// The driver waits for ever or not at all.
OsiReturnVal_e osi_SyncObjWait(OsiSyncObj_t *object, OsiTime_t timeout) {
    return sync_take(object, timeout != 0) ? OSI_OK : OSI_OPERATION_FAILED;
}

OsiReturnVal_e osi_SyncObjClear(OsiSyncObj_t *object) {
    return osi_SyncObjWait(object, 0);
}

// A lock is a sync object that starts signalled; osi.h maps the other lock calls to those above.
OsiReturnVal_e osi_LockObjCreate(OsiLockObj_t *object) {
    *object = SYNC_GIVEN;
    return OSI_OK;
}

void osi_InterruptDeRegister(int number) {
    MAP_IntDisable(number);
    MAP_IntUnregister(number);
}

// Called from the network processor's interrupt handler and from tasks.
OsiReturnVal_e osi_Spawn(P_OSI_SPAWN_ENTRY entry, void *value, unsigned long flags) {
    (void)flags;
    uint32_t mask = portSET_INTERRUPT_MASK_FROM_ISR();
    bool has_capacity = spawn_count < SPAWN_QUEUE;
    if (has_capacity) {
        spawn_queue[(spawn_first + spawn_count++) % SPAWN_QUEUE] = (tSimpleLinkSpawnMsg){
            .pEntry = entry, .pValue = value};
    }
    portCLEAR_INTERRUPT_MASK_FROM_ISR(mask);
    sync_give(&spawn_work);
    return has_capacity ? OSI_OK : OSI_OPERATION_FAILED;
}

__attribute__((noreturn)) static void spawn(void *unused) {
    (void)unused;
    for (;;) {
        sync_take(&spawn_work, true);
        while (spawn_count > 0) {
            tSimpleLinkSpawnMsg message = spawn_queue[spawn_first];
            uint32_t mask = portSET_INTERRUPT_MASK_FROM_ISR();
            spawn_first = (spawn_first + 1) % SPAWN_QUEUE;
            spawn_count--;
            portCLEAR_INTERRUPT_MASK_FROM_ISR(mask);
            message.pEntry(message.pValue);
        }
    }
}

OsiReturnVal_e VStartSimpleLinkSpawnTask(unsigned long priority) {
    xTaskCreateStatic(
        spawn, "Spawn", SPAWN_STACK_BYTES / sizeof(StackType_t), NULL, priority, spawn_stack, &spawn_task);
    return OSI_OK;
}
