// The two UARTs: a driver that waits for nothing. What comes in is put into a buffer by the interrupt handler; what goes
// out is put into the FIFO, byte by byte, by who sends.
#ifndef CC3200_CHIP_UART_H
#define CC3200_CHIP_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UART_COUNT (2)
#define UART_CONSOLE (0)
#define UART_CONSOLE_BAUD (115200)
#define UART_RX_BUFFER_BYTES (256)

// What a UART is set to. bits, parity and stop are the driver library's UART_CONFIG_* and flow its UART_FLOWCONTROL_*.
typedef struct {
    uint32_t baud; // 0: closed
    uint16_t config;
    uint16_t flow;
} uart_settings_t;

// 115200 baud, 8 bits, no parity, one stop bit.
extern const uart_settings_t uart_console_settings;

// What happens at a UART concerns its user, who is told in interrupt context. Both are there for all of them.
// A byte has come. True: it is taken; false: it goes into the buffer.
bool uart_on_byte(unsigned id, uint8_t byte);
// Bytes have come, or there is room to send after uart_call_when_ready().
void uart_on_change(unsigned id, bool received);

// Resets the UART, drops what it received and starts it. buffer: UART_RX_BUFFER_BYTES, in use until it is closed.
void uart_open(unsigned id, const uart_settings_t *settings, uint8_t *buffer);
void uart_close(unsigned id);
const uart_settings_t *uart_settings(unsigned id);

// Bytes received and not read yet, up to UART_RX_BUFFER_BYTES - 1.
size_t uart_received(unsigned id);

// The next received byte, or -1.
int uart_get(unsigned id);

// Sends a byte; there must be room in the FIFO.
void uart_put(unsigned id, uint8_t byte);

// Whether bytes have arrived that the interrupt handler has not taken yet.
bool uart_receiving(unsigned id);

// Room in the send FIFO now; everything sent, the last stop bit included.
bool uart_send_ready(unsigned id);
bool uart_send_done(unsigned id);

// Has uart_on_change called once when there is room, at once if there is some already.
void uart_call_when_ready(unsigned id);

// Longer than a full FIFO takes to be sent, in ms, unless the other end withholds CTS.
uint32_t uart_stall_ms(unsigned id);

// Holds TX low, or lets it go.
void uart_set_break(unsigned id, bool on);

// Gives UART 0 the console's pins.
void uart_console_pins(void);

// For the fault dump: UART 0 sending at the console's rate, whatever it was doing.
void uart_console_raw(void);

#endif
