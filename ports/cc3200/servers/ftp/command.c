// The command connection's lines (see command.h).

#include "servers/ftp/command.h"

#include <stddef.h>
#include <string.h>

#define SKIP_COMMAND 0xff
#define IAC 255
#define FIRST_OPTION_VERB 251 // WILL; WONT, DO and DONT follow: each takes an option byte

typedef struct {
    char name[4]; // upper case, a verb of three letters ends in NUL
    uint8_t verb;
} verb_name_t;

static const verb_name_t VERBS[] = {
    {"ABOR", FTP_ABOR}, {"ACCT", FTP_ACCT}, {"ALLO", FTP_ALLO}, {"APPE", FTP_APPE}, {"AUTH", FTP_AUTH},
    {"CDUP", FTP_CDUP}, {"CWD", FTP_CWD}, {"DELE", FTP_DELE}, {"EPRT", FTP_EPRT}, {"EPSV", FTP_EPSV},
    {"FEAT", FTP_FEAT}, {"HELP", FTP_HELP}, {"LIST", FTP_LIST}, {"MDTM", FTP_MDTM}, {"MKD", FTP_MKD},
    {"MLSD", FTP_MLSD}, {"MLST", FTP_MLST}, {"MODE", FTP_MODE}, {"NLST", FTP_NLST}, {"NOOP", FTP_NOOP},
    {"OPTS", FTP_OPTS}, {"PASS", FTP_PASS}, {"PASV", FTP_PASV}, {"PBSZ", FTP_PBSZ}, {"PORT", FTP_PORT},
    {"PROT", FTP_PROT}, {"PWD", FTP_PWD}, {"QUIT", FTP_QUIT}, {"REST", FTP_REST}, {"RETR", FTP_RETR},
    {"RMD", FTP_RMD}, {"RNFR", FTP_RNFR}, {"RNTO", FTP_RNTO}, {"SITE", FTP_SITE}, {"SIZE", FTP_SIZE},
    {"STAT", FTP_STAT}, {"STOR", FTP_STOR}, {"STRU", FTP_STRU}, {"SYST", FTP_SYST}, {"TYPE", FTP_TYPE},
    {"USER", FTP_USER}, {"XCUP", FTP_CDUP}, {"XCWD", FTP_CWD}, {"XMKD", FTP_MKD}, {"XPWD", FTP_PWD},
    {"XRMD", FTP_RMD},
};

void ftp_line_start(ftp_line_t *line) {
    memset(line, 0, sizeof(*line));
}

// True when the byte belongs to a telnet command, such as the IAC IP IAC DM that goes before an urgent ABOR.
static bool telnet_byte(ftp_line_t *line, uint8_t byte) {
    if (line->skip == SKIP_COMMAND) {
        line->skip = byte >= FIRST_OPTION_VERB && byte != IAC ? 1 : 0;
        return true;
    }
    if (line->skip > 0) {
        line->skip--;
        return true;
    }
    if (byte == IAC) {
        line->skip = SKIP_COMMAND;
        return true;
    }
    return false;
}

ftp_line_result_t ftp_line_add(ftp_line_t *line, uint8_t byte) {
    if (telnet_byte(line, byte)) {
        return FTP_LINE_MORE;
    }
    if (byte == '\n') {
        bool bad = line->bad;
        if (line->length > 0 && line->text[line->length - 1] == '\r') {
            line->length--;
        }
        line->text[line->length] = '\0';
        line->length = 0;
        line->bad = false;
        return bad ? FTP_LINE_BAD : FTP_LINE_READY;
    }
    if (byte == '\0' || line->length >= sizeof(line->text) - 1) {
        line->bad = true;
    } else {
        line->text[line->length++] = (char)byte;
    }
    return FTP_LINE_MORE;
}

static char upper(char letter) {
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

ftp_verb_t ftp_line_split(ftp_line_t *line, const char **argument) {
    char name[4] = {0};
    size_t length = strcspn(line->text, " ");
    *argument = line->text + length + (line->text[length] == ' ');
    if (length > sizeof(name)) {
        return FTP_UNKNOWN;
    }
    for (size_t at = 0; at < length; at++) {
        name[at] = upper(line->text[at]);
    }
    for (size_t at = 0; at < sizeof(VERBS) / sizeof(VERBS[0]); at++) {
        if (memcmp(VERBS[at].name, name, sizeof(name)) == 0) {
            return (ftp_verb_t)VERBS[at].verb;
        }
    }
    return FTP_UNKNOWN;
}
