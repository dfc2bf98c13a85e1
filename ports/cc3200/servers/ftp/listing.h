// One line of a directory listing, and the times in replies. Pure.
//
// Sources: RFC 3659 (MLSD facts, MDTM); LIST as `ls -l` prints it, which is what clients parse.
#ifndef CC3200_SERVERS_FTP_LISTING_H
#define CC3200_SERVERS_FTP_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "servers/ftp/path.h"

// A line: what goes before the name, the name, CR LF and the closing NUL.
#define FTP_ENTRY_LINE_ROOM (64 + FTP_PATH_ROOM)

// A moment as FAT keeps it: date << 16 | time (year - 1980 in 7 bits, month, day, hour, minute, two-second).
typedef uint32_t ftp_time_t;

typedef struct {
    char name[FTP_PATH_ROOM];
    uint32_t size; // bytes, 0 for a directory
    ftp_time_t modified;
    bool directory;
} ftp_entry_t;

typedef enum {
    FTP_FORMAT_LIST,  // as ls -l
    FTP_FORMAT_NAMES, // the bare name
    FTP_FORMAT_FACTS, // MLSD
} ftp_format_t;

// Write the line of an entry, CR LF and NUL at its end. LIST shows the time of day for what was modified in the half
// year before now, else the year. Returns the length without the NUL.
size_t ftp_format_entry(char out[FTP_ENTRY_LINE_ROOM], ftp_format_t format, const ftp_entry_t *entry, ftp_time_t now);

// Write YYYYMMDDHHMMSS and NUL (RFC 3659 section 2.3).
void ftp_format_time(char out[15], ftp_time_t moment);

// Write a number in decimal and NUL, padded with spaces on its left to at least width. Returns its length (at most 10
// or width).
size_t ftp_format_number(char *out, size_t room, uint32_t value, size_t width);

#endif // CC3200_SERVERS_FTP_LISTING_H
