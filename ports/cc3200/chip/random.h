// Random numbers. The CC3200 gives its user no hardware generator, so entropy is gathered and drawn out through SHA-256.
#ifndef CC3200_CHIP_RANDOM_H
#define CC3200_CHIP_RANDOM_H

#include <stddef.h>
#include <stdint.h>

// Gathers what differs from one power-up to the next: the jitter between the 32 kHz crystal and the CPU's clock, and
// `memory`, RAM that nobody has written since power-up. To be called once, before the first random_u32(). About 1 ms.
void random_init(const void *memory, size_t length);

// Adds whatever else may be hard to guess. Never makes things worse.
void random_stir(const void *data, size_t length);

// Adds the present instant, by both clocks: for what somebody else decides, such as the network. For tasks and interrupts.
void random_stir_time(void);

// 32 random bits. Numbers already drawn can't be worked out from what memory holds later. For tasks and interrupts.
uint32_t random_u32(void);

#endif
