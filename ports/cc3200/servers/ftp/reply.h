// Replies on the command connection: one at a time, fixed text or put together. Pure.
#ifndef CC3200_SERVERS_FTP_REPLY_H
#define CC3200_SERVERS_FTP_REPLY_H

#include "servers/ftp/engine.h"

// Make text the output. It must stay as it is until it is sent.
void ftp_say(ftp_t *ftp, const char *text);

// The reply to an operation: good when it went well, else what went wrong.
const char *ftp_answer(ftp_status_t status, const char *good);

#endif // CC3200_SERVERS_FTP_REPLY_H
