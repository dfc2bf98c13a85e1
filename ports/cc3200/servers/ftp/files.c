// The FTP engine's files (host.h), on FatFs: the drives of storage/drives.h, which / lists.

#include "servers/ftp/files.h"

#include <string.h>

#include "py/mpconfig.h"
#include "lib/oofatfs/ff.h"

#include "servers/ftp/host.h"
#include "storage/drives.h"
#include "storage/fatfs.h"
#include "storage/flash_drive.h"
#include "storage/flash_store.h"
#include "nwp/hidden_file.h"
#include "nwp/update.h"
#include "chip/memory.h"

// An upload is written here and takes the place of the old file when it is complete.
static const char UPLOAD[] = "/~upload.ftp";

static struct {
    bool replacing; // the open file is UPLOAD
    uint8_t hidden; // hidden_file_t: the open file is this one of the hidden file system
    uint8_t roots;  // of the listing of /: how many entries are still to come
    bool top;       // the listing is that of a drive itself
    refusal_t why;  // what ftp_host_why tells
    union {         // one is open at a time
        FIL file;
        FF_DIR directory;
        update_t update;
    };
} state LOW_RAM;

static bool is_root(const char *path) {
    return path[1] == '\0';
}

static ftp_status_t status_of(FRESULT result) {
    switch (result) {
        case FR_OK:
            return FTP_OK;
        case FR_NO_FILE:
        case FR_NO_PATH:
            return FTP_NOT_FOUND;
        case FR_EXIST:
            return FTP_EXISTS;
        case FR_DENIED: // also a full drive, which the callers that can meet one tell apart
        case FR_WRITE_PROTECTED:
            return FTP_DENIED;
        case FATFS_IN_USE:
        case FR_TOO_MANY_OPEN_FILES:
            return FTP_BUSY;
        case FR_INVALID_NAME:
            return FTP_BAD_NAME;
        default:
            return FTP_FAILED;
    }
}

ONE_COPY static void fill(ftp_entry_t *entry, const char *name, bool directory, uint32_t size, ftp_time_t modified) {
    entry->directory = directory;
    entry->size = directory ? 0 : size;
    entry->modified = modified;
    size_t length = strnlen(name, sizeof(entry->name) - 1);
    memcpy(entry->name, name, length);
    entry->name[length] = '\0';
}

static void fill_info(ftp_entry_t *entry, const FILINFO *info) {
    fill(
        entry, info->fname, info->fattrib & AM_DIR, (uint32_t)info->fsize, (ftp_time_t)info->fdate << 16 | info->ftime);
}

static ftp_status_t fill_folder(ftp_entry_t *entry, const char *name) {
    fill(entry, name, true, 0, ftp_host_now());
    return FTP_OK;
}

static ftp_status_t unless_refused(refusal_t why) {
    state.why = why;
    return why == NULL ? FTP_OK : FTP_TOLD;
}

const char *ftp_host_why(void) {
    return state.why;
}

void ftp_files_start(void) {
    for (size_t index = 0; index < DRIVE_COUNT; index++) {
        f_unlink(drives[index].volume, UPLOAD);
    }
}

// The drive of what may be changed, and the path within it: what is on no drive, and a drive itself, may not: none then, and
// *status tells why.
static size_t changeable(const char *path, const char **name, ftp_status_t *status) {
    size_t drive = drive_at(path, name);
    if (drive < DRIVE_COUNT && (*name)[0] != '\0') {
        return drive;
    }
    *status = drive < DRIVE_COUNT || is_root(path) ? FTP_DENIED : FTP_NOT_FOUND;
    return DRIVE_COUNT;
}

ftp_status_t ftp_host_stat(const char *path, ftp_entry_t *entry) {
    const char *name;
    size_t drive = drive_at(path, &name);
    if (is_root(path)) {
        return fill_folder(entry, "/");
    }
    if (drive == DRIVE_COUNT || hidden_file_find(path) != HIDDEN_FILE_NONE) {
        return FTP_NOT_FOUND;
    }
    if (name[0] == '\0') {
        return fill_folder(entry, drives[drive].path + 1);
    }
    FILINFO info;
    FRESULT result = f_stat(drives[drive].volume, name, &info);
    if (result == FR_OK) {
        fill_info(entry, &info);
    }
    return status_of(result);
}

