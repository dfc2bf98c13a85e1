// The network processor: its start and restart, and the door that every command to it goes through.
#ifndef CC3200_NWP_PROCESSOR_H
#define CC3200_NWP_PROCESSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "chip/memory.h"

// A MAC address has so many bytes.
#define MAC_BYTES (6)

// Instead of a result of the host driver's: the network processor does not run. ENODEV, as socket.h counts.
#define PROCESSOR_OFF (-19)

// Starts the network processor if it does not run yet and waits until it answers, a few seconds at most. False if it
// does not. For tasks; the first call decides for good.
RESULT_MATTERS bool processor_start(void);

// Stops it and starts it again, to take over settings. Sockets and their data are lost. False if it does not come back.
RESULT_MATTERS bool processor_restart(void);

// The door: sl_ functions are called between these two, so that no restart takes the host driver away under a call, and
// none is made to a network processor that does not run. Any number of tasks may be inside; processor_enter waits only for
// a restart that is under way. False: it does not run, or interrupts are off, and nothing may be called. Either way
// processor_leave follows, which passes its argument on. For tasks.
RESULT_MATTERS bool processor_enter(void);
int processor_leave(int result);

// One call through the door: its result, or PROCESSOR_OFF.
#define PROCESSOR_CALL(call) processor_leave(processor_enter() ? (int)(call) : PROCESSOR_OFF)

// How often it has started. What belongs to an earlier start, such as a socket, is gone.
uint32_t processor_starts(void);

// The role it started in (ROLE_STA, ROLE_AP, ... of wlan.h), negative when it does not run.
int processor_role(void);

// The chip's own MAC address. False if the network processor does not answer: mac is not to be used then.
RESULT_MATTERS bool processor_mac(uint8_t mac[MAC_BYTES]);

#endif
