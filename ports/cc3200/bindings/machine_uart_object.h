// The Python object of a UART, for the console.
#ifndef CC3200_BINDINGS_MACHINE_UART_OBJECT_H
#define CC3200_BINDINGS_MACHINE_UART_OBJECT_H

#include "py/obj.h"

// machine.UART(id), whether open or not. id: 0 or 1.
mp_obj_t uart_object(unsigned id);

#endif
