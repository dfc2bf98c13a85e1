// Answers questions about the pin mapper: a command a line on standard input, an answer a line on standard output.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip/pin_mapper.h"

// The name as a heap block of exactly its length, so that the sanitizer sees a read past its end.
static int find(const char *hex) {
    size_t length = strlen(hex) / 2;
    char *name = malloc(length ? length : 1);
    for (size_t at = 0; at < length; ++at) {
        unsigned byte;
        sscanf(hex + 2 * at, "%2x", &byte);
        name[at] = (char)byte;
    }
    int pin = pin_mapper_find(name, length);
    int chip = pin_mapper_find_chip_name(name, length);
    int board = pin_mapper_find_board_name(name, length);
    free(name);
    return pin == (chip != PIN_NONE ? chip : board) ? pin : -2;
}

static void describe(int pin) {
    char *name = malloc(PIN_NAME_SIZE);
    pin_mapper_chip_name(pin, name);
    printf("%s", name);
    size_t count;
    const pin_function_t *functions = pin_mapper_functions(pin, &count);
    for (size_t at = 0; at < count; ++at) {
        if (pin_mapper_function_name(&functions[at], name) != strlen(name)) {
            abort();
        }
        printf(" %d=%s", functions[at].mux, name);
        if (functions[at].mux != 0 && pin_mapper_function_at(pin, functions[at].mux) != &functions[at]) {
            abort();
        }
        const pin_function_t *found = pin_mapper_find_function(
            pin, functions[at].peripheral, functions[at].unit, functions[at].signal);
        if (found != &functions[at] || !pin_mapper_same_line(found, &functions[at])) {
            abort();
        }
    }
    puts("");
    free(name);
}

int main(void) {
    char line[4096];
    while (fgets(line, sizeof(line), stdin)) {
        char word[8], argument[4080] = "";
        if (sscanf(line, "%7s %4079s", word, argument) < 1) {
            continue;
        }
        int number = atoi(argument);
        if (strcmp(word, "count") == 0) {
            printf("%d\n", PIN_COUNT);
        } else if (strcmp(word, "find") == 0) {
            printf("%d\n", find(argument));
        } else if (strcmp(word, "gpio") == 0) {
            printf("%d\n", pin_mapper_find_gpio((unsigned)number));
        } else if (strcmp(word, "pin") == 0) {
            describe(number);
        } else if (strcmp(word, "absent") == 0) { // muxes 0 to 15 that lead nowhere
            for (unsigned mux = 0; mux < 16; ++mux) {
                if (pin_mapper_function_at(number, mux) == NULL) {
                    printf("%u ", mux);
                }
            }
            puts("");
        }
    }
    return 0;
}
