// The file that says which image is started (image/boot_info.h), through TI's host driver.
#ifndef CC3200_NWP_BOOT_INFO_FILE_H
#define CC3200_NWP_BOOT_INFO_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "image/boot_info.h"

// Reads the beginning of a file in the serial flash. False unless all of it was read.
bool boot_file_read(const char *name, void *data, size_t length);

// False: there is none, or it is too short.
bool boot_info_load(boot_info_t *info);

// In one step: a power cut leaves the old bytes or the new ones. False: it could not be kept.
bool boot_info_keep(const boot_info_t *info);

#endif
