// The FTP engine's files (host.h), on FatFs. Today's one drive is /flash; / lists the drives.

#include "servers/ftp/files.h"

#include <string.h>

#include "py/mpconfig.h"
#include "lib/oofatfs/ff.h"
#include "lib/oofatfs/diskio.h"

#include "servers/ftp/host.h"
#include "storage/flash_drive.h"
#include "storage/flash_store.h"
#include "nwp/hidden_file.h"
#include "chip/memory.h"

// An upload is written here and takes the place of the old file when it is complete.
static const char UPLOAD[] = "/~upload.ftp";
static const char DRIVE[] = "/flash";

static struct {
    bool replacing; // the open file is UPLOAD
    bool hidden;    // it is one of the hidden file system
    bool roots;     // the listing is that of /, and its one entry is still to come
    FIL file;
    FF_DIR directory;
} state LOW_RAM;

static FATFS *volume(void) {
    return &flash_drive.fatfs;
}

// The path within the drive, "" for the drive itself; NULL when it is not on the drive.
static const char *on_drive(const char *path) {
    size_t length = sizeof(DRIVE) - 1;
    if (strncmp(path, DRIVE, length) != 0 || (path[length] != '/' && path[length] != '\0')) {
        return NULL;
    }
    return path + length;
}

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
        case FR_LOCKED:
            return FTP_DENIED;
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

void ftp_files_start(void) {
    f_unlink(volume(), UPLOAD);
}

// The path within the drive of what may be changed: what is not on the drive, and the drive itself, may not. NULL then,
// and *status tells why.
static const char *changeable(const char *path, ftp_status_t *status) {
    const char *name = on_drive(path);
    if (name != NULL && name[0] != '\0') {
        return name;
    }
    *status = name != NULL || is_root(path) ? FTP_DENIED : FTP_NOT_FOUND;
    return NULL;
}

ftp_status_t ftp_host_stat(const char *path, ftp_entry_t *entry) {
    const char *name = on_drive(path);
    if (is_root(path)) {
        return fill_folder(entry, "/");
    }
    if (name == NULL || hidden_file_find(path) != HIDDEN_FILE_NONE) {
        return FTP_NOT_FOUND;
    }
    if (name[0] == '\0') {
        return fill_folder(entry, DRIVE + 1);
    }
    FILINFO info;
    FRESULT result = f_stat(volume(), name, &info);
    if (result == FR_OK) {
        fill_info(entry, &info);
    }
    return status_of(result);
}

ftp_status_t ftp_host_list_open(const char *path) {
    state.roots = is_root(path);
    if (state.roots) {
        return FTP_OK;
    }
    const char *name = on_drive(path);
    return name == NULL ? FTP_NOT_FOUND : status_of(f_opendir(volume(), &state.directory, name[0] ? name : "/"));
}

