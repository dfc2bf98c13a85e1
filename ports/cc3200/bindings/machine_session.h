// What the machine module keeps for one session of the interpreter, from its start to the next soft reset.
#ifndef CC3200_BINDINGS_MACHINE_SESSION_H
#define CC3200_BINDINGS_MACHINE_SESSION_H

// main.py is the script to run again. After mp_init().
void machine_session_start(void);

// The script to run after boot.py: main.py, or what machine.main() named.
const char *machine_main_file(void);

#endif
