// Transfers of an FTP session (see transfer.h).

#include "servers/ftp/transfer.h"

uint32_t ftp_passed_ms(const ftp_t *ftp) {
    return ftp_host_milliseconds() - ftp->since_ms;
}

void ftp_mark_progress(ftp_t *ftp) {
    ftp->since_ms = ftp_host_milliseconds();
}

void ftp_close_data(ftp_t *ftp) {
    ftp_host_data_close();
    ftp->listening = false;
}

ftp_status_t ftp_end_transfer(ftp_t *ftp, bool keep) {
    ftp_transfer_t was = ftp->transfer;
    ftp->transfer = FTP_IDLE;
    ftp_status_t status = FTP_OK;
    if (was == FTP_LISTING) {
        ftp_host_list_close();
    } else if (was != FTP_IDLE) {
        status = ftp_host_file_close(ftp->path, keep);
    }
    ftp_close_data(ftp);
    return status;
}

void ftp_fail_transfer(ftp_t *ftp, ftp_reply_t reply) {
    ftp_end_transfer(ftp, false);
    ftp_say(ftp, reply);
}

static void finish_transfer(ftp_t *ftp) {
    ftp_say(ftp, ftp_answer(ftp_end_transfer(ftp, true), FTP_REPLY_COMPLETE));
}

static ftp_reply_t begin_transfer(ftp_t *ftp, ftp_transfer_t kind, ftp_status_t opened) {
    if (opened != FTP_OK) {
        ftp_close_data(ftp);
    } else {
        ftp->listening = false;
        ftp->transfer = kind;
        ftp->connected = false;
        ftp->pending = 0;
        ftp_mark_progress(ftp);
    }
    return ftp_answer(opened, FTP_REPLY_OPENING);
}

ftp_reply_t ftp_start_list(ftp_t *ftp, ftp_format_t format) {
    ftp->format = format;
    return begin_transfer(ftp, FTP_LISTING, ftp_host_list_open(ftp->path));
}

ftp_reply_t ftp_start_file(ftp_t *ftp, ftp_open_t how) {
    if (how == FTP_REPLACE && ftp->restart > 0) {
        how = FTP_PATCH;
    }
    return begin_transfer(
        ftp, how == FTP_READ ? FTP_SENDING : FTP_RECEIVING, ftp_host_file_open(ftp->path, how, ftp->restart));
}

// Fill the buffer with lines of the listing, as far as there are some.
static ftp_status_t fill_lines(ftp_t *ftp) {
    text_t text;
    ftp_status_t status = FTP_OK;
    ftp_time_t now = ftp_host_now();
    text_start(&text, ftp->room.reply, sizeof(ftp->room.reply));
    while (text.last - text.end >= FTP_ENTRY_LINE_ROOM && (status = ftp_host_list_next(&ftp->entry)) == FTP_OK) {
        ftp_add_entry(&text, ftp->format, &ftp->entry, now);
    }
    ftp->pending = (uint16_t)(text.end - ftp->room.reply);
    return status == FTP_END ? FTP_OK : status;
}

static ftp_status_t fill_content(ftp_t *ftp) {
    size_t length = 0;
    ftp_status_t status = ftp_host_file_read(ftp->room.data, sizeof(ftp->room.data), &length);
    ftp->pending = (uint16_t)length;
    return status;
}

// Send what is pending, then fetch more.
static bool poll_outgoing(ftp_t *ftp) {
    bool moved = false;
    while (ftp->pending > 0) {
        int sent = ftp_host_data_send(ftp->room.data + ftp->pending_at, ftp->pending);
        if (sent < 0) {
            ftp_fail_transfer(ftp, FTP_REPLY_DATA_LOST);
        }
        if (sent <= 0) {
            return moved;
        }
        ftp->pending_at = (uint16_t)(ftp->pending_at + sent);
        ftp->pending = (uint16_t)(ftp->pending - sent);
        moved = true;
    }
    ftp->pending_at = 0;
    ftp_status_t status = ftp->transfer == FTP_LISTING ? fill_lines(ftp) : fill_content(ftp);
    if (status != FTP_OK) {
        ftp_fail_transfer(ftp, ftp_answer(status, FTP_REPLY_NONE));
    } else if (ftp->pending == 0) {
        finish_transfer(ftp);
    }
    return true;
}

static bool poll_receiving(ftp_t *ftp) {
    int got = ftp_host_data_receive(ftp->room.data, sizeof(ftp->room.data));
    if (got > 0) {
        ftp_status_t status = ftp_host_file_write(ftp->room.data, (size_t)got);
        if (status != FTP_OK) {
            ftp_fail_transfer(ftp, ftp_answer(status, FTP_REPLY_NONE));
        }
    } else if (got == FTP_DATA_CLOSED) {
        finish_transfer(ftp);
    } else if (got < 0) {
        ftp_fail_transfer(ftp, FTP_REPLY_DATA_LOST);
    }
    return got != 0;
}

static bool poll_connecting(ftp_t *ftp) {
    int accepted = ftp_host_data_accept();
    if (accepted > 0) {
        ftp->connected = true;
    } else if (accepted < 0 || ftp_passed_ms(ftp) > FTP_CONNECT_TIMEOUT_MS) {
        ftp_fail_transfer(ftp, FTP_REPLY_NO_DATA);
    }
    return accepted != 0;
}

bool ftp_poll_transfer(ftp_t *ftp) {
    bool moved = !ftp->connected         ? poll_connecting(ftp)
        : ftp->transfer == FTP_RECEIVING ? poll_receiving(ftp)
                                         : poll_outgoing(ftp);
    if (moved) {
        ftp_mark_progress(ftp);
    } else if (ftp->transfer != FTP_IDLE && ftp_passed_ms(ftp) > FTP_STALL_TIMEOUT_MS) {
        ftp_fail_transfer(ftp, FTP_REPLY_DATA_LOST);
    }
    return moved;
}
