// The file that says which image is started (image/boot_info.h), through TI's host driver.
#ifndef CC3200_NWP_BOOT_INFO_FILE_H
#define CC3200_NWP_BOOT_INFO_FILE_H

#include <stdbool.h>

#include "image/boot_info.h"

// False: there is none, or it is too short.
bool boot_info_load(boot_info_t *info);

// In one step: a power cut leaves the old bytes or the new ones. False: it could not be kept.
bool boot_info_keep(const boot_info_t *info);

#endif
