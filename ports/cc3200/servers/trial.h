// A new image's trial (docs/update.md). The bootloader starts it with the watchdog running; it is confirmed, and the watchdog
// stopped, once it has been up for a while, or by a program that asked to decide itself. Else the watchdog ends it.
#ifndef CC3200_SERVERS_TRIAL_H
#define CC3200_SERVERS_TRIAL_H

#include <stdbool.h>

#include "chip/memory.h"
#include "nwp/wait.h"

// What the task that waits for sockets has to know of it.
extern const wait_client_t trial_client;

// boot.py has run: main.py or the prompt is next.
void trial_note_up(void);

// A program decides: it is not confirmed but by trial_confirm, and the watchdog waits anew.
void trial_hold(void);

// False: it can't be kept now, and the trial goes on.
RESULT_MATTERS bool trial_confirm(void);

// Which start of its trial this is, from 1 on; 0: there is none; -1: none, as the image is back in the place of one that was
// not confirmed.
int trial_number(void);

#endif
