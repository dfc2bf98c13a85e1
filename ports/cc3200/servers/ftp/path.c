// Paths as an FTP client names them (see path.h).

#include "servers/ftp/path.h"

#include <stdint.h>
#include <string.h>

// Drop the last part of a path of that length; returns the new length, 0 for the root.
static size_t parent(const char *path, size_t length) {
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    return length > 0 ? length - 1 : 0;
}

static bool is_slash(char character) {
    return character == '/' || character == '\\';
}

// How much of a part's name FatFs keeps: not the dots and blanks at its end. One that has nothing else stays, and is refused.
static size_t kept(const char *name, size_t part) {
    size_t length = part;
    while (length > 0 && (name[length - 1] == '.' || name[length - 1] == ' ')) {
        length--;
    }
    return length > 0 ? length : part;
}

// Append the parts of name to path, which is kept without a closing slash: "" is the root. A control character ends it, as
// it does in FatFs. Returns the new length, or FTP_PATH_ROOM when it does not fit.
static size_t append_parts(char path[FTP_PATH_ROOM], size_t length, const char *name) {
    while ((uint8_t)*name >= ' ') {
        size_t part = 0;
        while ((uint8_t)name[part] >= ' ' && !is_slash(name[part])) {
            part++;
        }
        if (part == 2 && name[0] == '.' && name[1] == '.') {
            length = parent(path, length);
        } else if (part > 0 && !(part == 1 && name[0] == '.')) {
            if (part >= FTP_PATH_ROOM - length - 1) {
                return FTP_PATH_ROOM; // no room for the slash, the part and the closing NUL
            }
            path[length++] = '/';
            memcpy(path + length, name, part);
            length += kept(name, part);
        }
        name += part;
        name += is_slash(*name);
    }
    return length;
}

bool ftp_path_resolve(char out[FTP_PATH_ROOM], const char *base, const char *name) {
    char path[FTP_PATH_ROOM];
    size_t length = 0;
    if (!is_slash(name[0])) {
        length = append_parts(path, length, base);
    }
    if (length < FTP_PATH_ROOM) {
        length = append_parts(path, length, name);
    }
    if (length >= FTP_PATH_ROOM) {
        return false;
    }
    if (length == 0) {
        path[length++] = '/';
    }
    memcpy(out, path, length);
    out[length] = '\0';
    return true;
}
