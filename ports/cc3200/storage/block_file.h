// The files on the serial flash that carry the /flash drive, as the block store sees them. Pure interface:
// block_file.c reaches them through the network processor, the host tests through a simulated flash.
#ifndef STORAGE_BLOCK_FILE_H
#define STORAGE_BLOCK_FILE_H

#include <stdbool.h>
#include <stdint.h>

// Bytes in a block file. Part of the on-flash format shared with the stock firmware.
#define BLOCK_FILE_SIZE (2048u)

// The index of the journal, which the stock firmware does not know, and of the files that follow it. Block files are 0 .. 999.
#define BLOCK_FILE_JOURNAL (1000u)
#define BLOCK_FILE_JOURNALS (6u)

typedef enum {
    BLOCK_FILE_OK,
    BLOCK_FILE_LOST,  // the file does not exist, is shorter than asked for, or was cut off while being written
    BLOCK_FILE_ERROR, // the flash can't be reached at all; the file may be perfectly well
} block_file_status_t;

// A piece of the content of a file that is being written; length in bytes, a multiple of 4.
typedef struct {
    const void *data;
    uint32_t length;
} block_file_part_t;

// Reads length bytes at offset of file index.
block_file_status_t block_file_read(unsigned index, uint32_t offset, void *data, uint32_t length);

// Replaces the whole content of file index by count parts, one after the other, creating the file if need be.
// The old content is gone from the first moment on: a power cut on the way loses the file (it reads as LOST).
bool block_file_write(unsigned index, const block_file_part_t *parts, unsigned count);

#endif // STORAGE_BLOCK_FILE_H
