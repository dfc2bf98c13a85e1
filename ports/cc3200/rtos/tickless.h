// Time since start-up, kept right while the tick is stopped.
#ifndef CC3200_RTOS_TICKLESS_H
#define CC3200_RTOS_TICKLESS_H

#include <stdint.h>

#include "chip/clock.h"

#define CYCLES_PER_US (CPU_HZ / 1000000)
#define CYCLES_PER_TICK (CPU_HZ / 1000) // a tick is 1 ms

// Microseconds since start-up, modulo 2^32. Safe in interrupt handlers and with interrupts disabled.
uint32_t system_time_us(void);

#endif
