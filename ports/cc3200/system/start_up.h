// The stack of start-up and interrupt handlers, painted so that its use can be measured.
#ifndef CC3200_SYSTEM_START_UP_H
#define CC3200_SYSTEM_START_UP_H

#include <stdint.h>

// FreeRTOS paints task stacks with the byte 0xA5; the main stack is painted alike.
#define STACK_PAINT (0xa5a5a5a5u)

extern uint32_t main_stack[];

#endif
