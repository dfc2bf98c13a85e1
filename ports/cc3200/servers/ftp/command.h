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

// What a verb asks for before it is carried out.
enum {
    FTP_PUBLIC = 1 << 0,   // no login
    FTP_ALWAYS = 1 << 1,   // no end of a transfer that runs
    FTP_FOLLOWS = 1 << 2,  // the command before must have been the one that it belongs to
    FTP_DATA = 1 << 3,     // a data connection, by PASV or EPSV
    FTP_ARGUMENT = 1 << 4, // an argument
    FTP_PATH = 1 << 5,     // the argument is a path; without one, the working directory
    FTP_FACTS = 1 << 6,    // what is known of that path, which must exist
    FTP_RESTART = 1 << 7,  // nothing, and leaves REST's offset for the next one
    FTP_ON_PATH = FTP_ARGUMENT | FTP_PATH,
};

// The verbs, one COMMAND(name, slot, what it asks for) each. The slots, five characters each, make the text that HELP
// answers with, up to its NUL; what comes after is known and refused. The X forms (RFC 775) stand in the order of the
// plain verbs before them. The groups LIST to MLSD and RETR to APPE are in the order of ftp_format_t and ftp_open_t.
#define FTP_COMMANDS(COMMAND) \
    COMMAND(UNKNOWN, "214  ", FTP_PUBLIC) \
    COMMAND(ABOR, "ABOR ", FTP_ALWAYS) \
    COMMAND(ACCT, "ACCT ", 0) \
    COMMAND(ALLO, "ALLO ", 0) \
    COMMAND(DELE, "DELE ", FTP_ON_PATH) \
    COMMAND(EPSV, "EPSV ", FTP_RESTART) \
    COMMAND(FEAT, "FEAT ", FTP_PUBLIC) \
    COMMAND(HELP, "HELP ", FTP_PUBLIC) \
    COMMAND(LIST, "LIST ", FTP_DATA | FTP_PATH) \
    COMMAND(NLST, "NLST ", FTP_DATA | FTP_PATH) \
    COMMAND(MLSD, "MLSD ", FTP_DATA | FTP_PATH) \
    COMMAND(MDTM, "MDTM ", FTP_ON_PATH | FTP_FACTS) \
    COMMAND(MLST, "MLST ", FTP_PATH | FTP_FACTS) \
    COMMAND(MODE, "MODE ", FTP_ARGUMENT) \
    COMMAND(NOOP, "NOOP ", FTP_PUBLIC) \
    COMMAND(OPTS, "OPTS ", FTP_PUBLIC | FTP_ARGUMENT) \
    COMMAND(PASS, "PASS ", FTP_PUBLIC | FTP_FOLLOWS) \
    COMMAND(PASV, "PASV ", FTP_RESTART) \
    COMMAND(QUIT, "QUIT ", FTP_PUBLIC) \
    COMMAND(REST, "REST ", FTP_ARGUMENT | FTP_RESTART) \
    COMMAND(RETR, "RETR ", FTP_DATA | FTP_ON_PATH) \
    COMMAND(STOR, "STOR ", FTP_DATA | FTP_ON_PATH) \
    COMMAND(APPE, "APPE ", FTP_DATA | FTP_ON_PATH) \
    COMMAND(RNFR, "RNFR ", FTP_ON_PATH | FTP_FACTS) \
    COMMAND(RNTO, "RNTO ", FTP_FOLLOWS | FTP_ON_PATH) \
    COMMAND(SIZE, "SIZE ", FTP_ON_PATH | FTP_FACTS | FTP_RESTART) \
    COMMAND(STAT, "STAT ", FTP_ALWAYS) \
    COMMAND(STRU, "STRU ", FTP_ARGUMENT) \
    COMMAND(SYST, "SYST ", FTP_PUBLIC) \
    COMMAND(TYPE, "TYPE ", FTP_ARGUMENT | FTP_RESTART) \
    COMMAND(USER, "USER ", FTP_PUBLIC) \
    COMMAND(CDUP, "CDUP ", FTP_PATH | FTP_FACTS) \
    COMMAND(CWD, "CWD  ", FTP_PATH | FTP_FACTS) \
    COMMAND(MKD, "MKD  ", FTP_ON_PATH) \
    COMMAND(PWD, "PWD  ", 0) \
    COMMAND(RMD, "RMD  ", FTP_ON_PATH) \
    COMMAND(XCUP, "XCUP ", 0) \
    COMMAND(XCWD, "XCWD ", 0) \
    COMMAND(XMKD, "XMKD ", 0) \
    COMMAND(XPWD, "XPWD ", 0) \
    COMMAND(XRMD, "XRMD ", 0) \
    COMMAND(HELP_END, "\r\n\0  ", 0) /* no line can hold this as a verb */ \
    COMMAND(EPRT, "EPRT ", 0) \
    COMMAND(PORT, "PORT ", 0) \
    COMMAND(SITE, "SITE ", 0) \
    COMMAND(AUTH, "AUTH ", FTP_PUBLIC) \
    COMMAND(PBSZ, "PBSZ ", FTP_PUBLIC) \
    COMMAND(PROT, "PROT ", FTP_PUBLIC)

typedef enum {
#define FTP_COMMAND_VERB(name, slot, asks) FTP_##name,
    FTP_COMMANDS(FTP_COMMAND_VERB) FTP_VERBS,
} ftp_verb_t;

#define FTP_SLOT 5

// All slots, one after the other.
extern const char FTP_HELP_TEXT[];

typedef enum {
    FTP_LINE_MORE,  // the line goes on
    FTP_LINE_READY, // text holds a whole line
    FTP_LINE_BAD,   // a whole line that was too long or held a NUL: answer 500 and forget it
} ftp_line_result_t;

typedef struct {
    uint8_t length;
    uint8_t skip;   // bytes of a telnet command still to drop; SKIP_COMMAND while its code is awaited
    bool bad;
    char text[FTP_LINE_ROOM];
} ftp_line_t;

// A line that is all zero is new and empty; then byte by byte until it is ready.
ftp_line_result_t ftp_line_add(ftp_line_t *line, uint8_t byte);

// Split a ready line, which stays as it is. *argument points into text at what follows the verb's space, "" when there
// is nothing. The X forms come back as the plain verbs.
ftp_verb_t ftp_line_split(const ftp_line_t *line, const char **argument);

#endif // CC3200_SERVERS_FTP_COMMAND_H
