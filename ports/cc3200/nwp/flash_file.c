// What all files of the serial flash are read and closed with (see flash_file.h).
#include "nwp/flash_file.h"

#include "simplelink.h"

#include "chip/memory.h"

ONE_COPY bool flash_file_close(int32_t file, bool keep) {
    // This one-letter signature asks to drop it (fs.h, sl_FsClose).
    _u8 abort = 'A';
    return sl_FsClose(file, NULL, keep ? NULL : &abort, keep ? 0 : sizeof(abort)) == 0;
}

bool flash_file_read(const char *name, void *data, size_t length) {
    _i32 file;
    if (sl_FsOpen((const _u8 *)name, FS_MODE_OPEN_READ, NULL, &file) < 0) {
        return false;
    }
    bool read = sl_FsRead(file, 0, data, length) == (_i32)length;
    return flash_file_close(file, true) && read;
}
