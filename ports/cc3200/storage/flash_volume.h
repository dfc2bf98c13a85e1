// The FAT volume on /flash: taking it into use after any power cut, formatting it, its first content. Pure: needs only
// FatFs (whose disk functions must reach the same store) and the block store.
#ifndef STORAGE_FLASH_VOLUME_H
#define STORAGE_FLASH_VOLUME_H

#include "lib/oofatfs/ff.h"
#include "storage/flash_store.h"

// Opens the drive of that many block files, creates, repairs and formats it as far as needed, mounts it in fs, and
// adds the files and folders of a new drive that are missing. fs->drv must be set. FR_OK, FR_NOT_READY when the flash
// can't be reached, or another error of FatFs.
FRESULT flash_volume_mount(flash_store_t *store, FATFS *fs, unsigned blocks);

// Makes an empty volume with the content of a new drive and mounts it in fs. Files open on the old one are void.
FRESULT flash_volume_format(flash_store_t *store, FATFS *fs);

// Puts the file `from` in the place of the existing file `to`, which a power cut can't leave without content: it has
// its old or its new one. FR_DENIED if one of them is a folder, FR_OK, or another error of FatFs.
FRESULT flash_volume_replace(flash_store_t *store, FATFS *fs, const char *from, const char *to);

#endif // STORAGE_FLASH_VOLUME_H
