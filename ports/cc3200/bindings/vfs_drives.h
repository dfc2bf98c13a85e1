// The firmware's drives as Python's file system has them.
#ifndef CC3200_BINDINGS_VFS_DRIVES_H
#define CC3200_BINDINGS_VFS_DRIVES_H

#include "py/obj.h"

#include "storage/drives.h"

// At the start of each session of the interpreter: mounts every drive and makes the first the current directory, with its
// folder lib in sys.path. FR_OK, or why the first is not there.
FRESULT vfs_drives_mount(void);

// At the end of a session: what caches still hold goes to the drives.
void vfs_drives_sync(void);

// The drive whose file system object this is, if it is one's.
size_t vfs_drive_of(mp_obj_t object);

#endif
