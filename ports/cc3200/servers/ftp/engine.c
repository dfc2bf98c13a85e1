// An FTP session (see engine.h).

#include "servers/ftp/engine.h"

#include <string.h>

#include "servers/ftp/reply.h"
#include "servers/ftp/transfer.h"

#define ROOT "/"

// The replies that are long or used in more than one place.
static const char DONE[] = "200 Done.\r\n";
static const char FILE_DONE[] = "250 Done.\r\n";
static const char GO_ON[] = "350 Go on.\r\n";
static const char NOT_UNDERSTOOD[] = "500 Not understood, malformed or too long.\r\n";
static const char ARGUMENT_BAD[] = "501 Bad or missing argument.\r\n";
static const char NOT_SUPPORTED[] = "504 Not supported for that parameter.\r\n";
static const char FEATURES[] =
    "211-Features:\r\n"
    " EPSV\r\n"
    " MDTM\r\n"
    " MLST type*;size*;modify*;\r\n"
    " PASV\r\n"
    " REST STREAM\r\n"
    " SIZE\r\n"
    " TVFS\r\n"
    " UTF8\r\n"
    "211 End\r\n";

static bool same(const char *text, const char *upper) {
    while (*text != '\0' && *upper != '\0' && (*text & ~0x20) == (*upper & ~0x20)) {
        text++;
        upper++;
    }
    return *text == *upper;
}

// ---- commands; each returns its reply, or NULL for none now

static text_t start_reply(ftp_t *ftp, const char *begin) {
    text_t text;
    text_start(&text, ftp->room.reply, sizeof(ftp->room.reply));
    text_add(&text, begin);
    return text;
}

static const char *end_reply(ftp_t *ftp, text_t *text, const char *end) {
    text_add(text, end);
    return ftp->room.reply;
}

static const char *passive(ftp_t *ftp, bool extended) {
    uint8_t address[4];
    uint16_t port;
    ftp_close_data(ftp);
    if (!ftp_host_data_listen(address, &port)) {
        return "425 No data connection can be opened now.\r\n";
    }
    ftp->listening = true;
    if (extended) {
        text_t text = start_reply(ftp, "229 Extended passive mode (|||");
        text_add_number(&text, port, 0, ' ');
        return end_reply(ftp, &text, "|)\r\n");
    }
    text_t text = start_reply(ftp, "227 Entering passive mode (");
    for (size_t at = 0; at < sizeof(address); at++) {
        text_add_number(&text, address[at], 0, ' ');
        text_add_character(&text, ',');
    }
    text_add_number(&text, port >> 8, 0, ' ');
    text_add_character(&text, ',');
    text_add_number(&text, port & 255, 0, ' ');
    return end_reply(ftp, &text, ")\r\n");
}

static const char *epsv(ftp_t *ftp, const char *argument) {
    if (same(argument, "ALL")) {
        ftp->epsv_only = true;
        return DONE;
    }
    return same(argument, "") || same(argument, "1") ? passive(ftp, true) : "522 Use (1).\r\n";
}

// A wrong guess is answered by ftp_poll when its delay is over.
static const char *pass(ftp_t *ftp, const char *argument) {
    login_word_t password;
    login_word_set(&password, argument, strlen(argument));
    ftp->logged_in = login_check(ftp->login, &ftp->user, &password);
    if (ftp->logged_in) {
        return "230 Logged in.\r\n";
    }
    ftp->wait_ms = login_delay_ms(ftp->login);
    ftp_mark_progress(ftp);
    return NULL;
}

// 257 with a path in quotes, a quote within it doubled (RFC 959, appendix II).
static const char *quoted(ftp_t *ftp, const char *path) {
    text_t text = start_reply(ftp, "257 \"");
    for (; *path != '\0'; path++) {
        if (*path == '"') {
            text_add_character(&text, '"');
        }
        text_add_character(&text, *path);
    }
    return end_reply(ftp, &text, "\" is the directory.\r\n");
}

// SIZE, MDTM and MLST: what is known of a path.
static const char *facts(ftp_t *ftp, ftp_verb_t verb) {
    ftp_entry_t *entry = &ftp->entry;
    if (verb == FTP_MLST) {
        text_t text = start_reply(ftp, "250-Listing:\r\n ");
        memcpy(entry->name, ftp->path, sizeof(entry->name));
        ftp_add_entry(&text, FTP_FORMAT_FACTS, entry, 0);
        return end_reply(ftp, &text, "250 End\r\n");
    }
    if (entry->directory) {
        return ftp_answer(FTP_DENIED, NULL);
    }
    text_t text = start_reply(ftp, "213 ");
    if (verb == FTP_SIZE) {
        text_add_number(&text, entry->size, 0, ' ');
    } else {
        ftp_add_time(&text, entry->modified);
    }
    return end_reply(ftp, &text, "\r\n");
}

