// The file that says which image is started (see boot_info_file.h).
#include "nwp/boot_info_file.h"

#include "simplelink.h"

#include "nwp/flash_file.h"

// As the stock bootloader makes the file, so that both can use it. One that is there keeps its size and kind.
#define BOOT_INFO_BYTES (8)
#define BOOT_INFO_FLAGS (_FS_FILE_OPEN_FLAG_COMMIT | _FS_FILE_PUBLIC_WRITE | _FS_FILE_PUBLIC_READ)

bool boot_info_load(boot_info_t *info) {
    return flash_file_read(BOOT_INFO_FILE, info, sizeof(*info));
}

bool boot_info_keep(const boot_info_t *info) {
    _i32 file;
    if (sl_FsOpen((const _u8 *)BOOT_INFO_FILE, FS_MODE_OPEN_CREATE(BOOT_INFO_BYTES, BOOT_INFO_FLAGS), NULL, &file)
        < 0) {
        return false;
    }
    bool written = sl_FsWrite(file, 0, (_u8 *)info, sizeof(*info)) == sizeof(*info);
    return flash_file_close(file, written) && written;
}
