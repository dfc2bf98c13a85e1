// Time since start-up, kept right while the tick is stopped.
#ifndef CC3200_RTOS_TICKLESS_H
#define CC3200_RTOS_TICKLESS_H

#include <stdint.h>

#define CYCLES_PER_US (80u)
#define CYCLES_PER_TICK (80000u)

// Microseconds since start-up, modulo 2^32. Safe in interrupt handlers and with interrupts disabled.
uint32_t system_time_us(void);

#endif
