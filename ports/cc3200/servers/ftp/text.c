// A text that grows within its room (see text.h).

#include "servers/ftp/text.h"

void text_start(text_t *text, char *room, size_t size) {
    text->end = room;
    text->last = room + size - 1;
    *room = '\0';
}

void text_add_character(text_t *text, char character) {
    if (text->end < text->last) {
        *text->end++ = character;
        *text->end = '\0';
    }
}

void text_add(text_t *text, const char *more) {
    while (*more != '\0') {
        text_add_character(text, *more++);
    }
}

void text_add_padded(text_t *text, uint32_t value, unsigned width, char fill) {
    char digits[10];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (; width > count; width--) {
        text_add_character(text, fill);
    }
    while (count > 0) {
        text_add_character(text, digits[--count]);
    }
}

void text_add_number(text_t *text, uint32_t value) {
    text_add_padded(text, value, 0, ' ');
}
