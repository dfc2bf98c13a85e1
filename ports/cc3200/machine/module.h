// The port's part of the machine module; included by extmod/modmachine.c alone.
#include "py/mphal.h"

#define MICROPY_PY_MACHINE_EXTRA_GLOBALS \
    { MP_ROM_QSTR(MP_QSTR_UART), MP_ROM_PTR(&machine_uart_type) }, \

// Until the next interrupt, or tick of the kernel if another task is due.
static void mp_machine_idle(void) {
    MP_THREAD_GIL_EXIT();
    __asm volatile ("dsb\n wfi");
    MP_THREAD_GIL_ENTER();
}
