// Replies on the command connection (see reply.h).

#include "servers/ftp/reply.h"

#include <string.h>

void ftp_say(ftp_t *ftp, const char *text) {
    ftp->output = text;
    ftp->output_length = strlen(text);
}

const char *ftp_answer(ftp_status_t status, const char *good) {
    switch (status) {
        case FTP_OK:
            return good;
        case FTP_NOT_FOUND:
            return "550 No such file or directory.\r\n";
        case FTP_EXISTS:
            return "550 It exists already.\r\n";
        case FTP_DENIED:
            return "550 Not allowed: in use, not empty, read-only or a directory.\r\n";
        case FTP_BAD_NAME:
            return "553 Name not allowed.\r\n";
        case FTP_FULL:
            return "452 No space left.\r\n";
        case FTP_REFUSED:
            return "553 This file does not take that.\r\n";
        default:
            return "451 The file system failed.\r\n";
    }
}
