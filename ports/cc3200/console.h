// The console: what is typed at any of its terminals is typed, and what is printed appears on all of them. The
// interpreter knows no terminal by name; which there are is main.c's to say. UARTs and streams that os.dupterm() takes are
// MicroPython's own kind of terminal and come besides.
#ifndef CC3200_CONSOLE_H
#define CC3200_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

// A terminal. Its functions are called by the interpreter, with the interpreter lock.
typedef struct {
    int (*read)(void); // the next typed byte, -1: none
    bool (*waiting)(void); // whether there is one
    void (*write)(const char *text, size_t length); // may block while the terminal is slow, and keep the end for later
    bool (*flush)(void); // what write has kept goes; false: some is left
} console_terminal_t;

extern const console_terminal_t *const console_terminals[];
extern const size_t console_terminal_count;

// The next byte typed at any of them, -1: none.
int console_read(void);

// Whether there is one.
bool console_waiting(void);

// Print on all of them.
void console_write(const char *text, size_t length);

// To be called before a wait: what is printed appears. False: some is left, so wait a moment only.
bool console_flush(void);

#endif
