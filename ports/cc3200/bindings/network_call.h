// How Python's functions call the host driver.
#ifndef CC3200_BINDINGS_NETWORK_CALL_H
#define CC3200_BINDINGS_NETWORK_CALL_H

#include <stdbool.h>

#include "py/mpconfig.h"

#include "chip/memory.h"
#include "nwp/processor.h"

// The door of nwp/processor.h for what may take long: threads of Python go through it one at a time, and the others run
// meanwhile. As there, network_leave follows in any case and passes its argument on. What is answered at once goes through
// PROCESSOR_CALL and keeps the interpreter.
RESULT_MATTERS bool network_enter(void);
int network_leave(int result);

// One call: its result, or PROCESSOR_OFF.
#define NETWORK_CALL(call) network_leave(network_enter() ? (int)(call) : PROCESSOR_OFF)

// Raise OSError for a result below 0: ENODEV when the network processor does not run, else EIO. Return any other.
int network_checked(int result);

// Raise OSError(ENODEV) when the network processor does not run.
void network_require(void);

#endif // CC3200_BINDINGS_NETWORK_CALL_H
