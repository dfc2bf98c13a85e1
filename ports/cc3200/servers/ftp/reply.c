// Replies on the command connection (see reply.h).

#include "servers/ftp/reply.h"

#include <string.h>

_Static_assert(
    (int)FTP_REPLY_NONE == FTP_OK && (int)FTP_REPLY_FAILED == FTP_FAILED, "replies in the order of ftp_status_t");

// One after the other, each with its NUL: found by counting, a pointer to each would cost more than that.
#define FTP_REPLY_TEXT(name, text) text "\0"
static const char TEXTS[] = FTP_REPLIES(FTP_REPLY_TEXT);

void ftp_say_text(ftp_t *ftp, const char *text) {
    ftp->output = text;
    ftp->output_length = strlen(text);
}

text_t ftp_reply_start(ftp_t *ftp, const char *begin) {
    text_t text;
    text_start(&text, ftp->room.reply, sizeof(ftp->room.reply));
    text_add(&text, begin);
    return text;
}

ftp_reply_t ftp_reply_end(ftp_t *ftp, text_t *text, const char *end) {
    text_add(text, end);
    ftp_say_text(ftp, ftp->room.reply);
    return FTP_REPLY_NONE;
}

void ftp_say(ftp_t *ftp, ftp_reply_t reply) {
    if (reply == FTP_REPLY_TOLD) {
        text_t text = ftp_reply_start(ftp, ftp_host_why());
        ftp_reply_end(ftp, &text, ".\r\n");
        return;
    }
    const char *text = TEXTS;
    for (unsigned at = 0; at < reply; at++) {
        text += strlen(text) + 1;
    }
    ftp_say_text(ftp, text);
}

ftp_reply_t ftp_answer(ftp_status_t status, ftp_reply_t good) {
    return status == FTP_OK ? good : (ftp_reply_t)status;
}
