// An FTP session (see engine.h).

#include "servers/ftp/engine.h"

#include <string.h>

#include "servers/ftp/reply.h"
#include "servers/ftp/transfer.h"

#define ROOT "/"

// The fixed replies that are long or used in more than one place.
static const char GREETING[] = "220 WiPy FTP server ready.\r\n";
static const char LOGIN_FIRST[] = "530 Log in with USER and PASS first.\r\n";
static const char LOGIN_WRONG[] = "530 Login incorrect.\r\n";
static const char NOT_UNDERSTOOD[] = "500 Command not understood.\r\n";
static const char LINE_BAD[] = "500 Command line too long or malformed.\r\n";
static const char DONE[] = "250 Done.\r\n";
static const char PASSIVE_ONLY[] = "502 Active mode is not supported, use PASV or EPSV.\r\n";
static const char ABORTED[] = "426 Transfer aborted, data connection closed.\r\n226 Abort successful.\r\n";
static const char NO_TLS[] = "502 TLS is not supported, use plain FTP.\r\n";
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
static const char COMMANDS[] =
    "214-Commands:\r\n"
    " ABOR ACCT ALLO APPE CDUP CWD DELE EPSV FEAT HELP LIST MDTM MKD MLSD MLST\r\n"
    " MODE NLST NOOP OPTS PASS PASV PWD QUIT REST RETR RMD RNFR RNTO SIZE STAT\r\n"
    " STOR STRU SYST TYPE USER\r\n"
    "214 End\r\n";

static bool same(const char *text, const char *upper) {
    while (*text != '\0' && *upper != '\0' && (*text & ~0x20) == (*upper & ~0x20)) {
        text++;
        upper++;
    }
    return *text == '\0' && *upper == '\0';
}

// ---- commands

static void passive(ftp_t *ftp, bool extended) {
    uint8_t address[4];
    uint16_t port;
    ftp_close_data(ftp);
    if (!ftp->host->data_listen(ftp->context, address, &port)) {
        ftp_say(ftp, "425 No data connection can be opened now.\r\n");
        return;
    }
    ftp->listening = true;
    char numbers[6][11];
    if (extended) {
        ftp_format_number(numbers[0], sizeof(numbers[0]), port, 0);
        FTP_SAY(ftp, "229 Entering extended passive mode (|||", numbers[0], "|)\r\n");
        return;
    }
    const uint8_t values[6] = {
        address[0], address[1], address[2], address[3], (uint8_t)(port >> 8), (uint8_t)port,
    };
    for (size_t at = 0; at < sizeof(values); at++) {
        ftp_format_number(numbers[at], sizeof(numbers[at]), values[at], 0);
    }
    FTP_SAY(ftp, "227 Entering passive mode (", numbers[0], ",", numbers[1], ",", numbers[2], ",", numbers[3], ",",
        numbers[4], ",", numbers[5], ")\r\n");
}

static void command_epsv(ftp_t *ftp, const char *argument) {
    if (same(argument, "ALL")) {
        ftp->epsv_only = true;
        ftp_say(ftp, "200 EPSV only from now on.\r\n");
    } else if (argument[0] != '\0' && strcmp(argument, "1") != 0) {
        ftp_say(ftp, "522 Network protocol not supported, use (1).\r\n");
    } else {
        passive(ftp, true);
    }
}

static void command_user(ftp_t *ftp, const char *argument) {
    login_word_clear(&ftp->user);
    for (; *argument != '\0'; argument++) {
        login_word_add(&ftp->user, (uint8_t)*argument);
    }
    ftp->logged_in = false;
    ftp->named = true;
    ftp_say(ftp, "331 Password required.\r\n");
}

// A wrong guess is answered by ftp_poll when its delay is over.
static void command_pass(ftp_t *ftp, const char *argument, bool named) {
    if (!named) {
        ftp_say(ftp, "503 Log in with USER first.\r\n");
        return;
    }
    login_word_t password;
    login_word_clear(&password);
    for (; *argument != '\0'; argument++) {
        login_word_add(&password, (uint8_t)*argument);
    }
    ftp->logged_in = login_check(ftp->login, &ftp->user, &password);
    if (ftp->logged_in) {
        ftp_say(ftp, "230 Logged in.\r\n");
    } else {
        ftp->wait_ms = login_delay_ms(ftp->login);
        ftp_mark_progress(ftp);
    }
}