static const char *rest(ftp_t *ftp, const char *argument) {
    uint32_t offset = 0;
    for (; *argument >= '0' && *argument <= '9' && offset <= (UINT32_MAX - 9) / 10; argument++) {
        offset = offset * 10 + (uint32_t)(*argument - '0');
    }
    if (*argument != '\0') {
        return ARGUMENT_BAD;
    }
    ftp->restart = offset;
    return GO_ON;
}

// TYPE, STRU and MODE take what asks for plain files in a stream, in any case of letters. choices: each ends in NUL, and
// an empty one ends them.
static const char *choose(const char *argument, const char *choices) {
    for (; *choices != '\0'; choices += strlen(choices) + 1) {
        if (same(argument, choices)) {
            return DONE;
        }
    }
    return NOT_SUPPORTED;
}

static const char *abort_transfer(ftp_t *ftp) {
    bool running = ftp->transfer != FTP_IDLE;
    ftp_end_transfer(ftp, false);
    return running ? "426 Transfer aborted.\r\n226 Done.\r\n" : "226 Nothing to abort.\r\n";
}

// Carry out a command whose rules hold.
static const char *perform(ftp_t *ftp, ftp_verb_t verb, const char *argument) {
    ftp_status_t status = FTP_OK;
    switch (verb) {
        case FTP_UNKNOWN:
            return NOT_UNDERSTOOD;
        case FTP_USER:
            login_word_set(&ftp->user, argument, strlen(argument));
            ftp->logged_in = false;
            ftp->next = FTP_PASS;
            return "331 Password required.\r\n";
        case FTP_PASS:
            return pass(ftp, argument);
        case FTP_QUIT:
            ftp->quit = true;
            return "221 Goodbye.\r\n";
        case FTP_FEAT:
            return FEATURES;
        case FTP_HELP:
            return FTP_HELP_TEXT;
        case FTP_NOOP:
            return DONE;
        case FTP_SYST:
            return "215 UNIX Type: L8\r\n";
        case FTP_OPTS:
            return choose(argument, "UTF8 ON\0" "UTF8\0" "MLST type;size;modify;\0" "MLST\0");
        case FTP_MODE:
            return choose(argument, "S\0");
        case FTP_STRU:
            return choose(argument, "F\0");
        case FTP_TYPE:
            return choose(argument, "I\0" "A\0" "A N\0" "L 8\0");
        case FTP_ABOR:
            return abort_transfer(ftp);
        case FTP_STAT:
            return *argument != '\0' ? NOT_SUPPORTED
                : ftp->transfer == FTP_IDLE ? "211 Ready.\r\n" : "211 A transfer is running.\r\n";
        case FTP_ACCT:
        case FTP_ALLO:
            return "202 Not needed here.\r\n";
        case FTP_PASV:
            return ftp->epsv_only ? "501 EPSV ALL was asked for.\r\n" : passive(ftp, false);
        case FTP_EPSV:
            return epsv(ftp, argument);
        case FTP_REST:
            return rest(ftp, argument);
        case FTP_LIST:
        case FTP_NLST:
        case FTP_MLSD:
            return ftp_start_list(ftp, (ftp_format_t)(verb - FTP_LIST));
        case FTP_RETR:
        case FTP_STOR:
        case FTP_APPE:
            return ftp_start_file(ftp, (ftp_open_t)(verb - FTP_RETR));
        case FTP_PWD:
            return quoted(ftp, ftp->directory);
        case FTP_SIZE:
        case FTP_MDTM:
        case FTP_MLST:
            return facts(ftp, verb);
        case FTP_RNFR:
            memcpy(ftp->room.rename_from, ftp->path, sizeof(ftp->path));
            ftp->next = FTP_RNTO;
            return GO_ON;
        case FTP_CWD:
        case FTP_CDUP:
            if (ftp->entry.directory) {
                memcpy(ftp->directory, ftp->path, sizeof(ftp->directory));
            } else {
                status = FTP_NOT_FOUND;
            }
            break;
        case FTP_RNTO:
            status = ftp_host_rename(ftp->room.rename_from, ftp->path);
            break;
        case FTP_DELE:
        case FTP_RMD:
            status = ftp_host_remove(ftp->path, verb == FTP_RMD);
            break;
        case FTP_MKD:
            status = ftp_host_make_directory(ftp->path);
            if (status == FTP_OK) {
                return quoted(ftp, ftp->path);
            }
            break;
        default:
            return "502 Not supported: no TLS, no active mode, use PASV or EPSV.\r\n";
    }
    return ftp_answer(status, FILE_DONE);
}

