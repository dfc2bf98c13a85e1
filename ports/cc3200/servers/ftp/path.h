// Paths as an FTP client names them, made absolute and plain. Pure.
#ifndef CC3200_SERVERS_FTP_PATH_H
#define CC3200_SERVERS_FTP_PATH_H

#include <stdbool.h>
#include <stddef.h>

// The longest absolute path, with its closing NUL (MicroPython's own limit, MICROPY_ALLOC_PATH_MAX).
#define FTP_PATH_ROOM 128

// Resolve name against the absolute, plain directory base: "." and ".." and doubled slashes vanish, ".." above the
// root stays at the root, and each part is spelled as FatFs spells it, but for the case of letters: what names one file
// becomes one path. name is NUL-terminated. False when the result does not fit; out is then unchanged.
bool ftp_path_resolve(char out[FTP_PATH_ROOM], const char *base, const char *name);

#endif // CC3200_SERVERS_FTP_PATH_H
