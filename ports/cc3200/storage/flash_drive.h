// The drive at /flash as the interpreter sees it.
#ifndef CC3200_STORAGE_FLASH_DRIVE_H
#define CC3200_STORAGE_FLASH_DRIVE_H

#include <stdbool.h>

#include "extmod/vfs_fat.h"

// The drive's file system object; mounted or not.
extern fs_user_mount_t flash_drive;

// Before any other call: the drive's cache lies where the start-up code was, and is cleared here (application.ld).
void flash_drive_init(void);

// Starts the network processor, takes the drive into use, mounts it at /flash and makes that the current directory.
// At the start of each session of the interpreter. FR_OK or why there is no /flash.
FRESULT flash_drive_mount(void);

// Writes what the drive's cache still holds to the flash. False if the flash fails.
bool flash_drive_sync(void);

// What FatFs writes to the drive straight from this buffer is content of a file that no directory on the flash has yet
// (flash_store_write_fresh). NULL: there is no such file.
void flash_drive_fresh(const void *data);

// Makes an empty file system with the content of a new drive. Open files are void.
FRESULT flash_drive_format(void);

// Puts the file `from` in the place of the existing file `to`; paths as FatFs takes them. See flash_volume_replace.
FRESULT flash_drive_replace(const char *from, const char *to);

#endif
