// The os and vfs modules: MicroPython's file functions, with the WiPy's rules for mounting and formatting.
#include <string.h>

#include "py/mperrno.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "py/runtime.h"
#include "extmod/misc.h"
#include "extmod/vfs.h"
#include "extmod/vfs_fat.h"
#include "lib/oofatfs/ff.h"
#include "lib/oofatfs/diskio.h"

#include "genhdr/board_config.h"
#include "genhdr/mpversion.h"
#include "chip/random.h"
#include "bindings/vfs_drives.h"
#include "storage/fatfs.h"

static void raise_unless_ok(FRESULT result) {
    if (result != FR_OK) {
        mp_raise_OSError(fresult_to_errno_table[result]);
    }
}

// --- mounting --------------------------------------------------------------------------------------------------------

// The mount of a file system object, or of one on that block device; NULL if there is none.
static mp_vfs_mount_t *mount_of(mp_obj_t object) {
    for (mp_vfs_mount_t *vfs = MP_STATE_VM(vfs_mount_table); vfs != NULL; vfs = vfs->next) {
        const fs_user_mount_t *fat = MP_OBJ_TO_PTR(vfs->obj);
        if (vfs->obj == object
            || (mp_obj_is_type(vfs->obj, &mp_fat_vfs_type) && fat->blockdev.readblocks[1] == object)) {
            return vfs;
        }
    }
    return NULL;
}

