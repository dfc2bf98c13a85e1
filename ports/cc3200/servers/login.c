// Who may log in to telnet and FTP (see login.h).

#include "servers/login.h"

#include <string.h>

#include "chip/memory.h"

#define FIRST_DELAY_MS 1000u
#define DOUBLINGS_MAX 4u

void login_word_clear(login_word_t *word) {
    memset(word, 0, sizeof(*word)); // the rest of text stays 0: words are compared over their whole room
}

ONE_COPY void login_word_add(login_word_t *word, uint8_t byte) {
    if (word->length < sizeof(word->text)) {
        word->text[word->length++] = (char)byte;
    } else {
        word->length = sizeof(word->text) + 1;
    }
}

void login_word_erase(login_word_t *word) {
    if (word->length > 0 && word->length <= sizeof(word->text)) {
        word->text[--word->length] = '\0';
    }
}

bool login_word_set(login_word_t *word, const char *text, size_t length) {
    login_word_clear(word);
    for (size_t at = 0; at < length; at++) {
        login_word_add(word, (uint8_t)text[at]);
    }
    return word->length <= sizeof(word->text);
}

// All bytes that differ, or'ed together. volatile keeps the compiler from stopping at the first.
static uint8_t difference(const login_word_t *a, const login_word_t *b) {
    volatile uint8_t differs = a->length ^ b->length;
    for (size_t at = 0; at < sizeof(a->text); at++) {
        differs |= (uint8_t)(a->text[at] ^ b->text[at]);
    }
    return differs;
}

bool login_check(login_t *login, const login_word_t *user, const login_word_t *password) {
    uint8_t wrong = difference(&login->user, user) | difference(&login->password, password);
    if (wrong == 0) {
        login->failures = 0;
        return true;
    }
    if (login->failures < UINT8_MAX) {
        login->failures++;
    }
    return false;
}

ONE_COPY uint32_t login_delay_ms(const login_t *login) {
    if (login->failures == 0) {
        return 0;
    }
    uint32_t doublings = login->failures - 1u;
    return FIRST_DELAY_MS << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
}
