// FatFs, and in front of it what it takes on trust (fatfs.h). Its source is part of this file: where a path leads, only
// functions know that it keeps to itself.
#include "storage/fatfs.h"

#include <string.h>

#include "FreeRTOS.h"
#include "task.h"

#include "chip/memory.h"
#include "storage/drives.h"

#define f_open trusting_open
#define f_close trusting_close
#define f_unlink trusting_unlink
#define f_mkdir trusting_mkdir
#define f_rename trusting_rename
#define f_mkfs trusting_mkfs
#define f_stat trusting_stat
#define f_readdir trusting_readdir
// Never a part of their callers here: room for a long name on the stack would be there while memory is collected, and what
// it holds from before would keep a file open.
ONE_COPY FRESULT f_open(FATFS *volume, FIL *file, const TCHAR *path, BYTE mode);
ONE_COPY FRESULT f_unlink(FATFS *volume, const TCHAR *path);
ONE_COPY FRESULT f_mkdir(FATFS *volume, const TCHAR *path);
ONE_COPY FRESULT f_rename(FATFS *volume, const TCHAR *old_path, const TCHAR *new_path);
#include "lib/oofatfs/ff.c"
#undef f_open
#undef f_close
#undef f_unlink
#undef f_mkdir
#undef f_rename
#undef f_mkfs
#undef f_stat
#undef f_readdir

// What of the stack is taken in all, down to the network processor's driver, in bytes.
#define OPEN_STACK_BYTES (1200)
#define CHANGE_STACK_BYTES (1000)
#define RENAME_STACK_BYTES (1300)
#define FORMAT_STACK_BYTES (1300)
#define LOOK_STACK_BYTES (860)

// Names on the firmware's own drives that stand for something else: FTP's upload that is not complete (servers/ftp/files.c),
// and what FTP puts into the network processor's file system (nwp/hidden_file.c). As in a directory entry, and its folder.
static const struct {
    char name[11];
    char folder[6];
} RESERVED[] = {
    {{"~UPLOAD FTP"}, ""},
    {{"CA      PEM"}, "/cert"},
    {{"CERT    PEM"}, "/cert"},
    {{"PRIVATE KEY"}, "/cert"},
    {{"MCUIMG  BIN"}, "/sys"},
};

// What is open, of all volumes.
static FIL *open_files[FATFS_OPEN_MAX] LOW_RAM;

__attribute__((weak)) void fatfs_enter(size_t bytes) {
    (void)bytes;
}

__attribute__((weak)) bool fatfs_gives_way(const FIL *file) {
    (void)file;
    return false;
}

// Puts one in the place of the other, NULL being a free place. False if the other is nowhere.
ONE_COPY static bool exchange(const FIL *old, FIL *new) {
    bool found = false;
    taskENTER_CRITICAL();
    for (unsigned i = 0; i < FATFS_OPEN_MAX && !found; i++) {
        if (open_files[i] == old) {
            open_files[i] = new;
            found = true;
        }
    }
    taskEXIT_CRITICAL();
    return found;
}

// Modes of opening that is_open asks for, beside FA_WRITE.
#define ANY (0)
#define NONE (0xff)

// Who has a file of the volume open in that mode: the one of an entry, or any.
ONE_COPY static FIL *user_of(const FATFS *volume, const FF_DIR *entry, BYTE mode) {
    for (unsigned i = 0; i < FATFS_OPEN_MAX; i++) {
        FIL *file = open_files[i];
        if (file != NULL && file->obj.fs == volume && (file->flag & mode) == mode
            && (entry == NULL || (file->dir_sect == entry->sect && file->dir_ptr == entry->dir))) {
            return file;
        }
    }
    return NULL;
}

