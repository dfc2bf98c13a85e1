// What modules do at the start and the end of a session of the interpreter. One row a module, in main.c; the rows are
// walked from the first to the last at a start, and back at an end. A module that must do something at another event, such
// as before a sleep, gets a column here.
#ifndef CC3200_LIFECYCLE_H
#define CC3200_LIFECYCLE_H

#include <stddef.h>

typedef struct {
    void (*session_start)(void); // after mp_init()
    void (*session_end)(void); // threads may still run, and their sockets and files are open; before mp_deinit()
} lifecycle_t;

extern const lifecycle_t lifecycle[];
extern const size_t lifecycle_count;

#endif
