// The command connection's lines (see command.h).

#include "servers/ftp/command.h"

#include <stddef.h>
#include <string.h>

#define SKIP_COMMAND 0xff
#define IAC 255
#define FIRST_OPTION_VERB 251 // WILL; WONT, DO and DONT follow: each takes an option byte

#define FTP_COMMAND_SLOT(name, slot, asks) slot
const char FTP_HELP_TEXT[] = FTP_COMMANDS(FTP_COMMAND_SLOT);
_Static_assert(sizeof(FTP_HELP_TEXT) == FTP_VERBS * FTP_SLOT + 1, "each slot has five characters");

#define NAME_LENGTH 4
#define X_FORMS (FTP_XCUP - FTP_CDUP)

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

ftp_verb_t ftp_line_split(const ftp_line_t *line, const char **argument) {
    char name[NAME_LENGTH] = {' ', ' ', ' ', ' '};
    size_t length = strcspn(line->text, " ");
    *argument = line->text + length + (line->text[length] == ' ');
    if (length > sizeof(name)) {
        return FTP_UNKNOWN;
    }
    for (size_t at = 0; at < length; at++) {
        name[at] = (char)(line->text[at] & ~0x20); // letters in upper case, and nothing else becomes a letter
    }
    for (unsigned verb = FTP_UNKNOWN + 1; verb < FTP_VERBS; verb++) {
        if (memcmp(FTP_HELP_TEXT + verb * FTP_SLOT, name, sizeof(name)) == 0) {
            return (ftp_verb_t)(verb >= FTP_XCUP && verb <= FTP_XRMD ? verb - X_FORMS : verb);
        }
    }
    return FTP_UNKNOWN;
}
