// The command connection's lines: assembled from bytes, split into a verb and its argument. Pure.
//
// Source: RFC 959 section 5.3 (lines), RFC 854 (the telnet commands that clients put around ABOR).
#ifndef CC3200_SERVERS_FTP_COMMAND_H
#define CC3200_SERVERS_FTP_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "servers/ftp/path.h"

// The longest line: a verb, a space and the longest path.
#define FTP_LINE_ROOM (FTP_PATH_ROOM + 8)

typedef enum {
    FTP_UNKNOWN,
    FTP_ABOR, FTP_ACCT, FTP_ALLO, FTP_APPE, FTP_AUTH, FTP_CDUP, FTP_CWD, FTP_DELE, FTP_EPRT, FTP_EPSV, FTP_FEAT,
    FTP_HELP, FTP_LIST, FTP_MDTM, FTP_MKD, FTP_MLSD, FTP_MLST, FTP_MODE, FTP_NLST, FTP_NOOP, FTP_OPTS, FTP_PASS,
    FTP_PASV, FTP_PBSZ, FTP_PORT, FTP_PROT, FTP_PWD, FTP_QUIT, FTP_REST, FTP_RETR, FTP_RMD, FTP_RNFR, FTP_RNTO,
    FTP_SITE, FTP_SIZE, FTP_STAT, FTP_STOR, FTP_STRU, FTP_SYST, FTP_TYPE, FTP_USER,
} ftp_verb_t;

typedef enum {
    FTP_LINE_MORE,  // the line goes on
    FTP_LINE_READY, // text holds a whole line
    FTP_LINE_BAD,   // a whole line that was too long or held a NUL: answer 500 and forget it
} ftp_line_result_t;

typedef struct {
    char text[FTP_LINE_ROOM];
    uint8_t length;
    uint8_t skip;   // bytes of a telnet command still to drop; SKIP_COMMAND while its code is awaited
    bool bad;
} ftp_line_t;

// A new, empty line; then byte by byte until it is ready.
void ftp_line_start(ftp_line_t *line);
ftp_line_result_t ftp_line_add(ftp_line_t *line, uint8_t byte);

// Split a ready line. *argument points into text at what follows the verb's space, "" when there is nothing.
// The X forms of RFC 775 (XCWD, XPWD, ...) come back as the plain verbs.
ftp_verb_t ftp_line_split(ftp_line_t *line, const char **argument);

#endif // CC3200_SERVERS_FTP_COMMAND_H
