// The drive on the serial flash's block files: one cache, one lock.
#ifndef CC3200_STORAGE_FLASH_DRIVE_H
#define CC3200_STORAGE_FLASH_DRIVE_H

#include <stdbool.h>

#include "lib/oofatfs/ff.h"
#include "lib/oofatfs/diskio.h"

// Before any other call: the drive's cache lies where the start-up code was, and is cleared here (application.ld).
void flash_drive_init(void);

// What FatFs writes to the drive straight from this buffer is content of a file that no directory on the flash has yet
// (flash_store_unreferenced). NULL: there is no such file.
void flash_drive_unreferenced(const void *data);

// As in drives.h, for this drive.
FRESULT flash_drive_mount(FATFS *volume);
bool flash_drive_sync(void);
FRESULT flash_drive_format(FATFS *volume);
FRESULT flash_drive_replace(FATFS *volume, const char *from, const char *to);
DRESULT flash_drive_read(BYTE *data, DWORD sector, UINT count);
DRESULT flash_drive_write(const BYTE *data, DWORD sector, UINT count);
DRESULT flash_drive_ioctl(BYTE command, void *data);

#endif
