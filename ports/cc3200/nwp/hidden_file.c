// Files of the serial flash's own file system behind names of the drive (see hidden_file.h).

#include "nwp/hidden_file.h"

#include <string.h>

#include "simplelink.h"

#include "chip/memory.h"
#include "nwp/flash_file.h"

// As the stock firmware sizes them, so that a file made by either can be replaced by the other.
#define SIZE_MAX_BYTES 4096u

typedef struct {
    const char *path; // as the user names it
    const char *name; // in the serial flash
} entry_t;

static const entry_t ENTRIES[] = {
    [HIDDEN_FILE_AUTHORITY] = {"/flash/cert/ca.pem", "/cert/ca.pem"},
    [HIDDEN_FILE_CERTIFICATE] = {"/flash/cert/cert.pem", "/cert/cert.pem"},
    [HIDDEN_FILE_KEY] = {"/flash/cert/private.key", "/cert/private.key"},
    [HIDDEN_FILE_IMAGE] = {"/flash/sys/mcuimg.bin", NULL},
    [HIDDEN_FILE_UPLOAD] = {"/flash/~upload.ftp", NULL},
};
#define ENTRY_COUNT (sizeof(ENTRIES) / sizeof(ENTRIES[0]))

static _i32 handle LOW_RAM;
static uint32_t offset LOW_RAM;

static bool same_path(const char *a, const char *b) {
    while (*a != '\0' && (*a == *b || ((*a | 0x20) == (*b | 0x20) && (*a | 0x20) >= 'a' && (*a | 0x20) <= 'z'))) {
        a++;
        b++;
    }
    return *a == *b;
}

hidden_file_t hidden_file_find(const char *path) {
    for (size_t at = HIDDEN_FILE_NONE + 1; at < ENTRY_COUNT; at++) {
        if (same_path(path, ENTRIES[at].path)) {
            return (hidden_file_t)at;
        }
    }
    return HIDDEN_FILE_NONE;
}

// The device keeps two copies of a file made with the COMMIT flag and turns to the new one when it is closed, so that
// a power cut or an abort leaves the old (fs.h, FS_MODE_OPEN_CREATE; SWRU368, serial flash).
bool hidden_file_open(hidden_file_t file) {
    const _u8 *name = (const _u8 *)ENTRIES[file].name;
    if (name == NULL) {
        return false;
    }
    offset = 0;
    return sl_FsOpen(name, FS_MODE_OPEN_WRITE, NULL, &handle) == 0
        || sl_FsOpen(name, FS_MODE_OPEN_CREATE(SIZE_MAX_BYTES, _FS_FILE_OPEN_FLAG_COMMIT), NULL, &handle) == 0;
}

bool hidden_file_write(const uint8_t *data, size_t length) {
    if (length > SIZE_MAX_BYTES - offset) {
        return false;
    }
    int written = sl_FsWrite(handle, offset, (_u8 *)data, (_u32)length);
    offset += (uint32_t)length;
    return written == (int)length;
}

bool hidden_file_close(bool keep) {
    return flash_file_close(handle, keep);
}

bool hidden_file_remove(hidden_file_t file) {
    const _u8 *name = (const _u8 *)ENTRIES[file].name;
    return name != NULL && sl_FsDel(name, 0) == 0;
}