// See that all is there that a command asks for, in the order in which its lack is told, then carry it out.
static const char *answer(ftp_t *ftp, ftp_verb_t verb, const char *argument, uint8_t asks) {
    bool follows = verb == ftp->next;
    ftp->next = FTP_UNKNOWN;
    if (!(asks & FTP_PUBLIC) && !ftp->logged_in) {
        return "530 Log in with USER and PASS first.\r\n";
    }
    if ((asks & FTP_FOLLOWS) && !follows) {
        return "503 Bad sequence of commands.\r\n";
    }
    if ((asks & FTP_DATA) && !ftp->listening) {
        return "425 Use PASV or EPSV first.\r\n";
    }
    if ((asks & FTP_ARGUMENT) && *argument == '\0') {
        return ARGUMENT_BAD;
    }
    if (verb == FTP_CDUP) {
        argument = "..";
    }
    // Clients pass options of ls ("-al"); they are no part of the name.
    while ((verb == FTP_LIST || verb == FTP_NLST) && *argument == '-') {
        argument += strcspn(argument, " ");
        argument += strspn(argument, " ");
    }
    if ((asks & FTP_PATH) && !ftp_path_resolve(ftp->path, ftp->directory, argument)) {
        return "553 Path name too long.\r\n";
    }
    if (asks & FTP_FACTS) {
        ftp_status_t status = ftp_host_stat(ftp->path, &ftp->entry);
        if (status != FTP_OK) {
            return ftp_answer(status, NULL);
        }
    }
    return perform(ftp, verb, argument);
}

// Run the line that is ready, or park it while a transfer runs, unless it speaks of the transfer itself.
static void run_line(ftp_t *ftp) {
#define FTP_COMMAND_ASKS(name, slot, asks) asks,
    static const uint8_t all_ask[FTP_VERBS] = {FTP_COMMANDS(FTP_COMMAND_ASKS)};
    const char *argument;
    ftp_verb_t verb = ftp_line_split(&ftp->line, &argument); // once more when it was parked
    uint8_t asks = all_ask[verb];
    ftp->parked = ftp->transfer != FTP_IDLE && !(asks & FTP_ALWAYS);
    if (ftp->parked) {
        return;
    }
    const char *reply = answer(ftp, verb, argument, asks);
    if (!(asks & FTP_RESTART)) {
        ftp->restart = 0;
    }
    if (reply != NULL) {
        ftp_say(ftp, reply);
    }
}

// ---- the session

void ftp_start(ftp_t *ftp, login_t *login) {
    memset(ftp, 0, sizeof(*ftp));
    ftp->login = login;
    memcpy(ftp->directory, ROOT, sizeof(ROOT));
    ftp_say(ftp, "220 WiPy FTP server ready.\r\n");
}

bool ftp_wants_input(const ftp_t *ftp) {
    return ftp->output_length == 0 && ftp->wait_ms == 0 && !ftp->parked && !ftp->quit;
}

void ftp_receive(ftp_t *ftp, uint8_t byte) {
    ftp_line_result_t result = ftp_line_add(&ftp->line, byte);
    if (result == FTP_LINE_READY) {
        run_line(ftp);
    } else if (result == FTP_LINE_BAD) {
        ftp_say(ftp, NOT_UNDERSTOOD);
    }
}

bool ftp_poll(ftp_t *ftp) {
    if (ftp->output_length > 0) {
        return false; // one reply at a time: a transfer that ends has one to give
    }
    if (ftp->wait_ms > 0) {
        if (ftp_passed_ms(ftp) < ftp->wait_ms) {
            return false;
        }
        ftp->wait_ms = 0;
        ftp_say(ftp, "530 Login incorrect.\r\n");
        return true;
    }
    if (ftp->transfer != FTP_IDLE) {
        return ftp_poll_transfer(ftp);
    }
    if (ftp->parked) {
        run_line(ftp);
        return true;
    }
    return false;
}

void ftp_sent(ftp_t *ftp, size_t length) {
    length = length < ftp->output_length ? length : ftp->output_length;
    ftp->output += length;
    ftp->output_length -= length;
}

void ftp_expire(ftp_t *ftp) {
    ftp_stop(ftp);
    ftp_say(ftp, "421 Idle for too long, goodbye.\r\n");
    ftp->quit = true;
}

void ftp_stop(ftp_t *ftp) {
    ftp_end_transfer(ftp, false);
    ftp->parked = false;
    ftp->wait_ms = 0;
}