// Whether users stand in the way of a change. Those that give way are closed; whoever goes on with one is told so.
ONE_COPY static bool is_open(const FATFS *volume, const FF_DIR *entry, BYTE mode) {
    for (FIL *user; (user = user_of(volume, entry, mode)) != NULL;) {
        if (!fatfs_gives_way(user)) {
            return true;
        }
        if (exchange(user, NULL)) { // or it is closed already
            (void)trusting_close(user);
            user->obj.fs = NULL;
        }
    }
    return false;
}

bool fatfs_is_used(const FATFS *volume) {
    return is_open(volume, NULL, ANY);
}

// Where a path leads, as FatFs sees it: in any case of letters, with either slash, dots and blanks at the end.
ONE_COPY static FRESULT look_up(FATFS *volume, FF_DIR *entry, const char *path) {
    DEF_NAMBUF
    FRESULT result = find_volume(volume, 0);
    if (result == FR_OK) {
        entry->obj.fs = volume;
        INIT_NAMBUF(volume);
        result = follow_path(entry, path);
        if (result == FR_OK && (entry->fn[NSFLAG] & (NS_NONAME | NS_DOT))) {
            result = FR_INVALID_NAME; // a folder by way of itself
        }
    }
    unlock_fs(volume, result);
    return result;
}

static DWORD cluster_of(const FF_DIR *entry) {
    return ld_clust(entry->obj.fs, entry->dir);
}

// Whether an entry that look_up did not find has a reserved name.
ONE_COPY static bool is_reserved(const FF_DIR *entry) {
    FATFS *const volume = entry->obj.fs;
    for (unsigned i = 0; drive_of(volume->drv) < DRIVE_COUNT && i < sizeof(RESERVED) / sizeof(RESERVED[0]); i++) {
        if (!(entry->fn[NSFLAG] & NS_LOSS) && memcmp(entry->fn, RESERVED[i].name, sizeof(RESERVED[i].name)) == 0) {
            FF_DIR folder;
            const FRESULT found = look_up(volume, &folder, RESERVED[i].folder);
            return entry->obj.sclust == (found == FR_OK ? cluster_of(&folder) : 0);
        }
    }
    return false;
}

// Whether a folder lies in the folder that begins at a cluster, or is it. Asked as often as a sound volume can be deep.
static bool lies_within(FATFS *volume, DWORD folder, DWORD outer) {
    for (DWORD depth = 0; folder != 0 && depth < volume->n_fatent; depth++) {
        if (folder == outer || move_window(volume, clst2sect(volume, folder)) != FR_OK) {
            return true;
        }
        folder = ld_clust(volume, volume->win + SZDIRE); // of ".."
    }
    return false;
}

// What stands against a change of what a path leads to: users in that mode, or, for what is to be made, its name; or what
// was to be moved there, which begins at a cluster. Anything else that is wrong with a path FatFs finds itself: FR_OK.
ONE_COPY static FRESULT refusal(FATFS *volume, const char *path, BYTE mode, bool creates, DWORD moved) {
    FF_DIR entry;
    const FRESULT result = look_up(volume, &entry, path);
    if (result == FR_OK && is_open(volume, &entry, mode)) {
        return FATFS_IN_USE;
    }
    if (result == FR_NO_FILE && creates
        && (is_reserved(&entry) || (moved && lies_within(volume, entry.obj.sclust, moved)))) {
        return FR_INVALID_NAME;
    }
    return FR_OK;
}

FRESULT fatfs_may_replace(FATFS *volume, const char *path) {
    return refusal(volume, path, ANY, true, 0);
}

