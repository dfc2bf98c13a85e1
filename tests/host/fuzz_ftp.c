// Fuzzes whole FTP sessions: command bytes, telnet commands among them, and what happens on the data connection.
// A byte of 0x80 to 0x8f in the input is an event of the world; all others arrive on the command connection.

#include <assert.h>
#include <string.h>

#include "ftp_memory_host.h"
#include "servers/ftp/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ftp_t ftp;

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
            memory_host.connects = !memory_host.connects;
            break;
        case 1:
            memory_host.incoming_end = FTP_DATA_CLOSED;
            break;
        case 2:
            memory_host.incoming_end = FTP_DATA_LOST;
            break;
        case 3:
            memory_host.incoming_end = 0;
            memory_host.incoming_at = 0;
            memory_host.incoming_length = sizeof(upload) - 1;
            memcpy(memory_host.incoming, upload, sizeof(upload) - 1);
            break;
        case 4:
            memory_host.send_limit = memory_host.send_limit ? 0 : 11;
            break;
        case 5:
            memory_host.send_lost = !memory_host.send_lost;
            break;
        case 6:
            memory_host.capacity = memory_host.capacity ? 0 : MEMORY_FILE_ROOM;
            break;
        case 7:
            memory_host.outgoing_length = 0;
            break;
        case 8:
            ftp_expire(&ftp);
            break;
        default:
            memory_host.time_ms += 1000u << (byte & 7);
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    login_t login;
    // Only the file table is cleared: the rooms for content are large and need not be.
    for (size_t at = 0; at < MEMORY_NODES; at++) {
        memory_host.nodes[at].used = false;
    }
    memory_host.capacity = MEMORY_FILE_ROOM;
    memory_host.send_limit = 64;
    memory_host.connects = true;
    memory_host.send_lost = memory_host.file_open = memory_host.listing = memory_host.listening =
        memory_host.connected = false;
    memory_host.incoming_length = memory_host.incoming_at = memory_host.outgoing_length = 0;
    memory_host.incoming_end = 0;
    memory_add(&memory_host, "/", true, "", 0);
    memory_add(&memory_host, "/flash", true, "", 0);
    memory_add(&memory_host, "/flash/main.py", false, "# main\n", 7);
    memset(&login, 0, sizeof(login));
    login_word_set(&login.user, "m", 1);
    login_word_set(&login.password, "p", 1);
    ftp_start(&ftp, &login);
    for (size_t at = 0; at < size && !ftp.quit; at++) {
        if ((data[at] & 0xf0) == 0x80) {
            event(data[at]);
        } else if (ftp_wants_input(&ftp)) {
            ftp_receive(&ftp, data[at]);
        }
        settle();
    }
    ftp_stop(&ftp);
    assert(!memory_host.file_open && !memory_host.listing && !memory_host.listening && !memory_host.connected);
    return 0;
}
