// One line of a directory listing, and the times in replies. Pure.
//
// Sources: RFC 3659 (MLSD facts, MDTM); LIST as `ls -l` prints it, which is what clients parse.
#ifndef CC3200_SERVERS_FTP_LISTING_H
#define CC3200_SERVERS_FTP_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "servers/ftp/path.h"
#include "servers/ftp/text.h"

// A line: facts, a folder, the name, CR LF and the closing NUL.
#define FTP_ENTRY_LINE_ROOM (64 + 2 * FTP_PATH_ROOM)

// A moment as FAT keeps it: date << 16 | time (year - 1980 in 7 bits, month, day, hour, minute, two-second).
typedef uint32_t ftp_time_t;

typedef struct {
    bool directory;
    uint32_t size; // bytes, 0 for a directory
    ftp_time_t modified;
    char name[FTP_PATH_ROOM];
} ftp_entry_t;

typedef enum {
    FTP_FORMAT_LIST,  // as ls -l
    FTP_FORMAT_NAMES, // the bare name
    FTP_FORMAT_FACTS, // MLSD
} ftp_format_t;

// Add the line of an entry, at most FTP_ENTRY_LINE_ROOM with its NUL. folder: what goes before its name, at most
// FTP_PATH_ROOM. LIST shows the time of day for what was modified
// in the half year before now, else the year.
void ftp_add_entry(text_t *text, ftp_format_t format, const ftp_entry_t *entry, const char *folder, ftp_time_t now);

// Add YYYYMMDDHHMMSS (RFC 3659 section 2.3).
void ftp_add_time(text_t *text, ftp_time_t moment);

#endif // CC3200_SERVERS_FTP_LISTING_H
