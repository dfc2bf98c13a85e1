// Fuzzes the telnet stream: option negotiation, suboptions, line ends, the login dialogue, and the encoding of output.

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "servers/telnet/dialogue.h"
#include "servers/telnet/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t hello[TELNET_HELLO_LENGTH];
    telnet_t telnet;
    dialogue_t dialogue;
    size_t replies = 0;
    telnet_start(&telnet, hello);
    dialogue_start(&dialogue);
    for (size_t at = 0; at < size; at++) {
        int key = telnet_receive(&telnet, data[at]);
        assert(telnet.reply_length <= sizeof(telnet.reply));
        assert(key == TELNET_NOTHING || (key >= 0 && key <= 255));
        replies += telnet.reply_length > 0;
        if (key != TELNET_NOTHING && dialogue_type(&dialogue, (uint8_t)key) == DIALOGUE_CHECK) {
            assert(dialogue.user.length <= LOGIN_LENGTH_MAX + 1);
            dialogue_answer(&dialogue, key == '\n');
        }
        assert(memchr(dialogue.echo, 0, sizeof(dialogue.echo)) != NULL);
    }
    assert(replies <= size / 2); // an answer takes a command of two bytes at least

    // What is encoded for the peer, in pieces of any size, decodes to what was sent.
    uint8_t *wire = malloc(2 * size + 2);
    size_t length = 0;
    size_t sent = 0;
    while (sent < size) {
        size_t taken;
        size_t room = 3 + data[sent] % 8u;
        uint8_t out[16];
        size_t used = telnet_encode(&telnet, data + sent, size - sent, &taken, out, room);
        assert(used <= room && taken > 0 && length + used <= 2 * size + 2);
        memcpy(wire + length, out, used);
        length += used;
        sent += taken;
    }
    size_t back = 0;
    for (size_t at = 0; at < length; at++) {
        if (wire[at] == 255) {
            at++;
            assert(at < length && wire[at] == 255);
        } else if (wire[at] == 0 && data[back] != 0) {
            assert(back == 0 || data[back - 1] == '\r'); // the NUL after a CR that stands alone
            continue;
        }
        assert(back < size && wire[at] == data[back]);
        back++;
    }
    assert(back == size);
    free(wire);
    return 0;
}
