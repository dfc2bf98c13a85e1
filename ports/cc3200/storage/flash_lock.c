// The lock on /flash, and FatFs's hooks for it (ffconf.h, FF_FS_REENTRANT).
//
// Only /flash has one. Other volumes belong to the interpreter alone; a lock that is held while a block device written
// in Python runs would keep its other threads from ever giving it back.

#include "storage/flash_lock.h"

#include "storage/drives.h"
#include "chip/memory.h"
#include "rtos/event.h"
#include "rtos/sync.h"

static sync_t lock = SYNC_GIVEN;
static volatile TaskHandle_t owner LOW_RAM;
static unsigned depth LOW_RAM; // how many times the owner has it

void flash_lock(void) {
    TaskHandle_t self = xTaskGetCurrentTaskHandle();
    if (owner != self) {
        sync_take(&lock, true);
        owner = self;
    }
    depth++;
}

__attribute__((weak)) void flash_lock_given(void) {
}

void flash_unlock(void) {
    if (--depth == 0) {
        owner = NULL;
        sync_give(&lock);
        flash_lock_given();
    }
}

int ff_cre_syncobj(FATFS *volume, FF_SYNC_t *object) {
    *object = drive_of(volume->drv) < DRIVE_COUNT ? &lock : NULL;
    return 1;
}

// Not where a task can't wait, for the lock or for the network processor: FR_TIMEOUT.
int ff_req_grant(FF_SYNC_t object) {
    if (object != NULL) {
        if (!event_may_block()) {
            return 0;
        }
        flash_lock();
    }
    return 1;
}

void ff_rel_grant(FF_SYNC_t object) {
    if (object != NULL) {
        flash_unlock();
    }
}

int ff_del_syncobj(FF_SYNC_t object) {
    (void)object;
    return 1;
}
