// Transfers of an FTP session (see transfer.h).

#include "servers/ftp/transfer.h"

#include <string.h>

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

// Where the last part of a path begins.
static size_t last_part(const char *path) {
    size_t at = strlen(path);
    while (at > 0 && path[at - 1] != '/' && path[at - 1] != '\\') {
        at--;
    }
    return at;
}

// Open the folder of ftp->path for a listing of what its last part names. ftp->path becomes that part and, behind its NUL,
// what the client put before it, which goes before each name.
static ftp_status_t open_part(ftp_t *ftp, const char *argument) {
    size_t folder = last_part(ftp->path);
    size_t before = last_part(argument);
    const char *part = ftp->path + folder;
    size_t length = strlen(part) + 1;
    ftp_status_t status = part[strcspn(part, "*?")] != '\0' ? FTP_OK : ftp_host_stat(ftp->path, &ftp->entry);
    if (status == FTP_OK && length + before >= sizeof(ftp->path)) {
        status = FTP_BAD_NAME;
    }
    if (status == FTP_OK) {
        memcpy(ftp->entry.name, ftp->path, folder);
        ftp->entry.name[folder > 1 ? folder - 1 : folder] = '\0';
        status = ftp_host_list_open(ftp->entry.name);
        memmove(ftp->path, part, length);
        memcpy(ftp->path + length, argument, before);
        ftp->path[length + before] = '\0';
    }
    return status;
}

ftp_reply_t ftp_start_list(ftp_t *ftp, ftp_format_t format, const char *argument) {
    ftp->format = format;
    ftp_status_t status = ftp_host_list_open(ftp->path);
    if (status == FTP_OK) {
        memset(ftp->path, 0, 2); // all of it, and nothing before the names
    } else if (format != FTP_FORMAT_FACTS && (status == FTP_NOT_FOUND || status == FTP_BAD_NAME)) {
        status = open_part(ftp, argument);
    }
    return begin_transfer(ftp, FTP_LISTING, status);
}

ftp_reply_t ftp_start_file(ftp_t *ftp, ftp_open_t how) {
    if (how == FTP_REPLACE && ftp->restart > 0) {
        how = FTP_PATCH;
    }
    return begin_transfer(
        ftp, how == FTP_READ ? FTP_SENDING : FTP_RECEIVING, ftp_host_file_open(ftp->path, how, ftp->restart));
}

// A character with letters in lower case: FAT tells no cases apart.
static uint8_t folded(char character) {
    return (uint8_t)(character >= 'A' && character <= 'Z' ? character | 0x20 : character);
}

// Whether a name is what a pattern asks for: * any characters, ? one. An empty pattern asks for all names.
static bool matches(const char *pattern, const char *name) {
    const char *rest = *pattern == '\0' ? pattern
                                        : NULL; // of the pattern, behind its last *, and of the name, where that stands
    const char *at = name;
    while (*name != '\0') {
        if (*pattern == '*') {
            rest = ++pattern;
            at = name;
        } else if (*pattern == '?' || (*pattern != '\0' && folded(*pattern) == folded(*name))) {
            pattern++;
            name++;
        } else if (rest != NULL && *rest == '\0') {
            return true;
        } else if (rest != NULL) {
            pattern = rest;
            name = ++at;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

// Fill the buffer with lines of the listing, as far as there are some.
static ftp_status_t fill_lines(ftp_t *ftp) {
    text_t text;
    ftp_status_t status = FTP_OK;
    ftp_time_t now = ftp_host_now();
    text_start(&text, ftp->room.reply, sizeof(ftp->room.reply));
    const char *before = ftp->path + strlen(ftp->path) + 1;
    while (text.last - text.end >= FTP_ENTRY_LINE_ROOM && (status = ftp_host_list_next(&ftp->entry)) == FTP_OK) {
        if (matches(ftp->path, ftp->entry.name)) {
            ftp_add_entry(&text, ftp->format, &ftp->entry, before, now);
        }
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
