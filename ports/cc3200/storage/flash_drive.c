// The drive on the serial flash's block files.
#include <string.h>

#include "genhdr/board_config.h"
#include "chip/memory.h"
#include "nwp/processor.h"
#include "storage/fatfs.h"
#include "storage/flash_drive.h"
#include "storage/flash_lock.h"
#include "storage/flash_volume.h"

static flash_store_t store BOOT_CODE_OVERLAY;
_Static_assert(BOARD_FLASH_BLOCK_COUNT <= FLASH_STORE_MAX_BLOCKS, "the check at mount has room for these");

void flash_drive_init(void) {
    memset(&store, 0, sizeof(store));
}

// In use from the first mount since power-up on: what the FTP server has open outlives a session of the interpreter.
FRESULT flash_drive_mount(FATFS *volume) {
    static bool in_use;
    if (!processor_start()) {
        return FR_NOT_READY;
    }
    FRESULT result = FR_OK;
    if (!in_use) {
        flash_lock();
        result = flash_volume_mount(&store, volume, BOARD_FLASH_BLOCK_COUNT);
        flash_unlock();
        in_use = result == FR_OK;
    }
    return result;
}

bool flash_drive_sync(void) {
    flash_lock();
    bool good = flash_store_commit(&store);
    flash_unlock();
    return good;
}

void flash_drive_unreferenced(const void *data) {
    flash_store_unreferenced(&store, data);
}

FRESULT flash_drive_format(FATFS *volume) {
    flash_lock();
    FRESULT result = FR_DISK_ERR;
    if (fatfs_is_used(volume)) {
        result = FATFS_IN_USE;
    } else if (flash_store_create(&store)) {
        result = flash_volume_format(&store, volume);
    }
    flash_unlock();
    return result;
}

FRESULT flash_drive_replace(FATFS *volume, const char *from, const char *to) {
    flash_lock();
    FRESULT result = fatfs_may_replace(volume, to);
    result = result == FR_OK ? flash_volume_replace(&store, volume, from, to) : result;
    flash_unlock();
    return result;
}

// --- for FatFs, which has the lock -----------------------------------------------------------------------------------

DRESULT flash_drive_read(BYTE *data, DWORD sector, UINT count) {
    return flash_store_read(&store, data, sector, count) ? RES_OK : RES_ERROR;
}

DRESULT flash_drive_write(const BYTE *data, DWORD sector, UINT count) {
    return flash_store_write(&store, data, sector, count) ? RES_OK : RES_ERROR;
}

DRESULT flash_drive_ioctl(BYTE command, void *data) {
    switch (command) {
        case CTRL_SYNC:
            return flash_store_commit(&store) ? RES_OK : RES_ERROR;
        case GET_SECTOR_COUNT:
            *(DWORD *)data = BOARD_FLASH_BLOCK_COUNT * FLASH_SECTORS_PER_BLOCK;
            return RES_OK;
        case GET_BLOCK_SIZE:
            *(DWORD *)data = 1;
            return RES_OK;
        case IOCTL_INIT:
        case IOCTL_STATUS:
            *(DSTATUS *)data = 0;
            return RES_OK;
        default:
            return RES_PARERR;
    }
}
