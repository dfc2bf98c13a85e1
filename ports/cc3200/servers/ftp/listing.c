// One line of a directory listing, and the times in replies (see listing.h). No printf: it would cost stack.

#include "servers/ftp/listing.h"

#include <string.h>

#define DAYS_IN_HALF_A_YEAR 182
#define SIZE_WIDTH 9

// A text that grows within its room; what does not fit is dropped, never written.
typedef struct {
    char *text;
    size_t room;
    size_t length;
} builder_t;

static void add(builder_t *builder, const char *text, size_t length) {
    size_t left = builder->room - builder->length - 1;
    length = length < left ? length : left;
    memcpy(builder->text + builder->length, text, length);
    builder->length += length;
    builder->text[builder->length] = '\0';
}

static void add_text(builder_t *builder, const char *text) {
    add(builder, text, strlen(text));
}

static void add_number(builder_t *builder, uint32_t value, size_t width) {
    char digits[12];
    size_t length = ftp_format_number(digits, sizeof(digits), value, width);
    add(builder, digits, length);
}

// Decimal digits with leading zeros, from the right.
static void put_digits(char *out, unsigned count, unsigned value) {
    while (count-- > 0) {
        out[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

static unsigned year_of(ftp_time_t moment) {
    return (moment >> 25) + 1980;
}
static unsigned month_of(ftp_time_t moment) {
    return moment >> 21 & 0x0f;
}
static unsigned day_of(ftp_time_t moment) {
    return moment >> 16 & 0x1f;
}
static unsigned hour_of(ftp_time_t moment) {
    return moment >> 11 & 0x1f;
}
static unsigned minute_of(ftp_time_t moment) {
    return moment >> 5 & 0x3f;
}

// Days since a fixed day, for the difference of two: months are counted as 30 or 31 days, off by three days at most.
static int day_number(ftp_time_t moment) {
    return (int)(year_of(moment) * 365 + month_of(moment) * 61 / 2 + day_of(moment));
}

size_t ftp_format_number(char *out, size_t room, uint32_t value, size_t width) {
    char digits[10];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    size_t length = 0;
    for (size_t pad = count; pad < width && length + 1 < room; pad++) {
        out[length++] = ' ';
    }
    while (count > 0 && length + 1 < room) {
        out[length++] = digits[--count];
    }
    out[length] = '\0';
    return length;
}

void ftp_format_time(char out[15], ftp_time_t moment) {
    put_digits(out, 4, year_of(moment));
    put_digits(out + 4, 2, month_of(moment));
    put_digits(out + 6, 2, day_of(moment));
    put_digits(out + 8, 2, hour_of(moment));
    put_digits(out + 10, 2, minute_of(moment));
    put_digits(out + 12, 2, (moment & 0x1f) * 2);
    out[14] = '\0';
}

static void add_ls_time(builder_t *builder, ftp_time_t moment, ftp_time_t now) {
    // 0 and 13 to 15 are no months, but a damaged directory may hold them.
    static const char months[] = "JanJanFebMarAprMayJunJulAugSepOctNovDecDecDecDec";
    add(builder, months + 3 * month_of(moment), 3);
    add_number(builder, day_of(moment), 3);
    int age = day_number(now) - day_number(moment);
    if (age >= 0 && age <= DAYS_IN_HALF_A_YEAR) {
        char clock[] = " hh:mm ";
        put_digits(clock + 1, 2, hour_of(moment));
        put_digits(clock + 4, 2, minute_of(moment));
        add_text(builder, clock);
    } else {
        add_number(builder, year_of(moment), 6);
        add_text(builder, " ");
    }
}

size_t ftp_format_entry(char out[FTP_ENTRY_LINE_ROOM], ftp_format_t format, const ftp_entry_t *entry, ftp_time_t now) {
    builder_t builder = {out, FTP_ENTRY_LINE_ROOM, 0};
    if (format == FTP_FORMAT_LIST) {
        add_text(&builder, entry->directory ? "drwxrwxrwx 1 wipy wipy " : "-rw-rw-rw- 1 wipy wipy ");
        add_number(&builder, entry->size, SIZE_WIDTH);
        add_text(&builder, " ");
        add_ls_time(&builder, entry->modified, now);
    } else if (format == FTP_FORMAT_FACTS) {
        char modified[15];
        if (entry->directory) {
            add_text(&builder, "type=dir;");
        } else {
            add_text(&builder, "type=file;size=");
            add_number(&builder, entry->size, 0);
            add_text(&builder, ";");
        }
        ftp_format_time(modified, entry->modified);
        add_text(&builder, "modify=");
        add_text(&builder, modified);
        add_text(&builder, "; ");
    }
    add_text(&builder, entry->name);
    add_text(&builder, "\r\n");
    return builder.length;
}
