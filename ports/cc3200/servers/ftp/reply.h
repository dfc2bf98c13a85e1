// Replies on the command connection: one at a time, fixed text or put together from pieces. Pure.
#ifndef CC3200_SERVERS_FTP_REPLY_H
#define CC3200_SERVERS_FTP_REPLY_H

#include "servers/ftp/engine.h"

extern const char FTP_ARGUMENT_BAD[];

// Make text the output. It must stay as it is until it is sent.
void ftp_say(ftp_t *ftp, const char *text);

// The same for a text put together from pieces, NULL after the last. What does not fit is dropped: rooms are chosen so
// that all fits.
void ftp_say_pieces(ftp_t *ftp, const char *const *pieces);
#define FTP_SAY(ftp, ...) ftp_say_pieces((ftp), (const char *const[]) {__VA_ARGS__, NULL})

// The reply to a failed operation, and either that or the good one.
const char *ftp_failure(ftp_status_t status);
void ftp_say_status(ftp_t *ftp, ftp_status_t status, const char *good);

// Make an argument an absolute path in ftp->path; without one, the working directory where that makes sense.
// False: the reply is already said.
bool ftp_resolve(ftp_t *ftp, const char *argument, bool optional);

#endif // CC3200_SERVERS_FTP_REPLY_H
