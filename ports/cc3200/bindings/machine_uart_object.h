// The Python object of a UART, for the console.
#ifndef CC3200_BINDINGS_MACHINE_UART_OBJECT_H
#define CC3200_BINDINGS_MACHINE_UART_OBJECT_H

#include "py/obj.h"

// machine.UART(id), whether open or not. id: 0 or 1.
mp_obj_t uart_object(unsigned id);

// Whether a stream is a UART that is open and has received nothing: a read would wait for what may be on its way.
bool uart_object_is_quiet(mp_const_obj_t stream);

#endif
