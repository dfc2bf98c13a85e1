// The FTP engine's files (see files.h), on FatFs. Today's one drive is /flash; / lists the drives.

#include "servers/ftp/files.h"

#include <string.h>

#include "py/mpconfig.h"
#include "lib/oofatfs/ff.h"
#include "lib/oofatfs/diskio.h"

#include "storage/flash_drive.h"
#include "storage/hidden_file.h"

// An upload is written here and takes the place of the old file when it is complete.
static const char UPLOAD[] = "/~upload.ftp";
static const char DRIVE[] = "/flash";

typedef enum {
    CLOSED,
    READING,
    REPLACING, // writing UPLOAD
    WRITING,   // writing the file itself
    HIDDEN,    // writing a file of the hidden file system
} kind_t;

static struct {
    FIL file;
    FF_DIR directory;
    kind_t kind;
    bool roots;                  // the listing is that of /, and its one entry is still to come
    char target[FTP_PATH_ROOM];  // REPLACING: the name to take
} state;

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

static void fill(ftp_entry_t *entry, const FILINFO *info) {
    size_t length = strlen(info->fname);
    memset(entry, 0, sizeof(*entry));
    memcpy(entry->name, info->fname, length < sizeof(entry->name) ? length : sizeof(entry->name) - 1);
    entry->directory = (info->fattrib & AM_DIR) != 0;
    entry->size = entry->directory ? 0 : (uint32_t)info->fsize;
    entry->modified = (ftp_time_t)info->fdate << 16 | info->ftime;
}

static void fill_folder(ftp_entry_t *entry, const char *name) {
    memset(entry, 0, sizeof(*entry));
    strcpy(entry->name, name);
    entry->directory = true;
    entry->modified = ftp_files_now(NULL);
}

ftp_status_t ftp_files_stat(void *context, const char *path, ftp_entry_t *entry) {
    (void)context;
    const char *name = on_drive(path);
    if (is_root(path)) {
        fill_folder(entry, "/");
        return FTP_OK;
    }
    if (name == NULL || hidden_file_find(path) != HIDDEN_FILE_NONE) {
        return FTP_NOT_FOUND;
    }
    if (name[0] == '\0') {
        fill_folder(entry, DRIVE + 1);
        return FTP_OK;
    }
    FILINFO info;
    FRESULT result = f_stat(volume(), name, &info);
    if (result == FR_OK) {
        fill(entry, &info);
    }
    return status_of(result);
}

ftp_status_t ftp_files_list_open(void *context, const char *path) {
    (void)context;
    state.roots = is_root(path);
    if (state.roots) {
        return FTP_OK;
    }
    const char *name = on_drive(path);
    return name == NULL ? FTP_NOT_FOUND : status_of(f_opendir(volume(), &state.directory, name[0] ? name : "/"));
}

ftp_status_t ftp_files_list_next(void *context, ftp_entry_t *entry) {
    (void)context;
    if (state.directory.obj.fs == NULL) {
        if (!state.roots) {
            return FTP_END;
        }
        state.roots = false;
        fill_folder(entry, DRIVE + 1);
        return FTP_OK;
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
            fill(entry, &info);
            return FTP_OK;
        }
    }
}

