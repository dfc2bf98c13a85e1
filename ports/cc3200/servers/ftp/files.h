// The FTP engine's files: the drives that the firmware owns, and the special names that reach hidden files.
#ifndef CC3200_SERVERS_FTP_FILES_H
#define CC3200_SERVERS_FTP_FILES_H

#include "servers/ftp/host.h"

// Members of ftp_host_t; the context is not used.
ftp_status_t ftp_files_stat(void *context, const char *path, ftp_entry_t *entry);
ftp_status_t ftp_files_list_open(void *context, const char *path);
ftp_status_t ftp_files_list_next(void *context, ftp_entry_t *entry);
void ftp_files_list_close(void *context);
ftp_status_t ftp_files_open(void *context, const char *path, ftp_open_t how, uint32_t offset);
ftp_status_t ftp_files_read(void *context, uint8_t *data, size_t room, size_t *length);
ftp_status_t ftp_files_write(void *context, const uint8_t *data, size_t length);
ftp_status_t ftp_files_close(void *context, bool keep);
ftp_status_t ftp_files_remove(void *context, const char *path);
ftp_status_t ftp_files_make_directory(void *context, const char *path);
ftp_status_t ftp_files_remove_directory(void *context, const char *path);
ftp_status_t ftp_files_rename(void *context, const char *from, const char *to);
ftp_time_t ftp_files_now(void *context);

#endif // CC3200_SERVERS_FTP_FILES_H
