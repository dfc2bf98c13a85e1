// The console's terminals as one (see console.h).

#include "console.h"

int console_read(void) {
    int byte = -1;
    for (size_t index = 0; index < console_terminal_count && byte < 0; index++) {
        byte = console_terminals[index]->read();
    }
    return byte;
}

bool console_waiting(void) {
    bool waiting = false;
    for (size_t index = 0; index < console_terminal_count && !waiting; index++) {
        waiting = console_terminals[index]->waiting();
    }
    return waiting;
}

void console_write(const char *text, size_t length) {
    for (size_t index = 0; index < console_terminal_count; index++) {
        console_terminals[index]->write(text, length);
    }
}

bool console_flush(void) {
    bool all = true;
    for (size_t index = 0; index < console_terminal_count; index++) {
        all = console_terminals[index]->flush() && all;
    }
    return all;
}
