// Transfers of an FTP session (see transfer.h).

#include "servers/ftp/transfer.h"

#include <string.h>

#include "servers/ftp/reply.h"

static const char PASSIVE_FIRST[] = "425 Use PASV or EPSV first.\r\n";
static const char OPENING[] = "150 Opening data connection.\r\n";
static const char COMPLETE[] = "226 Transfer complete.\r\n";

uint32_t ftp_passed_ms(const ftp_t *ftp) {
    return ftp->host->milliseconds(ftp->context) - ftp->since_ms;
}

void ftp_mark_progress(ftp_t *ftp) {
    ftp->since_ms = ftp->host->milliseconds(ftp->context);
}

void ftp_close_data(ftp_t *ftp) {
    ftp->host->data_close(ftp->context);
    ftp->listening = false;
}

ftp_status_t ftp_end_transfer(ftp_t *ftp, bool keep) {
    ftp_transfer_t was = ftp->transfer == FTP_CONNECTING ? ftp->next : ftp->transfer;
    ftp->transfer = FTP_IDLE;
    ftp->pending = 0;
    ftp_status_t status = FTP_OK;
    if (was == FTP_LISTING) {
        ftp->host->list_close(ftp->context);
    } else if (was == FTP_SENDING || was == FTP_RECEIVING) {
        status = ftp->host->file_close(ftp->context, keep);
    }
    ftp_close_data(ftp);
    return status;
}

void ftp_fail_transfer(ftp_t *ftp, const char *reply) {
    ftp_end_transfer(ftp, false);
    ftp_say(ftp, reply);
}

static void finish_transfer(ftp_t *ftp) {
    ftp_say_status(ftp, ftp_end_transfer(ftp, true), COMPLETE);
}

static void begin_transfer(ftp_t *ftp, ftp_transfer_t kind, ftp_status_t opened) {
    if (opened != FTP_OK) {
        ftp_say(ftp, ftp_failure(opened));
        ftp_close_data(ftp);
        return;
    }
    ftp->listening = false;
    ftp->transfer = FTP_CONNECTING;
    ftp->next = kind;
    ftp->pending = 0;
    ftp_mark_progress(ftp);
    ftp_say(ftp, OPENING);
}

// True when the client prepared a data connection; else the reply is said.
static bool prepared(ftp_t *ftp) {
    if (!ftp->listening) {
        ftp_say(ftp, PASSIVE_FIRST);
    }
    return ftp->listening;
}

void ftp_start_list(ftp_t *ftp, ftp_format_t format, const char *argument) {
    // Clients pass options of ls ("-al"); they are no part of the name.
    while (format != FTP_FORMAT_FACTS && argument[0] == '-') {
        argument += strcspn(argument, " ");
        argument += strspn(argument, " ");
    }
    if (prepared(ftp) && ftp_resolve(ftp, argument, true)) {
        ftp->format = format;
        begin_transfer(ftp, FTP_LISTING, ftp->host->list_open(ftp->context, ftp->path));
    }
}

void ftp_start_file(ftp_t *ftp, ftp_open_t how, const char *argument) {
    uint32_t offset = ftp->restart;
    ftp->restart = 0;
    if (how == FTP_REPLACE && offset > 0) {
        how = FTP_PATCH;
    }
    if (prepared(ftp) && ftp_resolve(ftp, argument, false)) {
        begin_transfer(ftp, how == FTP_READ ? FTP_SENDING : FTP_RECEIVING,
            ftp->host->file_open(ftp->context, ftp->path, how, offset));
    }
}

// Send what is pending. True: it is all gone.
static bool drain(ftp_t *ftp, bool *moved) {
    while (ftp->pending > 0) {
        int sent = ftp->host->data_send(ftp->context, ftp->buffer + ftp->pending_at, ftp->pending);
        if (sent < 0) {
            ftp_fail_transfer(ftp, "426 Data connection lost.\r\n");
            return false;
        }
        if (sent == 0) {
            return false;
        }
        ftp->pending_at += (size_t)sent;
        ftp->pending -= (size_t)sent;
        *moved = true;
    }
    ftp->pending_at = 0;
    return true;
}

static bool poll_listing(ftp_t *ftp) {
    bool moved = false;
    if (drain(ftp, &moved)) {
        ftp_status_t status = FTP_OK;
        ftp_time_t now = ftp->host->now(ftp->context);
        while (ftp->buffer_room - ftp->pending >= FTP_ENTRY_LINE_ROOM
               && (status = ftp->host->list_next(ftp->context, &ftp->entry)) == FTP_OK) {
            ftp->pending += ftp_format_entry((char *)ftp->buffer + ftp->pending, ftp->format, &ftp->entry, now);
        }
        moved = true;
        if (status != FTP_OK && status != FTP_END) {
            ftp_fail_transfer(ftp, ftp_failure(status));
        } else if (ftp->pending == 0) {
            finish_transfer(ftp);
        }
    }
    return moved;
}

static bool poll_sending(ftp_t *ftp) {
    bool moved = false;
    if (drain(ftp, &moved)) {
        ftp_status_t status = ftp->host->file_read(ftp->context, ftp->buffer, ftp->buffer_room, &ftp->pending);
        moved = true;
        if (status != FTP_OK) {
            ftp_fail_transfer(ftp, ftp_failure(status));
        } else if (ftp->pending == 0) {
            finish_transfer(ftp);
        }
    }
    return moved;
}

static bool poll_receiving(ftp_t *ftp) {
    int got = ftp->host->data_receive(ftp->context, ftp->buffer, ftp->buffer_room);
    if (got > 0) {
        ftp_status_t status = ftp->host->file_write(ftp->context, ftp->buffer, (size_t)got);
        if (status != FTP_OK) {
            ftp_fail_transfer(ftp, ftp_failure(status));
        }
    } else if (got == FTP_DATA_CLOSED) {
        finish_transfer(ftp);
    } else if (got < 0) {
        ftp_fail_transfer(ftp, "426 Data connection lost, the file is as it was.\r\n");
    }
    return got != 0;
}

static bool poll_connecting(ftp_t *ftp) {
    int accepted = ftp->host->data_accept(ftp->context);
    if (accepted > 0) {
        ftp->transfer = ftp->next;
    } else if (accepted < 0 || ftp_passed_ms(ftp) > FTP_CONNECT_TIMEOUT_MS) {
        ftp_fail_transfer(ftp, "425 No data connection.\r\n");
    }
    return accepted != 0;
}

bool ftp_poll_transfer(ftp_t *ftp) {
    switch (ftp->transfer) {
        case FTP_CONNECTING:
            return poll_connecting(ftp);
        case FTP_LISTING:
            return poll_listing(ftp);
        case FTP_SENDING:
            return poll_sending(ftp);
        case FTP_RECEIVING:
            return poll_receiving(ftp);
        default:
            return false;
    }
}
