// The lock on /flash: the interpreter and the FTP server both use the drive. FatFs takes it for each of its calls.
#ifndef CC3200_STORAGE_FLASH_LOCK_H
#define CC3200_STORAGE_FLASH_LOCK_H

// Take and give back; the holder may take it again. For tasks that may block.
void flash_lock(void);
void flash_unlock(void);

// Called after a task has given it back. Whoever has other tasks wait meanwhile defines it (bindings/vfs_drives.c).
void flash_lock_given(void);

#endif // CC3200_STORAGE_FLASH_LOCK_H
