// The drives that the firmware itself has: a row each, found by the path they are mounted at or by their volume.
// Volumes on block devices that a script mounts are none of them.
#ifndef CC3200_STORAGE_DRIVES_H
#define CC3200_STORAGE_DRIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/oofatfs/ff.h"
#include "lib/oofatfs/diskio.h"

typedef struct {
    const char *path; // "/flash"
    FATFS *volume;    // its drv is this row
} drive_t;

// The rows stand in bindings/vfs_drives.c, where each volume is part of a Python object.
#define DRIVE_COUNT (1)
extern const drive_t drives[DRIVE_COUNT];

// A drive is its index in the table; DRIVE_COUNT stands for none.

// The drive that a path is on, and the path within it: "" for the drive itself.
size_t drive_at(const char *path, const char **within);

// The drive that the drv of a FATFS is, if it is one.
static inline size_t drive_of(const void *drv) {
    return ((uintptr_t)drv - (uintptr_t)drives) / sizeof(drive_t);
}

// What a drive does is chosen here. All are of one kind today, blocks on the serial flash (flash_drive.h); with another, a row
// says of which kind it is.

// Takes it into use, as often as asked. FR_NOT_READY if what it is on does not answer.
FRESULT drive_mount(size_t drive);

// Makes an empty file system with the content of a new drive. FATFS_IN_USE while a file is open.
FRESULT drive_format(size_t drive);

// Puts the file `from`, which is not open, in the place of the existing file `to`; paths within the drive. FATFS_IN_USE if
// that is open.
FRESULT drive_replace(size_t drive, const char *from, const char *to);

// Writes what a cache still holds. False if that fails.
bool drive_sync(size_t drive);

// FatFs's disk functions (diskio.h). FatFs has the drive's lock when it calls them.
DRESULT drive_read(size_t drive, BYTE *data, DWORD sector, UINT count);
DRESULT drive_write(size_t drive, const BYTE *data, DWORD sector, UINT count);
DRESULT drive_ioctl(size_t drive, BYTE command, void *data);

#endif
