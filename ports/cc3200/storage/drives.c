// The table of drives: the search for a path, and what a drive does.
#include "storage/drives.h"

#include <string.h>

#include "chip/memory.h"
#include "storage/flash_drive.h"

ONE_COPY size_t drive_at(const char *path, const char **within) {
    size_t drive = 0;
    for (; drive < DRIVE_COUNT; drive++) {
        size_t length = strlen(drives[drive].path);
        *within = path + length;
        if (strncmp(path, drives[drive].path, length) == 0 && (path[length] == '/' || path[length] == '\0')) {
            break;
        }
    }
    return drive;
}

FRESULT drive_mount(size_t drive) {
    return flash_drive_mount(drives[drive].volume);
}

FRESULT drive_format(size_t drive) {
    return flash_drive_format(drives[drive].volume);
}

FRESULT drive_replace(size_t drive, const char *from, const char *to) {
    return flash_drive_replace(drives[drive].volume, from, to);
}

bool drive_sync(size_t drive) {
    (void)drive;
    return flash_drive_sync();
}

DRESULT drive_read(size_t drive, BYTE *data, DWORD sector, UINT count) {
    (void)drive;
    return flash_drive_read(data, sector, count);
}

DRESULT drive_write(size_t drive, const BYTE *data, DWORD sector, UINT count) {
    (void)drive;
    return flash_drive_write(data, sector, count);
}

DRESULT drive_ioctl(size_t drive, BYTE command, void *data) {
    (void)drive;
    return flash_drive_ioctl(command, data);
}
