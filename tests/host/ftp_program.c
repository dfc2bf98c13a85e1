// Runs an FTP session by a script, on the host in memory.
//   start                 a new session (files stay)
//   file PATH HEX         put a file, dir PATH a directory, date PATH NUMBER its FAT time
//   cat PATH              content HEX, or missing
//   cmd TEXT              a command line; the session is then polled until it is quiet: < REPLY for each line
//   raw HEX               bytes on the command connection, polled as above
//   in HEX|close|lost     what the client sends on the data connection
//   out                   out HEX: what the client received since the last time
//   set NAME VALUE        capacity, send_limit, connects, send_lost of the host
//   pass MILLISECONDS     time passes
//   expire                the session was idle for too long
//   stop                  the command connection is lost
//   state                 open FILES LISTINGS CONNECTIONS

#include <stdlib.h>

#include "ftp_memory_host.h"
#include "hexline.h"
#include "servers/ftp/engine.h"

static ftp_t ftp;
static login_t login_state;

// Take the output in pieces of seven bytes, as a slow connection would.
static void flush(void) {
    static char text[4096];
    size_t length = 0;
    while (ftp.output_length > 0) {
        size_t piece = ftp.output_length < 7 ? ftp.output_length : 7;
        memcpy(text + length, ftp.output, piece);
        length += piece;
        ftp_sent(&ftp, piece);
    }
    text[length] = '\0';
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        size_t end = strlen(line);
        if (end == 0 || line[end - 1] != '\r') {
            printf("BARE LINE END\n");
            exit(3);
        }
        line[end - 1] = '\0';
        printf("< %s\n", line);
    }
    if (ftp.quit) {
        printf("closed\n");
    }
}

static void settle(void) {
    do {
        flush();
    } while (ftp_poll(&ftp) || ftp.output_length > 0);
}

static void receive(const uint8_t *data, size_t length) {
    for (size_t at = 0; at < length && !ftp.quit; at++) {
        if (!ftp_wants_input(&ftp)) {
            printf("unread %zu\n", length - at);
            return;
        }
        ftp_receive(&ftp, data[at]);
        settle();
    }
}

static void set(const char *name, unsigned long value) {
    if (strcmp(name, "capacity") == 0) {
        memory_host.capacity = (uint32_t)value;
    } else if (strcmp(name, "send_limit") == 0) {
        memory_host.send_limit = value;
    } else if (strcmp(name, "connects") == 0) {
        memory_host.connects = value != 0;
    } else if (strcmp(name, "send_lost") == 0) {
        memory_host.send_lost = value != 0;
    } else {
        exit(2);
    }
}

int main(void) {
    static char line[140000];
    static uint8_t data[65536];
    memory_host_start(&memory_host);
    login_word_set(&login_state.user, "micro", strlen("micro"));
    login_word_set(&login_state.password, "python", strlen("python"));
    while (script_line(line, sizeof(line))) {
        char *argument = strchr(line, ' ');
        argument = argument ? argument + 1 : line + strlen(line);
        char path[256] = "";
        char word[32] = "";
        unsigned long value = 0;
        sscanf(argument, "%255s", path);
        if (strcmp(line, "start") == 0) {
            ftp_start(&ftp, &login_state);
            settle();
        } else if (strncmp(line, "file ", 5) == 0) {
            const char *hex = strchr(argument, ' ');
            size_t length = hex ? hex_bytes(hex + 1, data, MEMORY_FILE_ROOM) : 0;
            memory_add(&memory_host, path, false, data, (uint32_t)length);
        } else if (strncmp(line, "dir ", 4) == 0) {
            memory_add(&memory_host, path, true, "", 0);
        } else if (sscanf(line, "date %255s %lu", path, &value) == 2) {
            memory_find(&memory_host, path)->modified = (ftp_time_t)value;
        } else if (strncmp(line, "cat ", 4) == 0) {
            memory_node_t *node = memory_find(&memory_host, argument);
            if (node == NULL) {
                printf("missing\n");
            } else {
                hex_print("content", node->data, node->size);
            }
        } else if (strncmp(line, "cmd ", 4) == 0) {
            receive((const uint8_t *)argument, strlen(argument));
            receive((const uint8_t *)"\r\n", 2);
        } else if (strncmp(line, "raw ", 4) == 0) {
            receive(data, hex_bytes(argument, data, sizeof(data)));
        } else if (strcmp(line, "in close") == 0) {
            memory_host.incoming_end = FTP_DATA_CLOSED;
            settle();
        } else if (strcmp(line, "in lost") == 0) {
            memory_host.incoming_end = FTP_DATA_LOST;
            settle();
        } else if (strncmp(line, "in ", 3) == 0) {
            memory_host.incoming_end = 0;
            memory_host.incoming_at = 0;
            memory_host.incoming_length = hex_bytes(argument, memory_host.incoming, sizeof(memory_host.incoming));
            settle();
        } else if (strcmp(line, "out") == 0) {
            hex_print("out", memory_host.outgoing, memory_host.outgoing_length);
            memory_host.outgoing_length = 0;
        } else if (sscanf(line, "set %31s %lu", word, &value) == 2) {
            set(word, value);
            settle();
        } else if (sscanf(line, "pass %lu", &value) == 1) {
            memory_host.time_ms += (uint32_t)value;
            settle();
        } else if (strcmp(line, "expire") == 0) {
            ftp_expire(&ftp);
            settle();
        } else if (strcmp(line, "stop") == 0) {
            ftp_stop(&ftp);
        } else if (strcmp(line, "state") == 0) {
            printf("open %d %d %d\n", memory_host.file_open, memory_host.listing,
                memory_host.listening || memory_host.connected);
        } else {
            return 2;
        }
    }
    return 0;
}
