// The lock on /flash: the interpreter and the FTP server both use the drive. FatFs takes it for each of its calls.
#ifndef CC3200_STORAGE_FLASH_LOCK_H
#define CC3200_STORAGE_FLASH_LOCK_H

// Take and give back; the holder may take it again.
void flash_lock(void);
void flash_unlock(void);

#endif // CC3200_STORAGE_FLASH_LOCK_H
