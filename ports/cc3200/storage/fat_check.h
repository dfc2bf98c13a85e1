// Repairs the FAT drive on a block store after a power cut. Pure.
#ifndef STORAGE_FAT_CHECK_H
#define STORAGE_FAT_CHECK_H

#include "storage/flash_store.h"

typedef enum {
    FAT_CHECK_OK,      // the drive is (now) consistent
    FAT_CHECK_UNKNOWN, // no FAT12 volume of the kind that lives on /flash; nothing was changed
    FAT_CHECK_ERROR,   // a sector can't be read or written
} fat_check_status_t;

// What was repaired.
typedef struct {
    uint16_t lost_clusters; // allocated, but belonging to no file; now free
    uint16_t entries;       // directory entries that did not fit what the FAT says; shortened or removed
} fat_check_report_t;

// Checks the whole drive and repairs what does not fit, committed when it returns OK. To be called while no
// file system is mounted on the store. A file keeps what is left of it; no two files keep a cluster in common.
fat_check_status_t fat_check(flash_store_t *store, fat_check_report_t *report);

#endif // STORAGE_FAT_CHECK_H