static void command_cwd(ftp_t *ftp, const char *argument) {
    if (!ftp_resolve(ftp, argument, true)) {
        return;
    }
    ftp_status_t status = ftp->host->stat(ftp->context, ftp->path, &ftp->entry);
    if (status == FTP_OK && !ftp->entry.directory) {
        status = FTP_NOT_FOUND;
    }
    if (status == FTP_OK) {
        memcpy(ftp->directory, ftp->path, sizeof(ftp->directory));
    }
    ftp_say_status(ftp, status, DONE);
}

// 257 with the path in quotes, a quote within it doubled (RFC 959, appendix II).
static void say_path(ftp_t *ftp, const char *path, const char *end) {
    static const char start[] = "257 \"";
    _Static_assert(sizeof(ftp->reply) >= sizeof(start) + 2 * sizeof(ftp->directory) + 32, "a path of quotes fits");
    char *out = ftp->reply + sizeof(start) - 1;
    memcpy(ftp->reply, start, sizeof(start) - 1);
    for (; *path != '\0'; path++) {
        if (*path == '"') {
            *out++ = '"';
        }
        *out++ = *path;
    }
    size_t length = strlen(end);
    memcpy(out, end, length + 1);
    ftp_say(ftp, ftp->reply);
}

// Run one of the host's operations that take a path alone.
static void on_path(ftp_t *ftp, const char *argument, ftp_status_t (*operation)(void *, const char *)) {
    if (ftp_resolve(ftp, argument, false)) {
        ftp_say_status(ftp, operation(ftp->context, ftp->path), DONE);
    }
}

static void command_mkd(ftp_t *ftp, const char *argument) {
    if (!ftp_resolve(ftp, argument, false)) {
        return;
    }
    ftp_status_t status = ftp->host->make_directory(ftp->context, ftp->path);
    if (status == FTP_OK) {
        say_path(ftp, ftp->path, "\" created.\r\n");
    } else {
        ftp_say(ftp, ftp_failure(status));
    }
}

// SIZE, MDTM and MLST: what is known of one path.
static void command_facts(ftp_t *ftp, ftp_verb_t verb, const char *argument) {
    if (!ftp_resolve(ftp, argument, verb == FTP_MLST)) {
        return;
    }
    ftp_status_t status = ftp->host->stat(ftp->context, ftp->path, &ftp->entry);
    if (status == FTP_OK && ftp->entry.directory && verb != FTP_MLST) {
        status = FTP_DENIED;
    }
    if (status != FTP_OK) {
        ftp_say(ftp, ftp_failure(status));
        return;
    }
    char text[FTP_ENTRY_LINE_ROOM];
    if (verb == FTP_SIZE) {
        ftp_format_number(text, sizeof(text), ftp->entry.size, 0);
        FTP_SAY(ftp, "213 ", text, "\r\n");
    } else if (verb == FTP_MDTM) {
        ftp_format_time(text, ftp->entry.modified);
        FTP_SAY(ftp, "213 ", text, "\r\n");
    } else {
        memcpy(ftp->entry.name, ftp->path, sizeof(ftp->entry.name));
        ftp_format_entry(text, FTP_FORMAT_FACTS, &ftp->entry, 0);
        FTP_SAY(ftp, "250-Listing:\r\n ", text, "250 End\r\n");
    }
}

static void command_rnfr(ftp_t *ftp, const char *argument) {
    if (!ftp_resolve(ftp, argument, false)) {
        return;
    }
    ftp_status_t status = ftp->host->stat(ftp->context, ftp->path, &ftp->entry);
    if (status == FTP_OK) {
        memcpy(ftp->rename_from, ftp->path, sizeof(ftp->rename_from));
        ftp->renaming = true;
    }
    ftp_say_status(ftp, status, "350 Ready for RNTO.\r\n");
}

static void command_rnto(ftp_t *ftp, const char *argument, bool renaming) {
    if (!renaming) {
        ftp_say(ftp, "503 Use RNFR first.\r\n");
    } else if (ftp_resolve(ftp, argument, false)) {
        ftp_say_status(ftp, ftp->host->rename(ftp->context, ftp->rename_from, ftp->path), DONE);
    }
}

