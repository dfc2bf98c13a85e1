// The two UARTs: buffered receive, blocking send, and the console on UART 0.
#ifndef CC3200_CHIP_UART_H
#define CC3200_CHIP_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UART_COUNT              (2)
#define UART_CONSOLE            (0)
#define UART_CONSOLE_BAUD       (115200)
#define UART_RX_BUFFER_BYTES    (256)

// What a UART is set to. bits, parity and stop are the driver library's UART_CONFIG_* and flow its UART_FLOWCONTROL_*.
typedef struct {
    uint32_t baud; // 0: closed
    uint16_t config;
    uint16_t flow;
} uart_settings_t;

// Resets the UART, drops what it received and starts it. The console's has a buffer of its own, the other one takes it
// from the collected heap while it is open: MemoryError, and nothing is changed, when there is none.
void uart_open(unsigned id, const uart_settings_t *settings);
void uart_close(unsigned id);
const uart_settings_t *uart_settings(unsigned id);

// Bytes received and not read yet, up to UART_RX_BUFFER_BYTES - 1.
size_t uart_received(unsigned id);

// The next received byte, or -1.
int uart_get(unsigned id);

// Sends, sleeping while the FIFO is full. Returns how many bytes were taken: fewer only if nothing moved for the time of
// 20 frames (the other end withholds CTS).
size_t uart_send(unsigned id, const void *data, size_t length);

// Room in the send FIFO now; everything sent, the last stop bit included.
bool uart_send_ready(unsigned id);
bool uart_send_done(unsigned id);

// Holds TX low, or lets it go.
void uart_set_break(unsigned id, bool on);

// Called in interrupt context after bytes arrived.
typedef void (*uart_receive_hook_t)(unsigned id);
void uart_set_receive_hook(unsigned id, uart_receive_hook_t hook);

// Gives UART 0 its pins and starts it as the console. The byte mp_interrupt_char then interrupts the running script.
void uart_console_open(void);

// Whether bytes of this UART are the console's: asked in interrupt context, answered by the console's owner.
bool uart_is_console(unsigned id);

// For the fault dump: UART 0 sending at the console's rate, whatever it was doing.
void uart_console_raw(void);

#endif
