// One line of a directory listing, and the times in replies (see listing.h).

#include "servers/ftp/listing.h"

#include "genhdr/board_config.h"

#define DAYS_IN_HALF_A_YEAR 182
#define SIZE_WIDTH 9

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
static unsigned second_of(ftp_time_t moment) {
    return (moment & 0x1f) * 2;
}

// Days since a fixed day, for the difference of two: months are counted as 30 or 31 days, off by three days at most.
static int day_number(ftp_time_t moment) {
    return (int)(year_of(moment) * 365 + month_of(moment) * 61 / 2 + day_of(moment));
}

void ftp_add_time(text_t *text, ftp_time_t moment) {
    text_add_padded(text, (year_of(moment) * 100 + month_of(moment)) * 100 + day_of(moment), 8, '0');
    text_add_padded(text, (hour_of(moment) * 100 + minute_of(moment)) * 100 + second_of(moment), 6, '0');
}

static void add_ls_time(text_t *text, ftp_time_t moment, ftp_time_t now) {
    // 0 and 13 to 15 are no months, but a damaged directory may hold them.
    static const char months[] = "JanJanFebMarAprMayJunJulAugSepOctNovDecDecDecDec";
    const char *month = months + 3 * month_of(moment);
    for (unsigned at = 0; at < 3; at++) {
        text_add_character(text, month[at]);
    }
    text_add_padded(text, day_of(moment), 3, ' ');
    text_add_character(text, ' ');
    int age = day_number(now) - day_number(moment);
    if (age >= 0 && age <= DAYS_IN_HALF_A_YEAR) {
        text_add_padded(text, hour_of(moment), 2, '0');
        text_add_character(text, ':');
        text_add_padded(text, minute_of(moment), 2, '0');
    } else {
        text_add_padded(text, year_of(moment), 5, ' ');
    }
}

void ftp_add_entry(text_t *text, ftp_format_t format, const ftp_entry_t *entry, const char *folder, ftp_time_t now) {
    if (format == FTP_FORMAT_LIST) {
        text_add(text, entry->directory ? "drwxrwxrwx" : "-rw-rw-rw-");
        text_add(text, " 1 " BOARD_HOST_NAME " " BOARD_HOST_NAME " ");
        text_add_padded(text, entry->size, SIZE_WIDTH, ' ');
        text_add_character(text, ' ');
        add_ls_time(text, entry->modified, now);
        text_add_character(text, ' ');
    } else if (format == FTP_FORMAT_FACTS) {
        if (entry->directory) {
            text_add(text, "type=dir;");
        } else {
            text_add(text, "type=file;size=");
            text_add_number(text, entry->size);
            text_add_character(text, ';');
        }
        text_add(text, "modify=");
        ftp_add_time(text, entry->modified);
        text_add(text, "; ");
    }
    text_add(text, folder);
    text_add(text, entry->name);
    text_add(text, "\r\n");
}