ONE_COPY static FRESULT open_file(FATFS *volume, FIL *file, const char *path, BYTE mode, bool own) {
    FRESULT result = FR_OK;
    file->obj.fs = NULL;
    fatfs_enter(OPEN_STACK_BYTES);
    if (!lock_fs(volume)) {
        return FR_TIMEOUT;
    }
    if (mode & FA_WRITE) {
        const bool creates = mode & (FA_CREATE_ALWAYS | FA_CREATE_NEW | FA_OPEN_ALWAYS);
        result = refusal(volume, path, mode & FA_CREATE_ALWAYS ? ANY : FA_WRITE, creates && !own, 0);
    }
    if (result == FR_OK && !exchange(NULL, file) && !(fatfs_gives_way(NULL) && exchange(NULL, file))) {
        result = FR_TOO_MANY_OPEN_FILES;
    } else if (result == FR_OK) {
        result = trusting_open(volume, file, path, mode);
        if (result != FR_OK) {
            exchange(file, NULL);
        }
    }
    unlock_fs(volume, FR_OK);
    return result;
}

FRESULT f_open(FATFS *volume, FIL *file, const char *path, BYTE mode) {
    return open_file(volume, file, path, mode, false);
}

FRESULT fatfs_create_own(FATFS *volume, FIL *file, const char *path) {
    return open_file(volume, file, path, FA_WRITE | FA_CREATE_ALWAYS, true);
}

// Whether that goes well or not: a FIL may be gone after it.
FRESULT f_close(FIL *file) {
    FATFS *const volume = file->obj.fs;
    if (volume == NULL) {
        return FR_INVALID_OBJECT;
    }
    if (!lock_fs(volume)) {
        return FR_TIMEOUT;
    }
    exchange(file, NULL);
    const FRESULT result = trusting_close(file);
    unlock_fs(volume, FR_OK);
    return result;
}

FRESULT f_stat(FATFS *volume, const char *path, FILINFO *info) {
    fatfs_enter(LOOK_STACK_BYTES);
    return trusting_stat(volume, path, info);
}

FRESULT f_readdir(FF_DIR *folder, FILINFO *info) {
    fatfs_enter(LOOK_STACK_BYTES);
    return trusting_readdir(folder, info);
}

FRESULT f_unlink(FATFS *volume, const char *path) {
    fatfs_enter(CHANGE_STACK_BYTES);
    if (!lock_fs(volume)) {
        return FR_TIMEOUT;
    }
    FRESULT result = refusal(volume, path, ANY, false, 0);
    result = result == FR_OK ? trusting_unlink(volume, path) : result;
    unlock_fs(volume, FR_OK);
    return result;
}

FRESULT f_mkdir(FATFS *volume, const char *path) {
    fatfs_enter(CHANGE_STACK_BYTES);
    if (!lock_fs(volume)) {
        return FR_TIMEOUT;
    }
    FRESULT result = refusal(volume, path, NONE, true, 0);
    result = result == FR_OK ? trusting_mkdir(volume, path) : result;
    unlock_fs(volume, FR_OK);
    return result;
}

FRESULT f_rename(FATFS *volume, const char *old_path, const char *new_path) {
    FF_DIR entry;
    fatfs_enter(RENAME_STACK_BYTES);
    if (!lock_fs(volume)) {
        return FR_TIMEOUT;
    }
    FRESULT result = look_up(volume, &entry, old_path);
    if (result == FR_OK) {
        result = is_open(volume, &entry, ANY) ? FATFS_IN_USE
                                              : refusal(volume, new_path, NONE, true, cluster_of(&entry));
    }
    result = result == FR_OK ? trusting_rename(volume, old_path, new_path) : result;
    unlock_fs(volume, FR_OK);
    return result;
}

// Always with clusters of the size that suits, without a partition table, and with room for one sector: without what is never
// asked for FatFs's function is a good deal smaller.
FRESULT f_mkfs(FATFS *volume, BYTE options, DWORD cluster_bytes, void *work, UINT length) {
    if (cluster_bytes != 0 || length < FF_MAX_SS) {
        return FR_INVALID_PARAMETER;
    }
    fatfs_enter(FORMAT_STACK_BYTES);
    return fatfs_is_used(volume) ? FATFS_IN_USE : trusting_mkfs(volume, options | FM_SFD, 0, work, FF_MAX_SS);
}
