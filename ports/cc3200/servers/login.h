// Who may log in to telnet and FTP, and how long a wrong guess is made to wait. Pure: no socket, RTOS or hardware.
#ifndef CC3200_SERVERS_LOGIN_H
#define CC3200_SERVERS_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The longest user name and password, in bytes without the closing NUL.
#define LOGIN_LENGTH_MAX 32

// A name or a password as it was typed: anything longer than the limit is remembered as too long and never matches.
typedef struct {
    char text[LOGIN_LENGTH_MAX];
    uint8_t length; // LOGIN_LENGTH_MAX + 1: more was typed than fits
} login_word_t;

// The valid pair and the wrong guesses since the last right one, from whichever server they came.
typedef struct {
    login_word_t user;
    login_word_t password;
    uint8_t failures;
} login_t;

// Empty a word, and add one typed byte to it.
void login_word_clear(login_word_t *word);
void login_word_add(login_word_t *word, uint8_t byte);
// Take the last byte away again; nothing happens on an empty word or on one that is too long.
void login_word_erase(login_word_t *word);
// Set a word to text. False when that is longer than LOGIN_LENGTH_MAX: the word never matches then.
bool login_word_set(login_word_t *word, const char *text, size_t length);

// Compare a guess. It takes the same time whatever was guessed, and does not tell which half was wrong.
// A right guess forgets the failures, a wrong one counts.
bool login_check(login_t *login, const login_word_t *user, const login_word_t *password);

// How long the answer to the guess made last must wait, in milliseconds: 1 s after the first wrong one, doubling
// to 16 s; 0 after a right one.
uint32_t login_delay_ms(const login_t *login);

#endif // CC3200_SERVERS_LOGIN_H
