// The block files of the /flash drive through the network processor's file commands (fs.h of TI's host driver).
#include <string.h>

#include "simplelink.h"

#include "nwp/flash_file.h"
#include "nwp/processor.h"
#include "storage/block_file.h"

// Room for the largest name: the format's two underscores, three digits, two underscores and extension.
#define NAME_SIZE (sizeof("__000__.fsb"))

// What the journal's files are created for: a header and a block (flash_store.c), one block of flash.
#define JOURNAL_SIZE (3584u)

static void name_of(unsigned index, unsigned char *name) {
    memcpy(name, "__JN0__.fsb", NAME_SIZE);
    if (index < BLOCK_FILE_JOURNAL) {
        name[2] = '0' + index / 100;
        name[3] = '0' + index / 10 % 10;
    }
    name[4] += index % 10;
}

// Whether an error says that the file itself is gone or damaged, as opposed to one of the device or the link.
static bool is_lost(_i32 error) {
    switch (error) {
        case SL_FS_ERR_FILE_NOT_EXISTS:
        case SL_FS_FILE_HAS_NOT_BEEN_CLOSE_CORRECTLY:
        case SL_FS_ERR_FILE_IMAGE_IS_CORRUPTED:
        case SL_FS_ERR_OFFSET_OUT_OF_RANGE:
            return true;
        default:
            return false;
    }
}

block_file_status_t block_file_read(unsigned index, uint32_t offset, void *data, uint32_t length) {
    unsigned char name[NAME_SIZE];
    _i32 handle;
    name_of(index, name);
    _i32 result = processor_enter() ? sl_FsOpen(name, FS_MODE_OPEN_READ, NULL, &handle) : PROCESSOR_OFF;
    if (result == 0) {
        result = sl_FsRead(handle, offset, data, length);
        flash_file_close(handle, true); // what was read is there
    }
    processor_leave(0);
    if (result < 0) {
        return is_lost(result) ? BLOCK_FILE_LOST : BLOCK_FILE_ERROR;
    }
    return (uint32_t)result == length ? BLOCK_FILE_OK : BLOCK_FILE_LOST;
}

bool block_file_write(unsigned index, const block_file_part_t *parts, unsigned count) {
    unsigned char name[NAME_SIZE];
    _i32 handle;
    name_of(index, name);
    // Opens an existing file, else creates it. Block files must be of the size and kind that the stock firmware gives them.
    const _u32 size = index >= BLOCK_FILE_JOURNAL ? JOURNAL_SIZE : BLOCK_FILE_SIZE;
    bool good = processor_enter() && sl_FsOpen(name, FS_MODE_OPEN_CREATE(size, 0), NULL, &handle) == 0;
    if (!good) {
        return processor_leave(false);
    }
    uint32_t offset = 0;
    for (unsigned i = 0; i < count && good; i++) {
        good = sl_FsWrite(handle, offset, (_u8 *)parts[i].data, parts[i].length) == (_i32)parts[i].length;
        offset += parts[i].length;
    }
    // A write that failed is not made valid: the file stays as after a power cut.
    good &= flash_file_close(handle, good);
    return processor_leave(good);
}
