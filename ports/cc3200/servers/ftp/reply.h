// Replies on the command connection: one at a time, fixed or put together. Pure.
#ifndef CC3200_SERVERS_FTP_REPLY_H
#define CC3200_SERVERS_FTP_REPLY_H

#include "genhdr/board_config.h"

#include "servers/ftp/engine.h"

// The fixed ones, one REPLY(name, text) each. The first are those to a ftp_status_t, in its order.
#define FTP_REPLIES(REPLY) \
    REPLY(NONE, "") /* nothing to say now */ \
    REPLY(NOT_FOUND, "550 No such file or directory.\r\n") \
    REPLY(EXISTS, "550 It exists.\r\n") \
    REPLY(DENIED, "550 Not empty, or a directory.\r\n") \
    REPLY(BUSY, "450 A program has it open.\r\n") \
    REPLY(BAD_NAME, "553 Bad or long name.\r\n") \
    REPLY(FULL, "452 No space left.\r\n") \
    REPLY(REFUSED, "553 This file does not take that.\r\n") \
    REPLY(TOLD, "") /* by the host */ \
    REPLY(FAILED, "451 The file system failed.\r\n") \
    REPLY(OPENING, "150 Opening data connection.\r\n") \
    REPLY(DONE, "200 Done.\r\n") \
    REPLY(FEATURES, \
        "211-Features:\r\n" \
        " EPSV\r\n" \
        " MDTM\r\n" \
        " MLST type*;size*;modify*;\r\n" \
        " PASV\r\n" \
        " REST STREAM\r\n" \
        " SIZE\r\n" \
        " TVFS\r\n" \
        " UTF8\r\n" \
        "211 End\r\n") \
    REPLY(READY, "211 Ready.\r\n") \
    REPLY(RUNNING, "211 A transfer is running.\r\n") \
    REPLY(SYSTEM, "215 UNIX Type: L8\r\n") \
    REPLY(GREETING, "220 " MICROPY_HW_BOARD_NAME " FTP server ready.\r\n") \
    REPLY(GOODBYE, "221 Goodbye.\r\n") \
    REPLY(COMPLETE, "226 Transfer complete.\r\n") \
    REPLY(NOTHING_TO_ABORT, "226 Done.\r\n") \
    REPLY(LOGGED_IN, "230 Logged in.\r\n") \
    REPLY(FILE_DONE, "250 Done.\r\n") \
    REPLY(PASSWORD, "331 Password?\r\n") \
    REPLY(GO_ON, "350 Go on.\r\n") \
    REPLY(IDLE, "421 Idle for too long.\r\n") \
    REPLY(LATE, "421 No login in time.\r\n") \
    REPLY(PASSIVE_FIRST, "425 Use PASV or EPSV first.\r\n") \
    REPLY(NO_DATA, "425 No connection.\r\n") \
    REPLY(NO_SOCKET, "425 Programs have all sockets.\r\n") \
    REPLY(DATA_LOST, "426 Connection lost.\r\n") \
    REPLY(ABORTED, "426 Transfer aborted.\r\n226 Done.\r\n") \
    REPLY(NOT_UNDERSTOOD, "500 Not understood.\r\n") \
    REPLY(ARGUMENT_BAD, "501 Bad argument.\r\n") \
    REPLY(ONLY_EPSV, "501 EPSV ALL was asked for.\r\n") \
    REPLY(PASSIVE_ONLY, "502 Use PASV or EPSV.\r\n") \
    REPLY(NO_TLS, "502 No TLS here.\r\n") \
    REPLY(UNAVAILABLE, "502 Not known here.\r\n") \
    REPLY(SEQUENCE, "503 Bad sequence.\r\n") \
    REPLY(NOT_SUPPORTED, "504 Not supported.\r\n") \
    REPLY(USE_1, "522 Use (1).\r\n") \
    REPLY(LOGIN_WRONG, "530 Login incorrect.\r\n") \
    REPLY(LOGIN_FIRST, "530 Log in first.\r\n")

typedef enum {
#define FTP_REPLY_NAME(name, text) FTP_REPLY_##name,
    FTP_REPLIES(FTP_REPLY_NAME)
} ftp_reply_t;

// Make a text the output. It must stay as it is until it is sent.
void ftp_say_text(ftp_t *ftp, const char *text);

// Put a reply together in the session's room: begin it, then end it and make it the output.
text_t ftp_reply_start(ftp_t *ftp, const char *begin);
ftp_reply_t ftp_reply_end(ftp_t *ftp, text_t *text, const char *end);

// Make a fixed reply the output; FTP_REPLY_TOLD is what the host says.
void ftp_say(ftp_t *ftp, ftp_reply_t reply);

// The reply to an operation: good when it went well, else what went wrong.
ftp_reply_t ftp_answer(ftp_status_t status, ftp_reply_t good);

#endif // CC3200_SERVERS_FTP_REPLY_H
