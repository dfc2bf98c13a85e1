// What the FTP engine asks of the place it runs in: files, the data connection, time and who may log in.
// On the board that is the serial flash, the SD card and the network processor; in tests, memory.
#ifndef CC3200_SERVERS_FTP_HOST_H
#define CC3200_SERVERS_FTP_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "servers/ftp/listing.h"
#include "servers/login.h"

typedef enum {
    FTP_OK,
    FTP_END,        // no more entries
    FTP_NOT_FOUND,
    FTP_EXISTS,
    FTP_DENIED,     // read-only, a directory where a file is needed, in use, not empty, a mount point
    FTP_BAD_NAME,
    FTP_FULL,       // no space left
    FTP_REFUSED,    // a special file that does not take what was sent
    FTP_FAILED,     // the medium failed
} ftp_status_t;

typedef enum {
    FTP_READ,
    FTP_REPLACE,    // the new content takes the old one's place when the file is closed and kept, not before
    FTP_APPEND,
    FTP_PATCH,      // write into the existing file from an offset on
} ftp_open_t;

// data_send and data_receive return a count of bytes, 0 when nothing can be moved now, or one of these.
#define FTP_DATA_CLOSED (-1) // the peer closed in order: the end of an upload
#define FTP_DATA_LOST (-2)

// One file, one listing and one data connection are open at a time. Paths are absolute and plain (ftp_path_resolve).
typedef struct {
    ftp_status_t (*stat)(void *context, const char *path, ftp_entry_t *entry);
    ftp_status_t (*list_open)(void *context, const char *path);
    ftp_status_t (*list_next)(void *context, ftp_entry_t *entry);
    void (*list_close)(void *context);
    ftp_status_t (*file_open)(void *context, const char *path, ftp_open_t how, uint32_t offset);
    ftp_status_t (*file_read)(void *context, uint8_t *data, size_t room, size_t *length); // *length 0: the end
    ftp_status_t (*file_write)(void *context, const uint8_t *data, size_t length);
    ftp_status_t (*file_close)(void *context, bool keep);
    ftp_status_t (*remove)(void *context, const char *path);
    ftp_status_t (*make_directory)(void *context, const char *path);
    ftp_status_t (*remove_directory)(void *context, const char *path);
    ftp_status_t (*rename)(void *context, const char *from, const char *to);
    bool (*data_listen)(void *context, uint8_t address[4], uint16_t *port);
    int (*data_accept)(void *context); // 1 connected, 0 not yet, FTP_DATA_LOST
    int (*data_send)(void *context, const uint8_t *data, size_t length);
    int (*data_receive)(void *context, uint8_t *data, size_t room);
    void (*data_close)(void *context); // also what only listens; nothing when there is none
    uint32_t (*milliseconds)(void *context);
    ftp_time_t (*now)(void *context);
} ftp_host_t;

#endif // CC3200_SERVERS_FTP_HOST_H
