// What all files of the serial flash are read and closed with.
#ifndef CC3200_NWP_FLASH_FILE_H
#define CC3200_NWP_FLASH_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads the beginning of a file. False unless all of it was read.
bool flash_file_read(const char *name, void *data, size_t length);

// Closes an open one. keep: else what was written is dropped, and a file made with the COMMIT flag has its old content, any
// other is as after a power cut. False when that fails.
bool flash_file_close(int32_t file, bool keep);

#endif
