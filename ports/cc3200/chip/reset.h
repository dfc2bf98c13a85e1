// Why the firmware started, and how to start it again.
#ifndef CC3200_CHIP_RESET_H
#define CC3200_CHIP_RESET_H

// In the order of machine.PWRON_RESET and its sisters.
typedef enum {
    RESET_POWER_ON,
    RESET_HARD,         // machine.reset(), or the chip's reset logic
    RESET_WATCHDOG,
    RESET_DEEPSLEEP,    // woken from hibernate
    RESET_SOFT,         // Ctrl-D, sys.exit()
} reset_cause_t;

// Why the running session of the interpreter started.
reset_cause_t reset_cause(void);

// To be called between two sessions: what follows is a soft reset's doing.
void reset_note_soft(void);

// Resets the processor and its peripherals, as the reset switch does. Open files must have been closed.
__attribute__((noreturn)) void reset_now(void);

#endif
