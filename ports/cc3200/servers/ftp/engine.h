// An FTP session: replies to commands and moves files over a data connection. Pure: all else is behind host.h.
//
// Sources: RFC 959 (FTP), 1123 section 4.1 (what hosts must do), 2389 (FEAT, OPTS), 2428 (EPSV, EPRT), 3659 (SIZE, MDTM,
// MLST, MLSD, REST). Passive mode only; image type and stream mode whatever TYPE asks for.
#ifndef CC3200_SERVERS_FTP_ENGINE_H
#define CC3200_SERVERS_FTP_ENGINE_H

#include "servers/ftp/command.h"
#include "servers/ftp/host.h"
#include "servers/login.h"

// A sector of the drive: FatFs writes whole ones without a copy.
#define FTP_DATA_ROOM 512
// How long a client may take to open the data connection, and how long a transfer may stand still.
#define FTP_CONNECT_TIMEOUT_MS 15000u
#define FTP_STALL_TIMEOUT_MS 30000u

typedef enum {
    FTP_IDLE, // no transfer
    FTP_LISTING,
    FTP_SENDING,
    FTP_RECEIVING,
} ftp_transfer_t;

// What is used most stands first, where instructions reach it cheaply.
typedef struct {
    ftp_transfer_t transfer;
    bool connected; // the transfer has its data connection; before, that is awaited
    ftp_format_t format;
    ftp_verb_t next; // what the last command made way for: PASS or RNTO; FTP_UNKNOWN: nothing
    bool logged_in;
    bool listening; // PASV or EPSV was accepted and not used yet
    bool epsv_only; // EPSV ALL: PASV is refused from here on (RFC 2428 section 4)
    bool parked; // a whole line waits for the transfer to end
    bool quit; // close when the output is sent
    uint16_t pending; // bytes of data still to send, and where they are
    uint16_t pending_at;
    login_t *login;
    const char *output; // what the command connection has to send
    size_t output_length;
    uint32_t restart; // REST's offset for the next transfer
    uint32_t since_ms; // of the last progress of a transfer, or the start of a wait
    uint32_t wait_ms; // a wrong password's answer is due this long after since_ms
    login_word_t user;
    ftp_line_t line;
    ftp_entry_t entry;
    char directory[FTP_PATH_ROOM];
    char path[FTP_PATH_ROOM]; // what a command's argument resolved to; a transfer's until it ends
    union { // one at a time: no reply is put together during a transfer, nor between RNFR and RNTO
        uint8_t data[FTP_DATA_ROOM]; // for the data connection
        char reply[FTP_DATA_ROOM];
        char rename_from[FTP_PATH_ROOM];
    } room;
} ftp_t;

// The longest reply: PWD's, a path in which every character is a doubled quote.
_Static_assert(FTP_DATA_ROOM >= 2 * FTP_PATH_ROOM + 48, "every reply fits");
_Static_assert(FTP_DATA_ROOM >= FTP_ENTRY_LINE_ROOM + 48, "MLST's reply and a line of a listing fit");

// Open a session; the greeting becomes its first output.
void ftp_start(ftp_t *ftp, login_t *login);

// Whether bytes of the command connection may be given to ftp_receive now. When not, leave them in the socket.
bool ftp_wants_input(const ftp_t *ftp);
void ftp_receive(ftp_t *ftp, uint8_t byte);

// Move a transfer on, or give an answer that had to wait. Call it whenever time passes. True: something moved, so
// call again soon.
bool ftp_poll(ftp_t *ftp);

// Bytes of ftp->output that the command connection took.
void ftp_sent(ftp_t *ftp, size_t length);

// Say 421 and quit: the session was idle for too long, or there was no login in time.
void ftp_expire(ftp_t *ftp);

// The command connection is gone: drop what is open. An upload that was not complete leaves the old file as it was.
void ftp_stop(ftp_t *ftp);

#endif // CC3200_SERVERS_FTP_ENGINE_H
