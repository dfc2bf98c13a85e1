// UARTs as the interpreter uses them: their buffers, and waiting for them.
#ifndef CC3200_BINDINGS_UART_IO_H
#define CC3200_BINDINGS_UART_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chip/uart.h"

// Opens a UART, once what was sent before has left it. The console's buffer is its own, the other one takes it from the
// collected heap: MemoryError, and nothing is changed, when there is none.
void uart_io_open(unsigned id, const uart_settings_t *settings);

// Closes one that is open, once what was sent has left it.
void uart_io_close(unsigned id);

// Sends, sleeping while the FIFO is full. Returns how many bytes were taken: fewer only if nothing moved for the time of
// 20 frames (the other end withholds CTS).
size_t uart_io_send(unsigned id, const void *data, size_t length);

// Called in interrupt context after bytes arrived; NULL: nobody is.
typedef void (*uart_receive_hook_t)(unsigned id);
void uart_io_set_receive_hook(unsigned id, uart_receive_hook_t hook);

// The console at the start of a session: UART 0, with its pins. The byte mp_interrupt_char then interrupts the script.
void uart_io_session_start(void);

// At the end of a session the other one is closed.
void uart_io_session_end(void);

#endif
