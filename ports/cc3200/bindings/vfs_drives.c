// The firmware's drives as Python's file system has them: the table of drives, and their mounts.
#include "py/objstr.h"
#include "py/runtime.h"
#include "extmod/vfs_fat.h"

#include "bindings/vfs_drives.h"
#include "chip/memory.h"

static fs_user_mount_t objects[DRIVE_COUNT] LOW_RAM;

#define FIRST_DRIVE "/flash"

const drive_t drives[DRIVE_COUNT] = {
    {FIRST_DRIVE, &objects[0].fatfs},
};

static const MP_DEFINE_STR_OBJ(root_path, FIRST_DRIVE);
static const MP_DEFINE_STR_OBJ(library_path, FIRST_DRIVE "/lib");

size_t vfs_drive_of(mp_obj_t object) {
    return ((uintptr_t)object - (uintptr_t)objects) / sizeof(objects[0]);
}

static FRESULT mount(size_t index) {
    const drive_t *drive = &drives[index];
    objects[index].base.type = &mp_fat_vfs_type;
    drive->volume->drv = (void *)drive;
    FRESULT result = drive_mount(index);
    if (result == FR_OK) {
        mp_vfs_mount_t *vfs = m_new_obj(mp_vfs_mount_t);
        vfs->str = drive->path;
        vfs->len = strlen(drive->path);
        vfs->obj = MP_OBJ_FROM_PTR(&objects[index]);
        vfs->next = MP_STATE_VM(vfs_mount_table);
        MP_STATE_VM(vfs_mount_table) = vfs;
    }
    return result;
}

FRESULT vfs_drives_mount(void) {
    FRESULT result = FR_OK;
    for (size_t index = DRIVE_COUNT; index-- > 0;) {
        result = mount(index);
    }
    if (result == FR_OK) {
        MP_STATE_VM(vfs_cur) = MP_STATE_VM(vfs_mount_table);
        mp_obj_list_append(mp_sys_path, MP_OBJ_FROM_PTR(&root_path));
        mp_obj_list_append(mp_sys_path, MP_OBJ_FROM_PTR(&library_path));
    }
    return result;
}

void vfs_drives_sync(void) {
    for (size_t index = 0; index < DRIVE_COUNT; index++) {
        drive_sync(index);
    }
}
