// The firmware's drives as Python's file system has them: the table of drives, and their mounts.
#include "py/builtin.h"
#include "py/gc.h"
#include "py/mpthread.h"
#include "py/mperrno.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "extmod/vfs_fat.h"
#include "shared/runtime/gchelper.h"

#include "bindings/vfs_drives.h"
#include "chip/memory.h"
#include "rtos/event.h"
#include "storage/fatfs.h"
#include "storage/flash_lock.h"

static fs_user_mount_t objects[DRIVE_COUNT] LOW_RAM;

// What looking for a module takes of the stack.
#define IMPORT_STACK_BYTES (1200)

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

// MicroPython's own takes a good deal before it asks.
mp_obj_t mp_builtin___import__(size_t count, const mp_obj_t *args) {
    fatfs_enter(IMPORT_STACK_BYTES);
    return mp_builtin___import___default(count, args);
}

// Whether the caller is Python, and may raise exceptions and let others have the interpreter: a collection, which closes files,
// may not.
static bool in_python(void) {
    return mp_thread_get_state() != NULL && !gc_is_locked();
}

// How deep Python has called is open. A collection closes files too: for that, C_CALL_BYTES are enough.
void fatfs_enter(size_t bytes) {
    if (!in_python()) {
        return;
    }
    if (!event_may_block()) {
        mp_raise_OSError(MP_EPERM);
    }
    if (mp_cstack_usage() + bytes > MP_STATE_THREAD(stack_limit) + C_CALL_BYTES) {
        mp_raise_recursion_depth();
    }
}

// A call takes as long as the flash does, up to 0.2 s, in which no other thread had a turn.
void flash_lock_given(void) {
    if (in_python() && event_may_block() && MP_STATE_VM(sched_state) == MP_SCHED_IDLE) {
        mp_thread_release_interpreter();
        mp_thread_take_interpreter();
    }
}

// Whether a collection that has marked what variables lead to has marked the object that begins in that block of the heap.
static bool is_marked(const void *object) {
    const mp_state_mem_area_t *const heap = &MP_STATE_MEM(area);
    const size_t block = ((uintptr_t)object - (uintptr_t)heap->gc_pool_start) / MICROPY_BYTES_PER_GC_BLOCK;
    return (heap->gc_alloc_table_start[block / 4] >> (block % 4 * 2) & 3) == 3; // AT_MARK of py/gc.c
}

// FTP can't tell what a program reads from what it forgot to close: its readers lose the file. A program's own files are in
// its way if a variable of a module or of an object leads to them. The stacks do not count: what is left on them of calls that
// are over would keep `open(name, 'w').write(text)` open.
bool fatfs_gives_way(const FIL *file) {
    if (mp_thread_get_state() == NULL) {
        return file != NULL && !(file->flag & FA_WRITE);
    }
    if (gc_is_locked() || (file != NULL && (uintptr_t)file < (uintptr_t)MP_STATE_MEM(area).gc_pool_start)) {
        return false; // FTP's
    }
    gc_collect_start();
    const bool marked = MP_STATE_MEM(gc_stack_overflow)
        || (file != NULL && is_marked(file)); // if not all, take it for so
    mp_thread_gc_others();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
    return !marked;
}
