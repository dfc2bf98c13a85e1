// UARTs as the interpreter uses them (see uart_io.h).

#include "bindings/uart_io.h"

#include "py/mphal.h"
#include "py/runtime.h"

#include "bindings/machine_uart_object.h"
#include "chip/memory.h"

// At a register, in a loop of a dozen cycles.
#define LOOKS_PER_MS (6000)

static uint8_t console_buffer[UART_RX_BUFFER_BYTES] LOW_RAM;
static uart_receive_hook_t hooks[UART_COUNT] LOW_RAM;

// The buffer of the UART that is not the console.
MP_REGISTER_ROOT_POINTER(uint8_t *uart_buffer);

bool uart_on_byte(unsigned id, uint8_t byte) {
    bool interrupts = byte == mp_interrupt_char && MP_STATE_VM(dupterm_objs[0]) == uart_object(id);
    if (interrupts) {
        mp_sched_keyboard_interrupt();
    }
    return interrupts;
}

void uart_on_change(unsigned id, bool received) {
    if (received && hooks[id]) {
        hooks[id](id);
    }
    event_signal();
}

void uart_io_set_receive_hook(unsigned id, uart_receive_hook_t hook) {
    hooks[id] = hook;
}

static void drain(unsigned id) {
    uint32_t start = mp_hal_ticks_ms();
    while (uart_settings(id)->baud && !uart_send_done(id) && mp_hal_ticks_ms() - start < uart_stall_ms(id)) {
        mp_hal_delay_ms(1);
    }
}

ONE_COPY void uart_io_open(unsigned id, const uart_settings_t *settings) {
    uint8_t *buffer = console_buffer;
    if (id != UART_CONSOLE) {
        buffer = m_new(uint8_t, UART_RX_BUFFER_BYTES);
    }
    drain(id);
    if (id != UART_CONSOLE) {
        MP_STATE_PORT(uart_buffer) = buffer;
    }
    uart_open(id, settings, buffer);
}

void uart_io_close(unsigned id) {
    if (uart_settings(id)->baud) {
        drain(id);
        uart_close(id);
        hooks[id] = NULL;
    }
}

size_t uart_io_send(unsigned id, const void *data, size_t length) {
    uint32_t patience_ms = uart_stall_ms(id);
    uint32_t moved = mp_hal_ticks_ms();
    const uint8_t *next = data;
    const uint8_t *end = next + length;
    while (next < end && uart_settings(id)->baud) {
        if (uart_send_ready(id)) {
            uart_put(id, *next++);
            if (next == end || uart_send_ready(id)) {
                continue;
            }
            moved = mp_hal_ticks_ms();
        }
        if (event_may_block()) {
            uart_call_when_ready(id);
            mp_hal_event_wait(patience_ms);
            if (mp_hal_ticks_ms() - moved > patience_ms && !uart_send_ready(id)) {
                break;
            }
        } else {
            // An interrupt handler prints, or interrupts are off: the FIFO empties without our help, and the clock stands.
            for (uint32_t looks = patience_ms * LOOKS_PER_MS; !uart_send_ready(id) && looks > 0; looks--) {
            }
            if (!uart_send_ready(id)) {
                break;
            }
        }
    }
    return next - (const uint8_t *)data;
}

void uart_io_session_start(void) {
    uart_console_pins();
    uart_io_open(UART_CONSOLE, &uart_console_settings);
    MP_STATE_VM(dupterm_objs[0]) = uart_object(UART_CONSOLE);
}

void uart_io_session_end(void) {
    uart_io_close(1);
}
