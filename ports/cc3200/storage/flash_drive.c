// The drive at /flash, and the disk functions through which FatFs reaches it and any other block device.
#include <string.h>

#include "py/mperrno.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "extmod/vfs_fat.h"
#include "lib/oofatfs/ff.h"
#include "lib/oofatfs/diskio.h"

#include "genhdr/board_config.h"
#include "nwp/processor.h"
#include "storage/flash_drive.h"
#include "chip/memory.h"
#include "storage/flash_lock.h"
#include "storage/flash_volume.h"

static flash_store_t store BOOT_CODE_OVERLAY;
_Static_assert(BOARD_FLASH_BLOCK_COUNT <= FLASH_STORE_MAX_BLOCKS, "the check at mount has room for these");

static const void *fresh_data;

fs_user_mount_t flash_drive LOW_RAM;

static const MP_DEFINE_STR_OBJ(root_path, "/flash");
static const MP_DEFINE_STR_OBJ(library_path, "/flash/lib");

void flash_drive_init(void) {
    memset(&store, 0, sizeof(store));
}

// Once a power-up: what the FTP server has open outlives a session of the interpreter.
static FRESULT take_into_use(void) {
    static bool in_use;
    if (in_use) {
        return FR_OK;
    }
    flash_drive.base.type = &mp_fat_vfs_type;
    flash_drive.fatfs.drv = &flash_drive;
    flash_lock();
    FRESULT result = flash_volume_mount(&store, &flash_drive.fatfs, BOARD_FLASH_BLOCK_COUNT);
    flash_unlock();
    in_use = result == FR_OK;
    return result;
}

FRESULT flash_drive_mount(void) {
    if (!processor_start()) {
        return FR_NOT_READY;
    }
    FRESULT result = take_into_use();
    if (result == FR_OK) {
        mp_vfs_mount_t *vfs = m_new_obj(mp_vfs_mount_t);
        vfs->str = "/flash";
        vfs->len = sizeof("/flash") - 1;
        vfs->obj = MP_OBJ_FROM_PTR(&flash_drive);
        vfs->next = NULL;
        MP_STATE_VM(vfs_mount_table) = vfs;
        MP_STATE_VM(vfs_cur) = vfs;
        mp_obj_list_append(mp_sys_path, MP_OBJ_FROM_PTR(&root_path));
        mp_obj_list_append(mp_sys_path, MP_OBJ_FROM_PTR(&library_path));
    }
    return result;
}

bool flash_drive_sync(void) {
    flash_lock();
    bool good = flash_store_commit(&store);
    flash_unlock();
    return good;
}

void flash_drive_fresh(const void *data) {
    fresh_data = data;
}

FRESULT flash_drive_format(void) {
    flash_lock();
    FRESULT result = FR_DISK_ERR;
    if (flash_store_create(&store)) {
        result = flash_volume_format(&store, &flash_drive.fatfs);
    }
    flash_unlock();
    return result;
}

FRESULT flash_drive_replace(const char *from, const char *to) {
    flash_lock();
    FRESULT result = flash_volume_replace(&store, &flash_drive.fatfs, from, to);
    flash_unlock();
    return result;
}

// --- what FatFs asks for; `drive` is an fs_user_mount_t --------------------------------------------------------------

DRESULT disk_read(void *drive, BYTE *data, DWORD sector, UINT count) {
    if (drive == &flash_drive) {
        return flash_store_read(&store, data, sector, count) ? RES_OK : RES_ERROR;
    }
    fs_user_mount_t *mount = drive;
    return mp_vfs_blockdev_read(&mount->blockdev, sector, count, data) == 0 ? RES_OK : RES_ERROR;
}

DRESULT disk_write(void *drive, const BYTE *data, DWORD sector, UINT count) {
    if (drive == &flash_drive) {
        bool good = data == fresh_data ? flash_store_write_fresh(&store, data, sector, count)
                                       : flash_store_write(&store, data, sector, count);
        return good ? RES_OK : RES_ERROR;
    }
    fs_user_mount_t *mount = drive;
    int result = mp_vfs_blockdev_write(&mount->blockdev, sector, count, data);
    return result == 0 ? RES_OK : result == -MP_EROFS ? RES_WRPRT : RES_ERROR;
}

static DRESULT flash_ioctl(BYTE command, void *data) {
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

// What a block device answers to an ioctl, or otherwise if it has nothing to say.
static mp_int_t ask(fs_user_mount_t *mount, unsigned operation, mp_int_t otherwise) {
    mp_obj_t answer = mp_vfs_blockdev_ioctl(&mount->blockdev, operation, 0);
    return answer == mp_const_none ? otherwise : mp_obj_get_int(answer);
}

DRESULT disk_ioctl(void *drive, BYTE command, void *data) {
    if (drive == &flash_drive) {
        return flash_ioctl(command, data);
    }
    fs_user_mount_t *mount = drive;
    switch (command) {
        case CTRL_SYNC:
            return ask(mount, MP_BLOCKDEV_IOCTL_SYNC, 0) == 0 ? RES_OK : RES_ERROR;
        case GET_SECTOR_COUNT:
            *(DWORD *)data = ask(mount, MP_BLOCKDEV_IOCTL_BLOCK_COUNT, 0);
            return RES_OK;
        case GET_BLOCK_SIZE:
            *(DWORD *)data = 1;
            return RES_OK;
        case IOCTL_INIT:
            // All that this FatFs can use is 512; told otherwise, it must not touch the device.
            if (ask(mount, MP_BLOCKDEV_IOCTL_INIT, 0) != 0
                || ask(mount, MP_BLOCKDEV_IOCTL_BLOCK_SIZE, FF_MAX_SS) != FF_MAX_SS) {
                *(DSTATUS *)data = STA_NOINIT;
                return RES_OK;
            }
            mount->blockdev.block_size = FF_MAX_SS;
            // fall through
        case IOCTL_STATUS:
            *(DSTATUS *)data = mount->blockdev.writeblocks[0] == MP_OBJ_NULL ? STA_PROTECT : 0;
            return RES_OK;
        default:
            return RES_PARERR;
    }
}
