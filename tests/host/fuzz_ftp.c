// Fuzzes whole FTP sessions: command bytes, telnet commands among them, and what happens on the data connection.
// A byte of 0x80 to 0x8f in the input is an event of the world; all others arrive on the command connection.

#include <assert.h>
#include <string.h>

#include "ftp_memory_host.h"
#include "servers/ftp/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static memory_host_t memory;
static ftp_t ftp;
static uint8_t buffer[FTP_ENTRY_LINE_ROOM + 64];

static void check_output(void) {
    assert(ftp.output_length <= 1024);
    for (size_t at = 0; at < ftp.output_length; at++) {
        assert(ftp.output[at] != '\0');
    }
    if (ftp.output_length > 0) {
        assert(ftp.output[0] >= '1' && ftp.output[0] <= '5');
        assert(memcmp(ftp.output + ftp.output_length - 2, "\r\n", 2) == 0);
    }
}

static void settle(void) {
    for (unsigned turn = 0; turn < 4096; turn++) {
        check_output();
        ftp_sent(&ftp, ftp.output_length);
        if (!ftp_poll(&ftp) && ftp.output_length == 0) {
            return;
        }
    }
    assert(!"the session never comes to rest");
}

static void event(uint8_t byte) {
    static const uint8_t upload[] = "print('uploaded')\n";
    switch (byte & 0x0f) {
        case 0:
            memory.connects = !memory.connects;
            break;
        case 1:
            memory.incoming_end = FTP_DATA_CLOSED;
            break;
        case 2:
            memory.incoming_end = FTP_DATA_LOST;
            break;
        case 3:
            memory.incoming_end = 0;
            memory.incoming_at = 0;
            memory.incoming_length = sizeof(upload) - 1;
            memcpy(memory.incoming, upload, sizeof(upload) - 1);
            break;
        case 4:
            memory.send_limit = memory.send_limit ? 0 : 11;
            break;
        case 5:
            memory.send_lost = !memory.send_lost;
            break;
        case 6:
            memory.capacity = memory.capacity ? 0 : MEMORY_FILE_ROOM;
            break;
        case 7:
            memory.outgoing_length = 0;
            break;
        case 8:
            ftp_expire(&ftp);
            break;
        default:
            memory.time_ms += 1000u << (byte & 7);
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    login_t login;
    // Only the file table is cleared: the rooms for content are large and need not be.
    for (size_t at = 0; at < MEMORY_NODES; at++) {
        memory.nodes[at].used = false;
    }
    memory.capacity = MEMORY_FILE_ROOM;
    memory.send_limit = 64;
    memory.connects = true;
    memory.send_lost = memory.file_open = memory.listing = memory.listening = memory.connected = false;
    memory.incoming_length = memory.incoming_at = memory.outgoing_length = 0;
    memory.incoming_end = 0;
    memory_add(&memory, "/", true, "", 0);
    memory_add(&memory, "/flash", true, "", 0);
    memory_add(&memory, "/flash/main.py", false, "# main\n", 7);
    memset(&login, 0, sizeof(login));
    login_word_set(&login.user, "m", 1);
    login_word_set(&login.password, "p", 1);
    ftp_start(&ftp, &MEMORY_HOST, &memory, &login, buffer, sizeof(buffer));
    for (size_t at = 0; at < size && !ftp.quit; at++) {
        if ((data[at] & 0xf0) == 0x80) {
            event(data[at]);
        } else if (ftp_wants_input(&ftp)) {
            ftp_receive(&ftp, data[at]);
        }
        settle();
    }
    ftp_stop(&ftp);
    assert(!memory.file_open && !memory.listing && !memory.listening && !memory.connected);
    return 0;
}
