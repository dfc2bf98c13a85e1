// FatFs's disk functions: the firmware's drives by their rows, every other volume by its Python block device.
#include <string.h>

#include "py/objarray.h"
#include "py/runtime.h"
#include "extmod/vfs_fat.h"

#include "storage/drives.h"

// Calls readblocks or writeblocks of a device. Python gets a copy of the data, to keep or resize as it likes: a bytearray over
// FatFs's own memory would be there after the call. Raises what the device raises; false: it says that it failed.
static bool transfer(const mp_obj_t *method, DWORD sector, size_t length, const BYTE *from, BYTE *into) {
    mp_obj_t copy = mp_obj_new_bytearray(length, from);
    mp_obj_t call[4] = {method[0], method[1], mp_obj_new_int_from_uint(sector), copy};
    mp_obj_t answer = mp_call_method_n_kw(2, 0, call);
    mp_buffer_info_t data;
    mp_get_buffer_raise(copy, &data, MP_BUFFER_READ);
    if (into != NULL && data.len >= length) {
        memcpy(into, data.buf, length);
    }
    bool good = answer == mp_const_none || answer == mp_const_true || answer == MP_OBJ_NEW_SMALL_INT(0);
    return good && data.len >= length;
}

// drv: of a FATFS; a drive_t, or the fs_user_mount_t that extmod/vfs_fat.c puts there.
DRESULT disk_read(void *drv, BYTE *data, DWORD sector, UINT count) {
    size_t drive = drive_of(drv);
    if (drive < DRIVE_COUNT) {
        return drive_read(drive, data, sector, count);
    }
    fs_user_mount_t *mount = drv;
    return transfer(mount->blockdev.readblocks, sector, count * FF_MAX_SS, data, data) ? RES_OK : RES_ERROR;
}

DRESULT disk_write(void *drv, const BYTE *data, DWORD sector, UINT count) {
    size_t drive = drive_of(drv);
    if (drive < DRIVE_COUNT) {
        return drive_write(drive, data, sector, count);
    }
    fs_user_mount_t *mount = drv;
    const mp_obj_t *method = mount->blockdev.writeblocks;
    if (method[0] == MP_OBJ_NULL) {
        return RES_WRPRT;
    }
    return transfer(method, sector, count * FF_MAX_SS, data, NULL) ? RES_OK : RES_ERROR;
}

// What a block device answers to an ioctl, or otherwise if it has nothing to say.
static mp_int_t ask(fs_user_mount_t *mount, unsigned operation, mp_int_t otherwise) {
    mp_obj_t answer = mp_vfs_blockdev_ioctl(&mount->blockdev, operation, 0);
    return answer == mp_const_none ? otherwise : mp_obj_get_int(answer);
}

DRESULT disk_ioctl(void *drv, BYTE command, void *data) {
    size_t drive = drive_of(drv);
    if (drive < DRIVE_COUNT) {
        return drive_ioctl(drive, command, data);
    }
    fs_user_mount_t *mount = drv;
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