ftp_status_t ftp_host_list_next(ftp_entry_t *entry) {
    if (state.roots) {
        state.roots = false;
        return fill_folder(entry, DRIVE + 1);
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
        if (strcmp(info.fname, UPLOAD + 1) != 0) {
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

// What a new content for the file would meet: its name must be usable and its folder there, and it no folder itself.
static ftp_status_t check_target(const char *name) {
    FILINFO info;
    FRESULT result = f_stat(volume(), name, &info);
    if (result == FR_OK) {
        return info.fattrib & (AM_DIR | AM_RDO) ? FTP_DENIED : FTP_OK;
    }
    return result == FR_NO_FILE ? FTP_OK : status_of(result);
}

ftp_status_t ftp_host_file_open(const char *path, ftp_open_t how, uint32_t offset) {
    static const uint8_t modes[] = {
        [FTP_READ] = FA_READ,
        [FTP_REPLACE] = FA_WRITE | FA_CREATE_ALWAYS,
        [FTP_APPEND] = FA_WRITE | FA_OPEN_APPEND,
        [FTP_PATCH] = FA_WRITE | FA_OPEN_EXISTING,
    };
    ftp_status_t status;
    hidden_file_t hidden = hidden_file_find(path);
    state.hidden = hidden != HIDDEN_FILE_NONE;
    state.replacing = how == FTP_REPLACE;
    if (state.hidden) {
        return how == FTP_REPLACE && hidden_file_open(hidden) ? FTP_OK : FTP_REFUSED;
    }
    const char *name = changeable(path, &status);
    if (name == NULL) {
        return status;
    }
    if (how == FTP_REPLACE) {
        status = check_target(name);
        if (status != FTP_OK) {
            return status;
        }
        name = UPLOAD;
    }
    FRESULT result = f_open(volume(), &state.file, name, modes[how]);
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
    size_t up_to_sector = FLASH_SECTOR_SIZE - (state.hidden ? 0 : f_tell(&state.file) % FLASH_SECTOR_SIZE);
    return room < up_to_sector ? room : up_to_sector;
}

ftp_status_t ftp_host_file_write(const uint8_t *data, size_t length) {
    if (state.hidden) {
        return hidden_file_write(data, length) ? FTP_OK : FTP_FULL;
    }
    UINT written = 0;
    flash_drive_fresh(state.replacing ? data : NULL);
    FRESULT result = f_write(&state.file, data, (UINT)length, &written);
    flash_drive_fresh(NULL);
    return result == FR_OK && written < length ? FTP_FULL : status_of(result);
}

// Give a complete upload its name.
static FRESULT take_name(const char *name) {
    FILINFO info;
    if (f_stat(volume(), name, &info) == FR_OK) {
        return flash_drive_replace(UPLOAD, name);
    }
    return f_rename(volume(), UPLOAD, name);
}

ftp_status_t ftp_host_file_close(const char *path, bool keep) {
    if (state.hidden) {
        return hidden_file_close(keep) || !keep ? FTP_OK : FTP_FAILED;
    }
    FRESULT result = f_close(&state.file);
    if (state.replacing) {
        if (result == FR_OK && keep) {
            result = take_name(on_drive(path));
        }
        if (result != FR_OK || !keep) {
            f_unlink(volume(), UPLOAD);
        }
    }
    flash_drive_sync();
    return result == FR_DENIED ? FTP_FULL : status_of(result);
}

// f_unlink takes both; a client that means one must not lose the other.
ftp_status_t ftp_host_remove(const char *path, bool directory) {
    hidden_file_t hidden = hidden_file_find(path);
    if (hidden != HIDDEN_FILE_NONE) {
        return !directory && hidden_file_remove(hidden) ? FTP_OK : FTP_NOT_FOUND;
    }
    ftp_entry_t entry;
    ftp_status_t status = ftp_host_stat(path, &entry);
    if (status == FTP_OK) {
        const char *name = changeable(path, &status);
        if (name != NULL) {
            status = entry.directory != directory ? FTP_DENIED : status_of(f_unlink(volume(), name));
        }
    }
    return status;
}

ftp_status_t ftp_host_make_directory(const char *path) {
    ftp_status_t status;
    const char *name = changeable(path, &status);
    if (name == NULL) {
        return status;
    }
    FRESULT result = f_mkdir(volume(), name);
    return result == FR_DENIED ? FTP_FULL : status_of(result);
}

ftp_status_t ftp_host_rename(const char *from, const char *to) {
    ftp_status_t status;
    const char *old_name = changeable(from, &status);
    const char *new_name = changeable(to, &status);
    if (old_name == NULL || new_name == NULL || hidden_file_find(from) != HIDDEN_FILE_NONE
        || hidden_file_find(to) != HIDDEN_FILE_NONE) {
        return FTP_DENIED;
    }
    return status_of(f_rename(volume(), old_name, new_name));
}

ftp_time_t ftp_host_now(void) {
    return get_fattime();
}
