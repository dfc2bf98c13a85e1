// The login dialogue of a telnet session: prompts, line editing without telling the password. Pure.
#ifndef CC3200_SERVERS_TELNET_DIALOGUE_H
#define CC3200_SERVERS_TELNET_DIALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "servers/login.h"

// Three guesses a session; then it is closed.
#define DIALOGUE_GUESSES 3

typedef enum {
    DIALOGUE_MORE,     // type on
    DIALOGUE_CHECK,    // name and password are complete: let login_delay_ms pass, then call dialogue_answer
} dialogue_result_t;

typedef enum {
    DIALOGUE_ACCEPTED,
    DIALOGUE_AGAIN,    // wrong, the name is asked for again
    DIALOGUE_CLOSE,    // wrong for the last time
} dialogue_verdict_t;

typedef struct {
    login_word_t user;
    login_word_t password;
    bool at_password;
    uint8_t guesses;   // wrong ones so far
    char echo[4];      // what to send for the byte typed last, NUL-terminated
} dialogue_t;

extern const char DIALOGUE_USER_PROMPT[];
extern const char DIALOGUE_PASSWORD_PROMPT[];
extern const char DIALOGUE_WRONG[];

// A new client, at the prompt for the name.
void dialogue_start(dialogue_t *dialogue);

// Take one typed byte. dialogue->echo holds what to send back. After a return key at the name,
// dialogue->at_password has become true: send DIALOGUE_PASSWORD_PROMPT.
dialogue_result_t dialogue_type(dialogue_t *dialogue, uint8_t byte);

// Judge what was typed, whether login_check found it right, and make ready for the next guess.
dialogue_verdict_t dialogue_answer(dialogue_t *dialogue, bool right);

#endif // CC3200_SERVERS_TELNET_DIALOGUE_H
