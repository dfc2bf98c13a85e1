// What the test programs share: a script read line by line, bytes as hexadecimal digits.
#ifndef TESTS_HOST_HEXLINE_H
#define TESTS_HOST_HEXLINE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Turn the digits of text into bytes; returns how many.
static inline size_t hex_bytes(const char *text, uint8_t *out, size_t room) {
    size_t count = 0;
    unsigned value;
    while (count < room && sscanf(text, "%2x", &value) == 1) {
        out[count++] = (uint8_t)value;
        text += 2;
    }
    return count;
}

// Print a word and bytes as a line.
static inline void hex_print(const char *word, const uint8_t *data, size_t length) {
    printf("%s ", word);
    for (size_t at = 0; at < length; at++) {
        printf("%02x", data[at]);
    }
    printf("\n");
}

// Read a line without its end into line; 0 at the end of the script.
static inline int script_line(char *line, size_t room) {
    if (fgets(line, (int)room, stdin) == NULL) {
        return 0;
    }
    line[strcspn(line, "\n")] = '\0';
    return 1;
}

#endif // TESTS_HOST_HEXLINE_H
