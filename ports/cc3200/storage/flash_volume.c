// The FAT volume on /flash.
#include <string.h>

#include "genhdr/flash_files.h"
#include "storage/fat_check.h"
#include "storage/flash_volume.h"

// FatFs puts a boot sector, at most two sectors of FAT and 512 root entries at the beginning of a drive of this size.
#define FORMAT_SECTORS (1 + 2 + 512 * 32 / FLASH_SECTOR_SIZE)

// Where a directory entry keeps time, first cluster and length of the file (fatgen103), without its name.
#define ENTRY_CONTENT (22)
#define ENTRY_CONTENT_SIZE (10)

static const char *const folders[] = {"/sys", "/lib", "/cert"};

static bool is_missing(FATFS *fs, const char *path) {
    FILINFO info;
    return f_stat(fs, path, &info) == FR_NO_FILE;
}

static void create_file(FATFS *fs, const flash_file_t *file) {
    FIL handle;
    UINT written = 0;
    if (f_open(fs, &handle, file->path, FA_WRITE | FA_CREATE_NEW) != FR_OK) {
        return;
    }
    FRESULT result = f_write(&handle, file->text, file->length, &written);
    if (f_close(&handle) != FR_OK || result != FR_OK || written < file->length) {
        f_unlink(fs, file->path); // no room: better none than a part
    }
}

// Adds what is missing of a new drive's content; a drive too full for it stays as it is. At once for a fresh drive, where
// it fits in one transaction, else a transaction for each.
static bool populate(flash_store_t *store, FATFS *fs, bool fresh) {
    bool good = true;
    flash_store_hold(store);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (is_missing(fs, folders[i])) {
            f_mkdir(fs, folders[i]);
            good = (fresh || flash_store_release(store)) && good;
            flash_store_hold(store);
        }
    }
    for (size_t i = 0; i < sizeof(flash_files) / sizeof(flash_files[0]); i++) {
        if (is_missing(fs, flash_files[i].path)) {
            create_file(fs, &flash_files[i]);
            good = (fresh || flash_store_release(store)) && good;
            flash_store_hold(store);
        }
    }
    return flash_store_release(store) && good;
}

static FRESULT check_and_mount(flash_store_t *store, FATFS *fs) {
    fat_check_report_t report;
    return fat_check(store, &report) == FAT_CHECK_ERROR ? FR_DISK_ERR : f_mount(fs);
}

FRESULT flash_volume_format(flash_store_t *store, FATFS *fs) {
    // f_mkfs writes the boot sector and the FAT first. With all later blocks of the root directory blank by then, a cut
    // leaves either the old volume, as far as it still has entries, or the new one.
    uint32_t work[FLASH_SECTOR_SIZE / sizeof(uint32_t)] = {0};
    for (uint32_t sector = FLASH_SECTORS_PER_BLOCK; sector < FORMAT_SECTORS; sector++) {
        if (!flash_store_write(store, work, sector, 1)) {
            return FR_DISK_ERR;
        }
    }
    FRESULT result = flash_store_commit(store) ? f_mkfs(fs, FM_FAT | FM_SFD, 0, work, sizeof(work)) : FR_DISK_ERR;
    if (result == FR_OK) {
        result = f_mount(fs);
    }
    if (result == FR_OK && !populate(store, fs, true)) {
        result = FR_DISK_ERR;
    }
    return result;
}

FRESULT flash_volume_mount(flash_store_t *store, FATFS *fs, unsigned blocks) {
    block_file_status_t status = flash_store_open(store, blocks);
    if (status == BLOCK_FILE_ERROR || (status == BLOCK_FILE_LOST && !flash_store_create(store))) {
        return FR_NOT_READY;
    }
    FRESULT result = check_and_mount(store, fs);
    if (result == FR_DISK_ERR && flash_store_create(store)) {
        // The stock firmware lost a block to a power cut: it is blank now, save what is left.
        result = check_and_mount(store, fs);
    }
    if (result == FR_NO_FILESYSTEM) {
        return flash_volume_format(store, fs);
    }
    if (result == FR_OK && !populate(store, fs, false)) {
        result = FR_DISK_ERR;
    }
    return result;
}

// Where the directory entry of a file is.
static FRESULT locate(FATFS *fs, const char *path, DWORD *sector, size_t *offset) {
    FIL file;
    FRESULT result = f_open(fs, &file, path, FA_READ);
    if (result == FR_NO_FILE) {
        FILINFO info;
        result = f_stat(fs, path, &info) == FR_OK ? FR_DENIED : FR_NO_FILE; // f_open does not see folders
    }
    if (result == FR_OK) {
        *sector = file.dir_sect;
        *offset = file.dir_ptr - fs->win + ENTRY_CONTENT;
        result = f_close(&file);
    }
    return result;
}

FRESULT flash_volume_replace(flash_store_t *store, FATFS *fs, const char *from, const char *to) {
    DWORD sector[2];
    size_t offset[2];
    uint8_t content[2][ENTRY_CONTENT_SIZE];
    const char *const path[2] = {from, to};
    for (int i = 0; i < 2; i++) {
        FRESULT result = locate(fs, path[i], &sector[i], &offset[i]);
        if (result != FR_OK) {
            return result;
        }
        const uint8_t *entries = flash_store_look(store, sector[i]);
        if (entries == NULL) {
            return FR_DISK_ERR;
        }
        memcpy(content[i], entries + offset[i], ENTRY_CONTENT_SIZE);
    }
    if (sector[0] == sector[1] && offset[0] == offset[1]) {
        return FR_OK; // a file in its own place
    }
    // The two exchange their content: two sectors, always in one transaction, as the cache has room for both. Then the old
    // content goes, in the same one if that is sure to hold it all.
    FRESULT result = flash_store_commit(store) ? FR_OK : FR_DISK_ERR;
    for (int i = 0; i < 2 && result == FR_OK; i++) {
        uint8_t *entries = flash_store_edit(store, sector[i]);
        if (entries == NULL) {
            result = FR_DISK_ERR;
        } else {
            memcpy(entries + offset[i], content[1 - i], ENTRY_CONTENT_SIZE);
        }
    }
    if (sector[0] / FLASH_SECTORS_PER_BLOCK != sector[1] / FLASH_SECTORS_PER_BLOCK && !flash_store_commit(store)) {
        result = FR_DISK_ERR;
    }
    fs->winsect = (DWORD)-1; // FatFs reads anew what it has in its window
    return result == FR_OK ? f_unlink(fs, from) : result;
}