static void command_rest(ftp_t *ftp, const char *argument) {
    uint32_t offset = 0;
    const char *digit = argument;
    for (; *digit >= '0' && *digit <= '9' && offset <= (UINT32_MAX - 9) / 10; digit++) {
        offset = offset * 10 + (uint32_t)(*digit - '0');
    }
    if (*digit != '\0' || digit == argument) {
        ftp_say(ftp, FTP_ARGUMENT_BAD);
        return;
    }
    ftp->restart = offset;
    ftp_say(ftp, "350 Restarting there at the next transfer.\r\n");
}

// TYPE, STRU and MODE take what asks for plain files in a stream, in any case of letters.
static void command_choice(ftp_t *ftp, const char *argument, const char *const *choices) {
    for (; *choices != NULL; choices++) {
        if (same(argument, *choices)) {
            ftp_say(ftp, "200 Done.\r\n");
            return;
        }
    }
    ftp_say(ftp, argument[0] == '\0' ? FTP_ARGUMENT_BAD : "504 Not supported for that parameter.\r\n");
}
#define CHOICE(ftp, argument, ...) command_choice((ftp), (argument), (const char *const[]) {__VA_ARGS__, NULL})

static void command_abor(ftp_t *ftp) {
    if (ftp->transfer == FTP_IDLE) {
        ftp_close_data(ftp);
        ftp_say(ftp, "226 Nothing to abort.\r\n");
    } else {
        ftp_fail_transfer(ftp, ABORTED);
    }
}

static void command_stat(ftp_t *ftp, const char *argument) {
    if (argument[0] != '\0') {
        ftp_say(ftp, "504 STAT takes no path here, use LIST.\r\n");
    } else {
        ftp_say(ftp, ftp->transfer == FTP_IDLE ? "211 WiPy FTP server, ready.\r\n"
            : "211 WiPy FTP server, a transfer is running.\r\n");
    }
}

// What anybody may ask. False: the command needs a login.
static bool public_command(ftp_t *ftp, ftp_verb_t verb, const char *argument, bool named) {
    switch (verb) {
        case FTP_UNKNOWN:
            ftp_say(ftp, NOT_UNDERSTOOD);
            return true;
        case FTP_USER:
            command_user(ftp, argument);
            return true;
        case FTP_PASS:
            command_pass(ftp, argument, named);
            return true;
        case FTP_QUIT:
            ftp_say(ftp, "221 Goodbye.\r\n");
            ftp->quit = true;
            return true;
        case FTP_AUTH:
        case FTP_PBSZ:
        case FTP_PROT:
            ftp_say(ftp, NO_TLS);
            return true;
        case FTP_FEAT:
            ftp_say(ftp, FEATURES);
            return true;
        case FTP_HELP:
            ftp_say(ftp, COMMANDS);
            return true;
        case FTP_NOOP:
            ftp_say(ftp, "200 Done.\r\n");
            return true;
        case FTP_SYST:
            ftp_say(ftp, "215 UNIX Type: L8\r\n");
            return true;
        case FTP_OPTS:
            CHOICE(ftp, argument, "UTF8 ON", "UTF8", "MLST type;size;modify;", "MLST");
            return true;
        default:
            return false;
    }
}