ftp_status_t ftp_host_list_open(const char *path) {
    state.roots = is_root(path) ? DRIVE_COUNT : 0;
    state.directory.obj.fs = NULL;
    if (state.roots > 0) {
        return FTP_OK;
    }
    const char *name;
    size_t drive = drive_at(path, &name);
    state.top = name[0] == '\0';
    return drive == DRIVE_COUNT ? FTP_NOT_FOUND
                                : status_of(f_opendir(drives[drive].volume, &state.directory, state.top ? "/" : name));
}

ftp_status_t ftp_host_list_next(ftp_entry_t *entry) {
    if (state.roots > 0) {
        return fill_folder(entry, drives[DRIVE_COUNT - state.roots--].path + 1);
    }
    if (state.directory.obj.fs == NULL) {
        return FTP_END;
    }
    for (;;) {
        FILINFO info;
        FRESULT result = f_readdir(&state.directory, &info);
        if (result != FR_OK) {
            return status_of(result);
        }
        if (info.fname[0] == '\0') {
            return FTP_END;
        }
        if (!state.top || strcmp(info.fname, UPLOAD + 1) != 0) {
            fill_info(entry, &info);
            return FTP_OK;
        }
    }
}

void ftp_host_list_close(void) {
    if (state.directory.obj.fs != NULL) {
        f_closedir(&state.directory);
        state.directory.obj.fs = NULL;
    }
}

// What a new content for the file would meet: its name must be usable and its folder there, and it no folder itself, nor open.
static ftp_status_t check_target(size_t drive, const char *name) {
    FILINFO info;
    FRESULT result = f_stat(drives[drive].volume, name, &info);
    if (result == FR_OK && (info.fattrib & (AM_DIR | AM_RDO))) {
        return FTP_DENIED;
    }
    return status_of(result == FR_OK || result == FR_NO_FILE ? fatfs_may_replace(drives[drive].volume, name) : result);
}

ftp_status_t ftp_host_file_open(const char *path, ftp_open_t how, uint32_t offset) {
    static const uint8_t modes[] = {
        [FTP_READ] = FA_READ,
        [FTP_APPEND] = FA_WRITE | FA_OPEN_APPEND,
        [FTP_PATCH] = FA_WRITE | FA_OPEN_EXISTING,
    };
    ftp_status_t status;
    hidden_file_t hidden = hidden_file_find(path);
    state.hidden = hidden;
    state.replacing = how == FTP_REPLACE;
    if (hidden == HIDDEN_FILE_IMAGE && how == FTP_REPLACE) {
        return unless_refused(update_begin(&state.update));
    }
    if (hidden != HIDDEN_FILE_NONE) {
        return how == FTP_REPLACE && hidden_file_open(hidden) ? FTP_OK : FTP_REFUSED;
    }
    const char *name;
    size_t drive = changeable(path, &name, &status);
    if (drive == DRIVE_COUNT) {
        return status;
    }
    if (how == FTP_REPLACE) {
        status = check_target(drive, name);
        if (status != FTP_OK) {
            return status;
        }
    }
    FRESULT result = how == FTP_REPLACE ? fatfs_create_own(drives[drive].volume, &state.file, UPLOAD)
                                        : f_open(drives[drive].volume, &state.file, name, modes[how]);
    if (result == FR_OK && (how == FTP_READ || how == FTP_PATCH)) {
        // Beyond the end there is nothing to continue: seeking there would fill the gap with what the flash last held.
        result = offset <= f_size(&state.file) ? f_lseek(&state.file, offset) : FR_DENIED;
        if (result != FR_OK) {
            f_close(&state.file);
        }
    }
    // A replacement is denied only where there is no room for one more entry.
    return how == FTP_REPLACE && result == FR_DENIED ? FTP_FULL : status_of(result);
}

ftp_status_t ftp_host_file_read(uint8_t *data, size_t room, size_t *length) {
    UINT got = 0;
    FRESULT result = f_read(&state.file, data, (UINT)room, &got);
    *length = got;
    return status_of(result);
}

