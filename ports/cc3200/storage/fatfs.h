// What FatFs (lib/oofatfs/ff.h) is asked here beside its own functions. Those that change a volume refuse more than FatFs's:
// - FATFS_IN_USE: what is open can't be removed, renamed, replaced or emptied, nor be opened by a second writer. Readers
//   may come and go while one writes.
// - FR_TOO_MANY_OPEN_FILES: FATFS_OPEN_MAX are.
// - FR_INVALID_NAME: a folder can't be moved into itself; names that stand for something else on the firmware's own drives
//   (fatfs.c) can't be given to new files and folders.
#ifndef STORAGE_FATFS_H
#define STORAGE_FATFS_H

#include <stdbool.h>

#include "lib/oofatfs/ff.h"

#define FATFS_OPEN_MAX (16)

// FatFs has FR_LOCKED for it, but this one Python sees as EBUSY (fresult_to_errno_table of extmod/vfs_fat_file.c).
#define FATFS_IN_USE (FR_NOT_READY)

// Asked when an open file is in the way of another user: whether it may be closed, if it is not already. NULL: when there are
// too many; whether some may have been closed. Whoever knows the users defines it (bindings/vfs_drives.c).
bool fatfs_gives_way(const FIL *file);

// Called before FatFs takes so many bytes of the stack, all that lies below it included, with nothing held. It may leave by an
// exception. Whoever runs on stacks that may be short of them defines it (bindings/vfs_drives.c).
void fatfs_enter(size_t bytes);

// Whether a file of the volume is open.
bool fatfs_is_used(const FATFS *volume);

// Whether a file of that name may get a new content: FATFS_IN_USE if it is open, FR_INVALID_NAME if new files can't have the
// name. FR_OK otherwise, even if FatFs would find more wrong with the path.
FRESULT fatfs_may_replace(FATFS *volume, const char *path);

// Create a file whose name new files can't have, empty, to be written. An old one that is open: FATFS_IN_USE.
FRESULT fatfs_create_own(FATFS *volume, FIL *file, const char *path);

#endif // STORAGE_FATFS_H
