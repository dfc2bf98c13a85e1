// A text that grows within its room: replies and the lines of listings are made of it. No printf: it would cost stack.
// Pure.
#ifndef CC3200_SERVERS_FTP_TEXT_H
#define CC3200_SERVERS_FTP_TEXT_H

#include <stddef.h>
#include <stdint.h>

// Always ends in NUL. What does not fit is dropped, never written: rooms are chosen so that all fits.
typedef struct {
    char *end;  // where the next character goes
    char *last; // the last byte of the room, which is the NUL's
} text_t;

// Start an empty text in a room of at least one byte.
void text_start(text_t *text, char *room, size_t size);

void text_add_character(text_t *text, char character);
void text_add(text_t *text, const char *more);

// Add a number in decimal; the padded one is filled up on its left to at least width.
void text_add_number(text_t *text, uint32_t value);
void text_add_padded(text_t *text, uint32_t value, unsigned width, char fill);

#endif // CC3200_SERVERS_FTP_TEXT_H