void ftp_files_list_close(void *context) {
    (void)context;
    if (state.directory.obj.fs != NULL) {
        f_closedir(&state.directory);
        state.directory.obj.fs = NULL;
    }
    state.roots = false;
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

static ftp_status_t open_replacement(const char *name) {
    ftp_status_t status = check_target(name);
    if (status == FTP_OK) {
        memcpy(state.target, name, strlen(name) + 1);
        FRESULT result = f_open(volume(), &state.file, UPLOAD, FA_WRITE | FA_CREATE_ALWAYS);
        status = result == FR_DENIED ? FTP_FULL : status_of(result); // no room for one more entry
    }
    return status;
}

static ftp_status_t open_in_place(const char *name, bool append, uint32_t offset) {
    FRESULT result = f_open(volume(), &state.file, name, FA_WRITE | (append ? FA_OPEN_APPEND : FA_OPEN_EXISTING));
    if (result == FR_OK && !append) {
        // Beyond the end there is nothing to continue: seeking there would fill the gap with what the flash last held.
        result = offset <= f_size(&state.file) ? f_lseek(&state.file, offset) : FR_DENIED;
        if (result != FR_OK) {
            f_close(&state.file);
        }
    }
    return status_of(result);
}

static ftp_status_t open_to_read(const char *name, uint32_t offset) {
    FRESULT result = f_open(volume(), &state.file, name, FA_READ);
    if (result == FR_OK) {
        result = offset <= f_size(&state.file) ? f_lseek(&state.file, offset) : FR_DENIED;
        if (result != FR_OK) {
            f_close(&state.file);
        }
    }
    return status_of(result);
}

ftp_status_t ftp_files_open(void *context, const char *path, ftp_open_t how, uint32_t offset) {
    (void)context;
    hidden_file_t hidden = hidden_file_find(path);
    if (hidden != HIDDEN_FILE_NONE) {
        bool opened = how == FTP_REPLACE && hidden_file_open(hidden);
        state.kind = opened ? HIDDEN : CLOSED;
        return opened ? FTP_OK : FTP_REFUSED;
    }
    const char *name = on_drive(path);
    if (name == NULL || name[0] == '\0') {
        return is_root(path) || name != NULL ? FTP_DENIED : FTP_NOT_FOUND;
    }
    ftp_status_t status;
    kind_t kind = WRITING;
    switch (how) {
        case FTP_READ:
            kind = READING;
            status = open_to_read(name, offset);
            break;
        case FTP_REPLACE:
            kind = REPLACING;
            status = open_replacement(name);
            break;
        default:
            status = open_in_place(name, how == FTP_APPEND, offset);
            break;
    }
    state.kind = status == FTP_OK ? kind : CLOSED;
    return status;
}

ftp_status_t ftp_files_read(void *context, uint8_t *data, size_t room, size_t *length) {
    (void)context;
    UINT got = 0;
    FRESULT result = f_read(&state.file, data, (UINT)room, &got);
    *length = got;
    return status_of(result);
}

ftp_status_t ftp_files_write(void *context, const uint8_t *data, size_t length) {
    (void)context;
    if (state.kind == HIDDEN) {
        return hidden_file_write(data, length) ? FTP_OK : FTP_FULL;
    }
    UINT written = 0;
    FRESULT result = f_write(&state.file, data, (UINT)length, &written);
    return result == FR_OK && written < length ? FTP_FULL : status_of(result);
}

// Give a complete upload its name.
static FRESULT take_name(void) {
    FILINFO info;
    if (f_stat(volume(), state.target, &info) == FR_OK) {
        return flash_drive_replace(UPLOAD, state.target);
    }
    return f_rename(volume(), UPLOAD, state.target);
}

ftp_status_t ftp_files_close(void *context, bool keep) {
    (void)context;
    kind_t kind = state.kind;
    state.kind = CLOSED;
    if (kind == HIDDEN) {
        return hidden_file_close(keep) || !keep ? FTP_OK : FTP_FAILED;
    }
    FRESULT result = f_close(&state.file);
    if (kind == REPLACING && (result != FR_OK || !keep)) {
        f_unlink(volume(), UPLOAD);
    } else if (kind == REPLACING) {
        result = take_name();
        if (result != FR_OK) {
            f_unlink(volume(), UPLOAD);
        }
    }
    flash_drive_sync();
    return result == FR_DENIED ? FTP_FULL : status_of(result);
}

// Run an operation of FatFs on a path of the drive, but not on the drive itself.
static ftp_status_t change(const char *path, FRESULT (*operation)(FATFS *, const TCHAR *)) {
    const char *name = on_drive(path);
    if (name == NULL || name[0] == '\0') {
        return is_root(path) || name != NULL ? FTP_DENIED : FTP_NOT_FOUND;
    }
    return status_of(operation(volume(), name));
}

// f_unlink takes both; a client that means one must not lose the other.
static ftp_status_t unlink_if(const char *path, bool directory) {
    hidden_file_t hidden = hidden_file_find(path);
    if (hidden != HIDDEN_FILE_NONE) {
        return !directory && hidden_file_remove(hidden) ? FTP_OK : FTP_NOT_FOUND;
    }
    ftp_entry_t entry;
    ftp_status_t status = ftp_files_stat(NULL, path, &entry);
    if (status == FTP_OK && entry.directory != directory) {
        status = FTP_DENIED;
    }
    return status == FTP_OK ? change(path, f_unlink) : status;
}

ftp_status_t ftp_files_remove(void *context, const char *path) {
    (void)context;
    return unlink_if(path, false);
}

ftp_status_t ftp_files_remove_directory(void *context, const char *path) {
    (void)context;
    return unlink_if(path, true);
}

ftp_status_t ftp_files_make_directory(void *context, const char *path) {
    (void)context;
    ftp_status_t status = change(path, f_mkdir);
    return status == FTP_DENIED && on_drive(path) != NULL && on_drive(path)[0] ? FTP_FULL : status;
}

ftp_status_t ftp_files_rename(void *context, const char *from, const char *to) {
    (void)context;
    const char *old_name = on_drive(from);
    const char *new_name = on_drive(to);
    if (old_name == NULL || new_name == NULL || !old_name[0] || !new_name[0]
        || hidden_file_find(from) != HIDDEN_FILE_NONE || hidden_file_find(to) != HIDDEN_FILE_NONE) {
        return FTP_DENIED;
    }
    return status_of(f_rename(volume(), old_name, new_name));
}

ftp_time_t ftp_files_now(void *context) {
    (void)context;
    return get_fattime();
}
