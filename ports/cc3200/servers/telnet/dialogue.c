// The login dialogue of a telnet session (see dialogue.h).

#include "servers/telnet/dialogue.h"

#include <string.h>

// pyboard.py and other tools wait for these very words ("Login as:", "Password:").
const char DIALOGUE_USER_PROMPT[] = "Login as: ";
const char DIALOGUE_PASSWORD_PROMPT[] = "Password: ";
const char DIALOGUE_WRONG[] = "\r\nInvalid credentials, try again.\r\n";

enum {
    KEY_BACKSPACE = 0x08,
    KEY_DELETE = 0x7f,
};

void dialogue_start(dialogue_t *dialogue) {
    memset(dialogue, 0, sizeof(*dialogue));
}

dialogue_result_t dialogue_type(dialogue_t *dialogue, uint8_t byte) {
    login_word_t *word = dialogue->at_password ? &dialogue->password : &dialogue->user;
    char *echo = dialogue->echo;
    echo[0] = '\0';
    switch (byte) {
        case '\r':
        case '\n':
            memcpy(echo, "\r\n", sizeof("\r\n"));
            if (dialogue->at_password) {
                return DIALOGUE_CHECK;
            }
            dialogue->at_password = true;
            return DIALOGUE_MORE;
        case KEY_BACKSPACE:
        case KEY_DELETE:
            if (!dialogue->at_password && word->length > 0 && word->length <= LOGIN_LENGTH_MAX) {
                memcpy(echo, "\b \b", sizeof("\b \b"));
            }
            login_word_erase(word);
            return DIALOGUE_MORE;
        default:
            if (byte < ' ') {
                return DIALOGUE_MORE; // a control key is no part of a name
            }
            login_word_add(word, byte);
            if (!dialogue->at_password && word->length <= LOGIN_LENGTH_MAX) {
                echo[0] = (char)byte;
                echo[1] = '\0';
            }
            return DIALOGUE_MORE;
    }
}

dialogue_verdict_t dialogue_answer(dialogue_t *dialogue, bool right) {
    login_word_clear(&dialogue->user);
    login_word_clear(&dialogue->password);
    dialogue->at_password = false;
    if (right) {
        return DIALOGUE_ACCEPTED;
    }
    dialogue->guesses++;
    return dialogue->guesses < DIALOGUE_GUESSES ? DIALOGUE_AGAIN : DIALOGUE_CLOSE;
}
