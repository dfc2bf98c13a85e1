// Runs the telnet protocol and the login dialogue by a script.
//   start         a new session: hello HEX
//   feed HEX      bytes from the network: key HEX for what was typed, reply HEX for what is answered
//   send HEX      output, encoded in pieces of four bytes: out HEX
//   window        size COLUMNS ROWS
//   type HEX      bytes typed at the login dialogue: echo HEX, check NAME PASSWORD
//   login U P     a guess: login RIGHT MILLISECONDS-TO-WAIT

#include "hexline.h"
#include "servers/login.h"
#include "servers/telnet/dialogue.h"
#include "servers/telnet/protocol.h"

static void feed(telnet_t *telnet, const uint8_t *data, size_t length) {
    for (size_t at = 0; at < length; at++) {
        int key = telnet_receive(telnet, data[at]);
        if (key != TELNET_NOTHING) {
            uint8_t byte = (uint8_t)key;
            hex_print("key", &byte, 1);
        }
        if (telnet->reply_length > 0) {
            hex_print("reply", telnet->reply, telnet->reply_length);
        }
    }
}

static void send(telnet_t *telnet, const uint8_t *data, size_t length) {
    while (length > 0) {
        uint8_t out[4];
        size_t taken;
        size_t used = telnet_encode(telnet, data, length, &taken, out, sizeof(out));
        hex_print("out", out, used);
        data += taken;
        length -= taken;
    }
}

static void type(dialogue_t *dialogue, const uint8_t *data, size_t length) {
    for (size_t at = 0; at < length; at++) {
        dialogue_result_t result = dialogue_type(dialogue, data[at]);
        hex_print("echo", (const uint8_t *)dialogue->echo, strlen(dialogue->echo));
        if (result == DIALOGUE_CHECK) {
            printf("check %u:%.32s %u:%.32s\n", dialogue->user.length, dialogue->user.text, dialogue->password.length,
                dialogue->password.text);
            printf("verdict %d\n", (int)dialogue_answer(dialogue, false));
        }
    }
}

int main(void) {
    static char line[65536];
    static uint8_t data[32768];
    uint8_t hello[TELNET_HELLO_LENGTH];
    telnet_t telnet;
    dialogue_t dialogue;
    login_t login;
    memset(&login, 0, sizeof(login));
    login_word_set(&login.user, "micro", strlen("micro"));
    login_word_set(&login.password, "python", strlen("python"));
    telnet_start(&telnet, hello);
    dialogue_start(&dialogue);
    while (script_line(line, sizeof(line))) {
        char *space = strchr(line, ' ');
        size_t length = space ? hex_bytes(space + 1, data, sizeof(data)) : 0;
        if (strcmp(line, "start") == 0) {
            telnet_start(&telnet, hello);
            hex_print("hello", hello, sizeof(hello));
        } else if (strncmp(line, "feed ", 5) == 0) {
            feed(&telnet, data, length);
        } else if (strncmp(line, "send ", 5) == 0) {
            send(&telnet, data, length);
        } else if (strcmp(line, "window") == 0) {
            printf("size %u %u\n", telnet.columns, telnet.rows);
        } else if (strncmp(line, "type ", 5) == 0) {
            type(&dialogue, data, length);
        } else if (strncmp(line, "login ", 6) == 0) {
            login_word_t user = {0};
            login_word_t password = {0};
            char name[64];
            char secret[64];
            if (sscanf(line + 6, "%63s %63s", name, secret) != 2) {
                return 2;
            }
            for (char *at = name; *at; at++) {
                login_word_add(&user, (uint8_t)*at);
            }
            for (char *at = secret; *at; at++) {
                login_word_add(&password, (uint8_t)*at);
            }
            bool right = login_check(&login, &user, &password);
            printf("login %d %u\n", right, (unsigned)login_delay_ms(&login));
        } else {
            return 2;
        }
    }
    return 0;
}
