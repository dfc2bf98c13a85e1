// The files that a user puts on the drive and that go to the serial flash's own file system instead: certificates, for
// the network processor to read, and the firmware image. They are written whole and never listed or read back.
#ifndef CC3200_NWP_HIDDEN_FILE_H
#define CC3200_NWP_HIDDEN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    HIDDEN_FILE_NONE,        // an ordinary path
    HIDDEN_FILE_AUTHORITY,   // /flash/cert/ca.pem
    HIDDEN_FILE_CERTIFICATE, // /flash/cert/cert.pem
    HIDDEN_FILE_KEY,         // /flash/cert/private.key
    HIDDEN_FILE_IMAGE,       // /flash/sys/mcuimg.bin, which is an update (nwp/update.h): refused by hidden_file_open
    HIDDEN_FILE_UPLOAD,      // /flash/~upload.ftp, FTP's own (servers/ftp/files.c): refused too
} hidden_file_t;

// Which of them an absolute path names, in any case of letters, as on the drive. The path is plain: storage/fatfs.c knows the
// same names in every spelling.
hidden_file_t hidden_file_find(const char *path);

// These are for the task that waits for sockets: it ends what it writes before the network processor restarts.

// Begin to replace one. One is written at a time; until hidden_file_close keeps it, the old content stays.
// False when it can't be opened.
bool hidden_file_open(hidden_file_t file);

// Add to it. False when it grows over its limit (4 KiB) or the flash fails.
bool hidden_file_write(const uint8_t *data, size_t length);

// End it: keep the new content, or drop it and leave the old. False when the flash fails.
bool hidden_file_close(bool keep);

// Delete one. False when it does not exist.
bool hidden_file_remove(hidden_file_t file);

#endif // CC3200_NWP_HIDDEN_FILE_H
