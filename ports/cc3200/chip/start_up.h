// The stack of start-up and interrupt handlers, painted so that its use can be measured.
#ifndef CC3200_CHIP_START_UP_H
#define CC3200_CHIP_START_UP_H

#include <stdint.h>

#include "chip/memory.h"

// FreeRTOS paints task stacks with the byte 0xA5; the main stack is painted alike.
#define STACK_PAINT (0xa5a5a5a5u)

extern uint32_t main_stack[];

// Assembly that puts the address after main_stack into a register, without a literal pool, which may end up out of reach.
// clang-format off
#define LOAD_MAIN_STACK_TOP(register) \
    "movw " register ", #:lower16:main_stack + " START_UP_TEXT(MAIN_STACK_BYTES) "\n" \
    "movt " register ", #:upper16:main_stack + " START_UP_TEXT(MAIN_STACK_BYTES) "\n"
// clang-format on
#define START_UP_TEXT(value) START_UP_TEXT_(value)
#define START_UP_TEXT_(value) #value

#endif