size_t ftp_files_piece(size_t room) {
    uint32_t at = state.hidden == HIDDEN_FILE_IMAGE ? state.update.check.length
        : state.hidden != HIDDEN_FILE_NONE          ? 0
                                                    : f_tell(&state.file);
    size_t up_to_sector = FLASH_SECTOR_SIZE - at % FLASH_SECTOR_SIZE;
    return room < up_to_sector ? room : up_to_sector;
}

ftp_status_t ftp_host_file_write(const uint8_t *data, size_t length) {
    if (state.hidden == HIDDEN_FILE_IMAGE) {
        return unless_refused(update_write(&state.update, data, length));
    }
    if (state.hidden != HIDDEN_FILE_NONE) {
        return hidden_file_write(data, length) ? FTP_OK : FTP_FULL;
    }
    UINT written = 0;
    flash_drive_unreferenced(state.replacing ? data : NULL);
    FRESULT result = f_write(&state.file, data, (UINT)length, &written);
    flash_drive_unreferenced(NULL);
    return result == FR_OK && written < length ? FTP_FULL : status_of(result);
}

// Give a complete upload its name.
static FRESULT take_name(size_t drive, const char *name) {
    FILINFO info;
    if (f_stat(drives[drive].volume, name, &info) == FR_OK) {
        return drive_replace(drive, UPLOAD, name);
    }
    return f_rename(drives[drive].volume, UPLOAD, name);
}

ftp_status_t ftp_host_file_close(const char *path, bool keep) {
    if (state.hidden == HIDDEN_FILE_IMAGE) {
        if (keep) {
            return unless_refused(update_end(&state.update));
        }
        update_abort(&state.update);
        return FTP_OK;
    }
    if (state.hidden != HIDDEN_FILE_NONE) {
        return hidden_file_close(keep) || !keep ? FTP_OK : FTP_FAILED;
    }
    FRESULT result = f_close(&state.file);
    const char *name;
    size_t drive = drive_at(path, &name);
    if (state.replacing) {
        if (result == FR_OK && keep) {
            result = take_name(drive, name);
        }
        if (result != FR_OK || !keep) {
            f_unlink(drives[drive].volume, UPLOAD);
        }
    }
    drive_sync(drive);
    return result == FR_DENIED ? FTP_FULL : status_of(result);
}

// f_unlink takes both; a client that means one must not lose the other.
ftp_status_t ftp_host_remove(const char *path, bool directory) {
    hidden_file_t hidden = hidden_file_find(path);
    if (hidden != HIDDEN_FILE_NONE) {
        if (!directory && hidden_file_remove(hidden)) {
            return FTP_OK;
        }
        // What may be on the drive under such a name was not written by this firmware: it can be removed.
        const char *name;
        size_t drive = drive_at(path, &name);
        return !directory ? status_of(f_unlink(drives[drive].volume, name)) : FTP_NOT_FOUND;
    }
    ftp_entry_t entry;
    ftp_status_t status = ftp_host_stat(path, &entry);
    if (status == FTP_OK) {
        const char *name;
        size_t drive = changeable(path, &name, &status);
        if (drive < DRIVE_COUNT) {
            status = entry.directory != directory ? FTP_DENIED : status_of(f_unlink(drives[drive].volume, name));
        }
    }
    return status;
}

ftp_status_t ftp_host_make_directory(const char *path) {
    ftp_status_t status;
    const char *name;
    size_t drive = changeable(path, &name, &status);
    if (drive == DRIVE_COUNT) {
        return status;
    }
    FRESULT result = f_mkdir(drives[drive].volume, name);
    return result == FR_DENIED ? FTP_FULL : status_of(result);
}

ftp_status_t ftp_host_rename(const char *from, const char *to) {
    ftp_status_t status;
    const char *old_name, *new_name;
    size_t drive = changeable(from, &old_name, &status);
    if (hidden_file_find(from) != HIDDEN_FILE_NONE || hidden_file_find(to) != HIDDEN_FILE_NONE) {
        return FTP_REFUSED;
    }
    if (drive == DRIVE_COUNT || changeable(to, &new_name, &status) != drive) {
        return FTP_DENIED;
    }
    return status_of(f_rename(drives[drive].volume, old_name, new_name));
}

ftp_time_t ftp_host_now(void) {
    return get_fattime();
}
