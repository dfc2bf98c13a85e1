// What the FTP engine asks of the place it runs in: files, the data connection and time. Whoever links the engine defines
// these functions: on the board session.c and files.c with the serial flash and the network processor, in tests memory.
#ifndef CC3200_SERVERS_FTP_HOST_H
#define CC3200_SERVERS_FTP_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "servers/ftp/listing.h"

// In the order of the replies to them (reply.c).
typedef enum {
    FTP_OK,
    FTP_NOT_FOUND,
    FTP_EXISTS,
    FTP_DENIED, // read-only, a directory where a file is needed, not empty, a mount point
    FTP_BUSY, // a program has it open
    FTP_BAD_NAME,
    FTP_FULL, // no space left
    FTP_REFUSED, // a special file that does not take what was sent
    FTP_TOLD, // ftp_host_why() has the words
    FTP_FAILED, // the medium failed
    FTP_END, // no more entries
} ftp_status_t;

typedef enum {
    FTP_READ,
    FTP_REPLACE, // the new content takes the old one's place when the file is closed and kept, not before
    FTP_APPEND,
    FTP_PATCH, // write into the existing file from an offset on
} ftp_open_t;

// ftp_host_data_send and _receive return a count of bytes, 0 when nothing can be moved now, or one of these.
#define FTP_DATA_CLOSED (-1) // the peer closed in order: the end of an upload
#define FTP_DATA_LOST (-2)

// One file, one listing and one data connection are open at a time. Paths are absolute and plain (ftp_path_resolve).
ftp_status_t ftp_host_stat(const char *path, ftp_entry_t *entry);
ftp_status_t ftp_host_list_open(const char *path);
ftp_status_t ftp_host_list_next(ftp_entry_t *entry);
void ftp_host_list_close(void);
ftp_status_t ftp_host_file_open(const char *path, ftp_open_t how, uint32_t offset); // the offset: to read and to patch
ftp_status_t ftp_host_file_read(uint8_t *data, size_t room, size_t *length); // *length 0: the end
ftp_status_t ftp_host_file_write(const uint8_t *data, size_t length);
ftp_status_t ftp_host_file_close(const char *path, bool keep); // path: the one it was opened by
const char *ftp_host_why(void); // after FTP_TOLD: the reply, without a full stop; at most 64 bytes
ftp_status_t ftp_host_remove(const char *path, bool directory);
ftp_status_t ftp_host_make_directory(const char *path);
ftp_status_t ftp_host_rename(const char *from, const char *to);
bool ftp_host_data_listen(uint8_t address[4], uint16_t *port);
int ftp_host_data_accept(void); // 1 connected, 0 not yet, FTP_DATA_LOST
int ftp_host_data_send(const uint8_t *data, size_t length);
int ftp_host_data_receive(uint8_t *data, size_t room);
void ftp_host_data_close(void); // also what only listens; nothing when there is none
uint32_t ftp_host_milliseconds(void);
ftp_time_t ftp_host_now(void);

#endif // CC3200_SERVERS_FTP_HOST_H