static void private_command(ftp_t *ftp, ftp_verb_t verb, const char *argument, bool renaming) {
    switch (verb) {
        case FTP_ABOR:
            command_abor(ftp);
            break;
        case FTP_ACCT:
        case FTP_ALLO:
            ftp_say(ftp, "202 Not needed here.\r\n");
            break;
        case FTP_APPE:
            ftp_start_file(ftp, FTP_APPEND, argument);
            break;
        case FTP_CDUP:
            command_cwd(ftp, "..");
            break;
        case FTP_CWD:
            command_cwd(ftp, argument);
            break;
        case FTP_DELE:
            on_path(ftp, argument, ftp->host->remove);
            break;
        case FTP_EPSV:
            command_epsv(ftp, argument);
            break;
        case FTP_PORT:
        case FTP_EPRT:
            ftp_say(ftp, PASSIVE_ONLY);
            break;
        case FTP_LIST:
            ftp_start_list(ftp, FTP_FORMAT_LIST, argument);
            break;
        case FTP_MLSD:
            ftp_start_list(ftp, FTP_FORMAT_FACTS, argument);
            break;
        case FTP_NLST:
            ftp_start_list(ftp, FTP_FORMAT_NAMES, argument);
            break;
        case FTP_MDTM:
        case FTP_MLST:
        case FTP_SIZE:
            command_facts(ftp, verb, argument);
            break;
        case FTP_MKD:
            command_mkd(ftp, argument);
            break;
        case FTP_MODE:
            CHOICE(ftp, argument, "S");
            break;
        case FTP_STRU:
            CHOICE(ftp, argument, "F");
            break;
        case FTP_TYPE:
            CHOICE(ftp, argument, "I", "A", "A N", "L 8");
            break;
        case FTP_PASV:
            if (ftp->epsv_only) {
                ftp_say(ftp, "501 PASV is refused after EPSV ALL.\r\n");
            } else {
                passive(ftp, false);
            }
            break;
        case FTP_PWD:
            say_path(ftp, ftp->directory, "\" is the working directory.\r\n");
            break;
        case FTP_REST:
            command_rest(ftp, argument);
            break;
        case FTP_RETR:
            ftp_start_file(ftp, FTP_READ, argument);
            break;
        case FTP_RMD:
            on_path(ftp, argument, ftp->host->remove_directory);
            break;
        case FTP_RNFR:
            command_rnfr(ftp, argument);
            break;
        case FTP_RNTO:
            command_rnto(ftp, argument, renaming);
            break;
        case FTP_STAT:
            command_stat(ftp, argument);
            break;
        case FTP_STOR:
            ftp_start_file(ftp, FTP_REPLACE, argument);
            break;
        default:
            ftp_say(ftp, "502 Not supported here.\r\n");
            break;
    }
}

static void run(ftp_t *ftp, ftp_verb_t verb, const char *argument) {
    bool named = ftp->named;
    bool renaming = ftp->renaming;
    // These two hold for the very next command only.
    ftp->renaming = false;
    ftp->named = false;
    if (!public_command(ftp, verb, argument, named)) {
        if (ftp->logged_in) {
            private_command(ftp, verb, argument, renaming);
        } else {
            ftp_say(ftp, LOGIN_FIRST);
        }
    }
    if (verb != FTP_REST && verb != FTP_PASV && verb != FTP_EPSV && verb != FTP_TYPE && verb != FTP_SIZE) {
        ftp->restart = 0;
    }
}

// Run the line that is ready, or park it while a transfer runs, unless it speaks of the transfer itself.
static void run_line(ftp_t *ftp) {
    const char *argument;
    // A parked line is split again later: the verb is compared, not changed.
    ftp_verb_t verb = ftp_line_split(&ftp->line, &argument);
    ftp->parked = ftp->transfer != FTP_IDLE && verb != FTP_ABOR && verb != FTP_STAT;
    if (!ftp->parked) {
        run(ftp, verb, argument);
    }
}

// ---- the session

void ftp_start(ftp_t *ftp, const ftp_host_t *host, void *context, login_t *login, uint8_t *buffer, size_t buffer_room) {
    memset(ftp, 0, sizeof(*ftp));
    ftp->host = host;
    ftp->context = context;
    ftp->login = login;
    ftp->buffer = buffer;
    ftp->buffer_room = buffer_room;
    memcpy(ftp->directory, ROOT, sizeof(ROOT));
    ftp_line_start(&ftp->line);
    ftp_say(ftp, GREETING);
}

bool ftp_wants_input(const ftp_t *ftp) {
    return ftp->output_length == 0 && ftp->wait_ms == 0 && !ftp->parked && !ftp->quit;
}

void ftp_receive(ftp_t *ftp, uint8_t byte) {
    switch (ftp_line_add(&ftp->line, byte)) {
        case FTP_LINE_READY:
            run_line(ftp);
            break;
        case FTP_LINE_BAD:
            ftp_say(ftp, LINE_BAD);
            break;
        default:
            break;
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
        ftp_say(ftp, LOGIN_WRONG);
        return true;
    }
    if (ftp->transfer != FTP_IDLE) {
        if (ftp_poll_transfer(ftp)) {
            ftp_mark_progress(ftp);
            return true;
        }
        if (ftp->transfer != FTP_IDLE && ftp->output_length == 0 && ftp_passed_ms(ftp) > FTP_STALL_TIMEOUT_MS) {
            ftp_fail_transfer(ftp, "426 Data connection timed out.\r\n");
        }
        return false;
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
