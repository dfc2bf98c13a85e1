// Transfers of an FTP session: listings and files over the data connection. Pure.
#ifndef CC3200_SERVERS_FTP_TRANSFER_H
#define CC3200_SERVERS_FTP_TRANSFER_H

#include "servers/ftp/reply.h"

// Milliseconds since ftp_mark_progress was called last.
uint32_t ftp_passed_ms(const ftp_t *ftp);
void ftp_mark_progress(ftp_t *ftp);

// Begin to list or to move ftp->path over the data connection that the client prepared. Returns the reply. What is listed is
// a folder; or, but for FTP_FORMAT_FACTS, one file or those that a pattern names, as the client spelled them: argument.
ftp_reply_t ftp_start_list(ftp_t *ftp, ftp_format_t format, const char *argument);
ftp_reply_t ftp_start_file(ftp_t *ftp, ftp_open_t how);

// Move the running transfer on. True: something moved.
bool ftp_poll_transfer(ftp_t *ftp);

// Forget the data connection, open or awaited.
void ftp_close_data(ftp_t *ftp);

// End whatever is open for a transfer. keep: an upload is complete and takes the place of the old file.
ftp_status_t ftp_end_transfer(ftp_t *ftp, bool keep);

// End it as failed and say why.
void ftp_fail_transfer(ftp_t *ftp, ftp_reply_t reply);

#endif // CC3200_SERVERS_FTP_TRANSFER_H