// mount(device, mount_point, *, readonly=False): device is a block device or a file system object.
static mp_obj_t storage_mount(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    if (n_args > 0 && mount_of(args[0]) != NULL) {
        mp_raise_OSError(MP_EPERM);
    }
    return mp_vfs_mount(n_args, args, kw_args);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(storage_mount_obj, 0, storage_mount);

// The drive that is mounted at this very path, if there is one.
static size_t drive_called(const char *path) {
    const char *within;
    size_t drive = drive_at(path, &within);
    return drive < DRIVE_COUNT && within[0] == '\0' ? drive : DRIVE_COUNT;
}

// unmount(path or file system), also umount: neither the firmware's own drives nor one of which a file is open.
static mp_obj_t storage_umount(mp_obj_t what) {
    const char *path = mp_obj_is_str(what) ? mp_obj_str_get_str(what) : "";
    mp_vfs_mount_t **at = &MP_STATE_VM(vfs_mount_table);
    while (*at != NULL && (*at)->obj != what && strcmp((*at)->str, path) != 0) {
        at = &(*at)->next;
    }
    mp_vfs_mount_t *const vfs = *at;
    if (vfs == NULL) {
        mp_raise_OSError(MP_EINVAL);
    }
    const fs_user_mount_t *fat = MP_OBJ_TO_PTR(vfs->obj);
    if (vfs_drive_of(vfs->obj) < DRIVE_COUNT) {
        mp_raise_OSError(MP_EPERM);
    }
    if (mp_obj_is_type(vfs->obj, &mp_fat_vfs_type) && fatfs_is_used(&fat->fatfs)) {
        mp_raise_OSError(MP_EBUSY);
    }
    *at = vfs->next;
    if (MP_STATE_VM(vfs_cur) == vfs) {
        MP_STATE_VM(vfs_cur) = MP_VFS_ROOT;
    }
    mp_obj_t method[2];
    mp_load_method(vfs->obj, MP_QSTR_umount, method);
    mp_call_method_n_kw(0, 0, method);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(storage_umount_obj, storage_umount);

// What a new drive with its folders and files takes of the stack.
#define NEW_DRIVE_STACK_BYTES (2000)

static void format_path(const char *path) {
    size_t drive = drive_called(path);
    if (drive < DRIVE_COUNT) {
        raise_unless_ok(drive_format(drive));
        return;
    }
    if (strcmp(path, "/sd") != 0) {
        mp_raise_ValueError(NULL);
    }
    for (mp_vfs_mount_t *vfs = MP_STATE_VM(vfs_mount_table); vfs != NULL; vfs = vfs->next) {
        if (vfs->len == strlen(path) && memcmp(vfs->str, path, vfs->len) == 0
            && mp_obj_is_type(vfs->obj, &mp_fat_vfs_type)) {
            fs_user_mount_t *fat = MP_OBJ_TO_PTR(vfs->obj);
            uint32_t work[FF_MAX_SS / sizeof(uint32_t)];
            raise_unless_ok(f_mkfs(&fat->fatfs, FM_FAT | FM_FAT32 | FM_SFD, 0, work, sizeof(work)));
            raise_unless_ok(f_mount(&fat->fatfs));
            return;
        }
    }
    mp_raise_OSError(MP_ENODEV);
}

// mkfs(block_device or path): the path of a mounted drive, /flash or /sd.
static mp_obj_t storage_mkfs(mp_obj_t what) {
    fatfs_enter(NEW_DRIVE_STACK_BYTES);
    if (mp_obj_is_str(what)) {
        format_path(mp_obj_str_get_str(what));
        return mp_const_none;
    }
    if (mount_of(what) != NULL) {
        mp_raise_OSError(MP_EBUSY);
    }
    mp_obj_t mkfs = mp_load_attr(MP_OBJ_FROM_PTR(&mp_fat_vfs_type), MP_QSTR_mkfs);
    return mp_call_function_1(mkfs, what);
}
static MP_DEFINE_CONST_FUN_OBJ_1(storage_mkfs_obj, storage_mkfs);

// --- files -----------------------------------------------------------------------------------------------------------

// rename(old, new): on a drive, putting a file in the place of another is one step that a power cut can't split.
static mp_obj_t os_rename(mp_obj_t old, mp_obj_t new) {
    const char *from, *to;
    mp_vfs_mount_t *vfs = mp_vfs_lookup_path(mp_obj_str_get_str(old), &from);
    size_t drive = vfs == MP_VFS_NONE || vfs == MP_VFS_ROOT ? DRIVE_COUNT : vfs_drive_of(vfs->obj);
    if (drive < DRIVE_COUNT && mp_vfs_lookup_path(mp_obj_str_get_str(new), &to) == vfs) {
        FRESULT result = f_rename(drives[drive].volume, from, to);
        raise_unless_ok(result == FR_EXIST ? drive_replace(drive, from, to) : result);
        return mp_const_none;
    }
    return mp_vfs_rename(old, new);
}
static MP_DEFINE_CONST_FUN_OBJ_2(os_rename_obj, os_rename);

// sync(): all that files which were closed or flushed still have in a cache.
static mp_obj_t os_sync(void) {
    fatfs_enter(0);
    for (mp_vfs_mount_t *vfs = MP_STATE_VM(vfs_mount_table); vfs != NULL; vfs = vfs->next) {
        const fs_user_mount_t *fat = MP_OBJ_TO_PTR(vfs->obj);
        size_t drive = vfs_drive_of(vfs->obj);
        bool good = drive < DRIVE_COUNT
            ? drive_sync(drive)
            : !mp_obj_is_type(vfs->obj, &mp_fat_vfs_type) || disk_ioctl(fat->fatfs.drv, CTRL_SYNC, NULL) == RES_OK;
        if (!good) {
            mp_raise_OSError(MP_EIO);
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(os_sync_obj, os_sync);

// --- the system ------------------------------------------------------------------------------------------------------

static mp_obj_t os_urandom(mp_obj_t count) {
    vstr_t bytes;
    mp_int_t length = mp_obj_get_int(count);
    if (length < 0) {
        mp_raise_ValueError(NULL);
    }
    vstr_init_len(&bytes, length);
    uint32_t word = 0;
    for (mp_int_t i = 0; i < length; i++, word >>= 8) {
        if (i % 4 == 0) {
            word = random_u32();
        }
        bytes.buf[i] = word;
    }
    return mp_obj_new_bytes_from_vstr(&bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_1(os_urandom_obj, os_urandom);

static const qstr uname_fields[] = {
    MP_QSTR_sysname,
    MP_QSTR_nodename,
    MP_QSTR_release,
    MP_QSTR_version,
    MP_QSTR_machine,
};
static const MP_DEFINE_STR_OBJ(uname_sysname_obj, MICROPY_PY_SYS_PLATFORM);
static const MP_DEFINE_STR_OBJ(uname_release_obj, WIPY_VERSION);
static const MP_DEFINE_STR_OBJ(uname_version_obj, MICROPY_GIT_TAG " on " MICROPY_BUILD_DATE);
static const MP_DEFINE_STR_OBJ(uname_machine_obj, MICROPY_HW_BOARD_NAME " with " MICROPY_HW_MCU_NAME);
static MP_DEFINE_ATTRTUPLE(uname_obj, uname_fields, MP_ARRAY_SIZE(uname_fields), MP_ROM_PTR(&uname_sysname_obj),
    MP_ROM_PTR(&uname_sysname_obj), MP_ROM_PTR(&uname_release_obj), MP_ROM_PTR(&uname_version_obj),
    MP_ROM_PTR(&uname_machine_obj));

// uname(): release is the version of this firmware, version that of MicroPython.
static mp_obj_t os_uname(void) {
    return MP_OBJ_FROM_PTR(&uname_obj);
}
static MP_DEFINE_CONST_FUN_OBJ_0(os_uname_obj, os_uname);

// dupterm(stream or None), or dupterm(): which it is, as in firmware 1.x.
static mp_obj_t os_dupterm(size_t count, const mp_obj_t *all) {
    if (count > 0) {
        return mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_os_dupterm_obj), count, 0, all);
    }
    mp_obj_t stream = MP_STATE_VM(dupterm_objs[0]);
    return stream != MP_OBJ_NULL ? stream : mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(os_dupterm_obj, 0, 2, os_dupterm);

static const mp_rom_map_elem_t os_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_os)},
    {MP_ROM_QSTR(MP_QSTR_uname), MP_ROM_PTR(&os_uname_obj)},
    {MP_ROM_QSTR(MP_QSTR_urandom), MP_ROM_PTR(&os_urandom_obj)},
    {MP_ROM_QSTR(MP_QSTR_dupterm), MP_ROM_PTR(&os_dupterm_obj)},
    {MP_ROM_QSTR(MP_QSTR_sep), MP_ROM_QSTR(MP_QSTR__slash_)},
    {MP_ROM_QSTR(MP_QSTR_chdir), MP_ROM_PTR(&mp_vfs_chdir_obj)},
    {MP_ROM_QSTR(MP_QSTR_getcwd), MP_ROM_PTR(&mp_vfs_getcwd_obj)},
    {MP_ROM_QSTR(MP_QSTR_listdir), MP_ROM_PTR(&mp_vfs_listdir_obj)},
    {MP_ROM_QSTR(MP_QSTR_ilistdir), MP_ROM_PTR(&mp_vfs_ilistdir_obj)},
    {MP_ROM_QSTR(MP_QSTR_mkdir), MP_ROM_PTR(&mp_vfs_mkdir_obj)},
    {MP_ROM_QSTR(MP_QSTR_remove), MP_ROM_PTR(&mp_vfs_remove_obj)},
    {MP_ROM_QSTR(MP_QSTR_unlink), MP_ROM_PTR(&mp_vfs_remove_obj)},
    {MP_ROM_QSTR(MP_QSTR_rename), MP_ROM_PTR(&os_rename_obj)},
    {MP_ROM_QSTR(MP_QSTR_rmdir), MP_ROM_PTR(&mp_vfs_rmdir_obj)},
    {MP_ROM_QSTR(MP_QSTR_stat), MP_ROM_PTR(&mp_vfs_stat_obj)},
    {MP_ROM_QSTR(MP_QSTR_statvfs), MP_ROM_PTR(&mp_vfs_statvfs_obj)},
    {MP_ROM_QSTR(MP_QSTR_sync), MP_ROM_PTR(&os_sync_obj)},
    {MP_ROM_QSTR(MP_QSTR_mount), MP_ROM_PTR(&storage_mount_obj)},
    {MP_ROM_QSTR(MP_QSTR_umount), MP_ROM_PTR(&storage_umount_obj)},
    {MP_ROM_QSTR(MP_QSTR_unmount), MP_ROM_PTR(&storage_umount_obj)},
    {MP_ROM_QSTR(MP_QSTR_mkfs), MP_ROM_PTR(&storage_mkfs_obj)},
    {MP_ROM_QSTR(MP_QSTR_VfsFat), MP_ROM_PTR(&mp_fat_vfs_type)},
};
static MP_DEFINE_CONST_DICT(os_globals, os_globals_table);

const mp_obj_module_t os_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&os_globals,
};
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_os, os_module);

static const mp_rom_map_elem_t vfs_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_vfs)},
    {MP_ROM_QSTR(MP_QSTR_mount), MP_ROM_PTR(&storage_mount_obj)},
    {MP_ROM_QSTR(MP_QSTR_umount), MP_ROM_PTR(&storage_umount_obj)},
    {MP_ROM_QSTR(MP_QSTR_VfsFat), MP_ROM_PTR(&mp_fat_vfs_type)},
};
static MP_DEFINE_CONST_DICT(vfs_globals, vfs_globals_table);

const mp_obj_module_t vfs_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&vfs_globals,
};
MP_REGISTER_MODULE(MP_QSTR_vfs, vfs_module);
