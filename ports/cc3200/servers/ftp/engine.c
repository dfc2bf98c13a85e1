// An FTP session (see engine.h).

#include "servers/ftp/engine.h"

#include <string.h>

#include "chip/memory.h"
#include "servers/ftp/transfer.h"

#define ROOT "/"

static bool same(const char *text, const char *upper) {
    while (*text != '\0' && *upper != '\0' && (*text & ~0x20) == (*upper & ~0x20)) {
        text++;
        upper++;
    }
    return *text == *upper;
}

// ---- commands; each returns its reply, or FTP_REPLY_NONE when it has said it or has none now

ONE_COPY static ftp_reply_t passive(ftp_t *ftp, bool extended) {
    uint8_t address[4];
    uint16_t port;
    ftp_close_data(ftp);
    if (!ftp_host_data_listen(address, &port)) {
        ftp_close_data(ftp);
        return FTP_REPLY_NO_SOCKET;
    }
    ftp->listening = true;
    ftp_mark_progress(ftp);
    if (extended) {
        text_t text = ftp_reply_start(ftp, "229 Passive mode (|||");
        text_add_number(&text, port);
        return ftp_reply_end(ftp, &text, "|)\r\n");
    }
    text_t text = ftp_reply_start(ftp, "227 Passive mode (");
    for (size_t at = 0; at < sizeof(address); at++) {
        text_add_number(&text, address[at]);
        text_add_character(&text, ',');
    }
    text_add_number(&text, port >> 8);
    text_add_character(&text, ',');
    text_add_number(&text, port & 255);
    return ftp_reply_end(ftp, &text, ")\r\n");
}

static ftp_reply_t epsv(ftp_t *ftp, const char *argument) {
    if (same(argument, "ALL")) {
        ftp->epsv_only = true;
        return FTP_REPLY_DONE;
    }
    return same(argument, "") || same(argument, "1") ? passive(ftp, true) : FTP_REPLY_USE_1;
}

// A wrong guess is answered by ftp_poll when its delay is over.
static ftp_reply_t pass(ftp_t *ftp, const char *argument) {
    login_word_t password;
    login_word_set(&password, argument, strlen(argument));
    ftp->logged_in = login_check(ftp->login, &ftp->user, &password);
    if (ftp->logged_in) {
        return FTP_REPLY_LOGGED_IN;
    }
    ftp->wait_ms = login_delay_ms(ftp->login);
    ftp_mark_progress(ftp);
    return FTP_REPLY_NONE;
}

// 257 with a path in quotes, a quote within it doubled (RFC 959, appendix II).
static ftp_reply_t quoted(ftp_t *ftp, const char *path) {
    text_t text = ftp_reply_start(ftp, "257 \"");
    for (; *path != '\0'; path++) {
        if (*path == '"') {
            text_add_character(&text, '"');
        }
        text_add_character(&text, *path);
    }
    return ftp_reply_end(ftp, &text, "\"\r\n");
}

// SIZE, MDTM and MLST: what is known of a path.
static ftp_reply_t facts(ftp_t *ftp, ftp_verb_t verb) {
    ftp_entry_t *entry = &ftp->entry;
    if (verb == FTP_MLST) {
        text_t text = ftp_reply_start(ftp, "250-Listing:\r\n ");
        memcpy(entry->name, ftp->path, sizeof(entry->name));
        ftp_add_entry(&text, FTP_FORMAT_FACTS, entry, "", 0);
        return ftp_reply_end(ftp, &text, "250 End\r\n");
    }
    if (entry->directory) {
        return FTP_REPLY_DENIED;
    }
    text_t text = ftp_reply_start(ftp, "213 ");
    if (verb == FTP_SIZE) {
        text_add_number(&text, entry->size);
    } else {
        ftp_add_time(&text, entry->modified);
    }
    return ftp_reply_end(ftp, &text, "\r\n");
}

static ftp_reply_t rest(ftp_t *ftp, const char *argument) {
    uint32_t offset = 0;
    for (; *argument >= '0' && *argument <= '9' && offset <= (UINT32_MAX - 9) / 10; argument++) {
        offset = offset * 10 + (uint32_t)(*argument - '0');
    }
    if (*argument != '\0') {
        return FTP_REPLY_ARGUMENT_BAD;
    }
    ftp->restart = offset;
    return FTP_REPLY_GO_ON;
}

// TYPE, STRU and MODE take what asks for plain files in a stream, in any case of letters. choices: each ends in NUL, and
// an empty one ends them.
static ftp_reply_t choose(const char *argument, const char *choices) {
    for (; *choices != '\0'; choices += strlen(choices) + 1) {
        if (same(argument, choices)) {
            return FTP_REPLY_DONE;
        }
    }
    return FTP_REPLY_NOT_SUPPORTED;
}

static ftp_reply_t abort_transfer(ftp_t *ftp) {
    bool running = ftp->transfer != FTP_IDLE;
    ftp_end_transfer(ftp, false);
    return running ? FTP_REPLY_ABORTED : FTP_REPLY_NOTHING_TO_ABORT;
}

