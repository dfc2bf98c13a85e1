// Replies on the command connection (see reply.h).

#include "servers/ftp/reply.h"

#include <string.h>

const char FTP_ARGUMENT_BAD[] = "501 Bad or missing argument.\r\n";

void ftp_say(ftp_t *ftp, const char *text) {
    ftp->output = text;
    ftp->output_length = strlen(text);
}

void ftp_say_pieces(ftp_t *ftp, const char *const *pieces) {
    size_t length = 0;
    for (; *pieces != NULL; pieces++) {
        size_t piece = strlen(*pieces);
        size_t left = sizeof(ftp->reply) - 1 - length;
        piece = piece < left ? piece : left;
        memcpy(ftp->reply + length, *pieces, piece);
        length += piece;
    }
    ftp->reply[length] = '\0';
    ftp_say(ftp, ftp->reply);
}

const char *ftp_failure(ftp_status_t status) {
    switch (status) {
        case FTP_NOT_FOUND:
            return "550 No such file or directory.\r\n";
        case FTP_EXISTS:
            return "550 It exists already.\r\n";
        case FTP_DENIED:
            return "550 Not allowed: in use, not empty, read-only, or a directory.\r\n";
        case FTP_BAD_NAME:
            return "553 Name not allowed.\r\n";
        case FTP_FULL:
            return "452 No space left.\r\n";
        case FTP_REFUSED:
            return "553 This special file does not take that.\r\n";
        default:
            return "451 The file system failed.\r\n";
    }
}

void ftp_say_status(ftp_t *ftp, ftp_status_t status, const char *good) {
    ftp_say(ftp, status == FTP_OK ? good : ftp_failure(status));
}

bool ftp_resolve(ftp_t *ftp, const char *argument, bool optional) {
    if (argument[0] == '\0' && !optional) {
        ftp_say(ftp, FTP_ARGUMENT_BAD);
        return false;
    }
    if (!ftp_path_resolve(ftp->path, ftp->directory, argument)) {
        ftp_say(ftp, "553 Path name too long.\r\n");
        return false;
    }
    return true;
}
