// Pin.irq().
#ifndef CC3200_BINDINGS_MACHINE_PIN_IRQ_H
#define CC3200_BINDINGS_MACHINE_PIN_IRQ_H

#include "py/obj.h"

// Flags of irq()'s trigger and of flags(). Edges may be combined.
enum {
    PIN_IRQ_FALLING = 1,
    PIN_IRQ_RISING = 2,
    PIN_IRQ_LOW_LEVEL = 4,
    PIN_IRQ_HIGH_LEVEL = 8,
};

MP_DECLARE_CONST_FUN_OBJ_KW(machine_pin_irq_obj);

// At the start and the end of a session: no pin interrupts.
void machine_pin_irq_session(void);

#endif