// Carry out a command whose rules hold.
static ftp_reply_t perform(ftp_t *ftp, ftp_verb_t verb, const char *argument) {
    ftp_status_t status = FTP_OK;
    switch (verb) {
        case FTP_UNKNOWN:
            return FTP_REPLY_NOT_UNDERSTOOD;
        case FTP_USER:
            login_word_set(&ftp->user, argument, strlen(argument));
            ftp->logged_in = false;
            ftp->next = FTP_PASS;
            return FTP_REPLY_PASSWORD;
        case FTP_PASS:
            return pass(ftp, argument);
        case FTP_QUIT:
            ftp->quit = true;
            return FTP_REPLY_GOODBYE;
        case FTP_FEAT:
            return FTP_REPLY_FEATURES;
        case FTP_HELP:
            ftp_say_text(ftp, FTP_HELP_TEXT);
            return FTP_REPLY_NONE;
        case FTP_NOOP:
        case FTP_ACCT: // not needed here
        case FTP_ALLO:
            return FTP_REPLY_DONE;
        case FTP_SYST:
            return FTP_REPLY_SYSTEM;
        case FTP_OPTS:
            return choose(argument,
                "UTF8 ON\0"
                "UTF8\0"
                "MLST type;size;modify;\0"
                "MLST\0");
        case FTP_MODE:
            return choose(argument, "S\0");
        case FTP_STRU:
            return choose(argument, "F\0");
        case FTP_TYPE:
            return choose(argument,
                "I\0"
                "A\0"
                "A N\0"
                "L 8\0");
        case FTP_ABOR:
            return abort_transfer(ftp);
        case FTP_STAT:
            return *argument != '\0'        ? FTP_REPLY_NOT_SUPPORTED
                : ftp->transfer == FTP_IDLE ? FTP_REPLY_READY
                                            : FTP_REPLY_RUNNING;
        case FTP_PASV:
            return ftp->epsv_only ? FTP_REPLY_ONLY_EPSV : passive(ftp, false);
        case FTP_EPSV:
            return epsv(ftp, argument);
        case FTP_REST:
            return rest(ftp, argument);
        case FTP_LIST:
        case FTP_NLST:
        case FTP_MLSD:
            return ftp_start_list(ftp, (ftp_format_t)(verb - FTP_LIST), argument);
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
            return FTP_REPLY_GO_ON;
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
        case FTP_EPRT:
        case FTP_PORT:
            return FTP_REPLY_PASSIVE_ONLY;
        case FTP_AUTH:
        case FTP_PBSZ:
        case FTP_PROT:
            return FTP_REPLY_NO_TLS;
        default:
            return FTP_REPLY_UNAVAILABLE;
    }
    return ftp_answer(status, FTP_REPLY_FILE_DONE);
}

// See that all is there that a command asks for, in the order in which its lack is told, then carry it out.
static ftp_reply_t answer(ftp_t *ftp, ftp_verb_t verb, const char *argument, uint8_t asks) {
    bool follows = verb == ftp->next;
    ftp->next = FTP_UNKNOWN;
    if (!(asks & FTP_PUBLIC) && !ftp->logged_in) {
        return FTP_REPLY_LOGIN_FIRST;
    }
    if ((asks & FTP_FOLLOWS) && !follows) {
        return FTP_REPLY_SEQUENCE;
    }
    if ((asks & FTP_DATA) && !ftp->listening) {
        return FTP_REPLY_PASSIVE_FIRST;
    }
    if ((asks & FTP_ARGUMENT) && *argument == '\0') {
        return FTP_REPLY_ARGUMENT_BAD;
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
        return FTP_REPLY_BAD_NAME;
    }
    if (asks & FTP_FACTS) {
        ftp_status_t status = ftp_host_stat(ftp->path, &ftp->entry);
        if (status != FTP_OK) {
            return ftp_answer(status, FTP_REPLY_NONE);
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
    ftp_reply_t reply = answer(ftp, verb, argument, asks);
    if (!(asks & FTP_RESTART)) {
        ftp->restart = 0;
    }
    if (reply != FTP_REPLY_NONE) {
        ftp_say(ftp, reply);
    }
}

// ---- the session

void ftp_start(ftp_t *ftp, login_t *login) {
    memset(ftp, 0, sizeof(*ftp));
    ftp->login = login;
    memcpy(ftp->directory, ROOT, sizeof(ROOT));
    ftp_say(ftp, FTP_REPLY_GREETING);
}

bool ftp_wants_input(const ftp_t *ftp) {
    return ftp->output_length == 0 && ftp->wait_ms == 0 && !ftp->parked && !ftp->quit;
}

void ftp_receive(ftp_t *ftp, uint8_t byte) {
    ftp_line_result_t result = ftp_line_add(&ftp->line, byte);
    if (result == FTP_LINE_READY) {
        run_line(ftp);
    } else if (result == FTP_LINE_BAD) {
        ftp_say(ftp, FTP_REPLY_NOT_UNDERSTOOD);
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
        ftp_say(ftp, FTP_REPLY_LOGIN_WRONG);
        return true;
    }
    if (ftp->transfer != FTP_IDLE) {
        return ftp_poll_transfer(ftp);
    }
    if (ftp->parked) {
        run_line(ftp);
        return true;
    }
    if (ftp->listening && ftp_passed_ms(ftp) > FTP_CONNECT_TIMEOUT_MS) {
        ftp_close_data(ftp); // its sockets are needed
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
    ftp_say(ftp, ftp->logged_in ? FTP_REPLY_IDLE : FTP_REPLY_LATE);
    ftp->quit = true;
}

void ftp_stop(ftp_t *ftp) {
    ftp_end_transfer(ftp, false);
    ftp->parked = false;
    ftp->wait_ms = 0;
}
