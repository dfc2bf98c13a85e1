// UART driver: PL011-like blocks of the CC3200 (TRM SWRU367, chapter 6), FIFOs of 16 bytes.
#include "py/mphal.h"
#include "py/runtime.h"

#include "inc/hw_ints.h"
#include "inc/hw_memmap.h"
#include "inc/hw_types.h"
#include "inc/hw_uart.h"
#include "rom_map.h"
#include "interrupt.h"
#include "pin.h"
#include "prcm.h"
#include <uart.h> // the driver library's

#include "chip/uart.h"
#include "chip/memory.h"
#include "chip/pad.h"

// Above this the kernel may not be called; the console should not wait for other handlers.
#define UART_INTERRUPT_PRIORITY INT_PRIORITY_LVL_3

// Both blocks follow each other wherever they are counted.
_Static_assert(INT_UARTA1 - INT_UARTA0 == 1 && PRCM_UARTA1 - PRCM_UARTA0 == 1, "in a row");
#define BASE(id) (UARTA0_BASE + (id) * (UARTA1_BASE - UARTA0_BASE))
#define PERIPHERAL(id) (PRCM_UARTA0 + (id))
#define INTERRUPT(id) (INT_UARTA0 + (id))
// Where one register says it all, it is used itself: a call into the chip's ROM takes more code. REGISTER(id, FR): flags
// of the FIFOs; DR: data; IM, MIS, ICR: interrupts enabled, pending, to clear.
#define REGISTER(id, name) HWREG(BASE(id) + UART_O_##name)

static struct {
    uart_settings_t settings;
    uart_receive_hook_t hook;
    // head: where the interrupt handler puts the next byte; tail: where the reader takes it.
    volatile uint8_t head, tail;
} uarts[UART_COUNT] LOW_RAM;

static uint8_t console_buffer[UART_RX_BUFFER_BYTES];
// What head and tail count in: the console's buffer, or one on the collected heap.
MP_REGISTER_ROOT_POINTER(uint8_t *uart_buffers[2]);

_Static_assert(UART_RX_BUFFER_BYTES == 256, "uint8_t indices wrap with the buffer");

// Longer than a full FIFO takes, 16 frames of at most 12 bits.
static uint32_t stall_ms(uint32_t baud) {
    return 20 + 20 * 12 * 1000 / baud;
}

static void receive(unsigned id) {
    bool console = uart_is_console(id);
    while (!(REGISTER(id, FR) & UART_FR_RXFE)) {
        uint32_t data = REGISTER(id, DR);
        if (data & (UART_DR_BE | UART_DR_PE | UART_DR_FE)) {
            continue;
        }
        uint8_t byte = data & UART_DR_DATA_M;
        uint8_t next = uarts[id].head + 1;
        if (console && byte == mp_interrupt_char) {
            mp_sched_keyboard_interrupt();
        } else if (next != uarts[id].tail) {
            MP_STATE_PORT(uart_buffers)[id][uarts[id].head] = byte;
            uarts[id].head = next;
        }
    }
}

static void handle_interrupt(void) {
    uint32_t exception;
    __asm volatile ("mrs %0, ipsr" : "=r" (exception));
    unsigned id = exception - INT_UARTA0;
    uint32_t status = REGISTER(id, MIS);
    REGISTER(id, ICR) = status;
    if (status & UART_INT_TX) {
        REGISTER(id, IM) &= ~UART_INT_TX; // a sender is waiting: wake it once
    }
    if (status & (UART_INT_RX | UART_INT_RT)) {
        receive(id);
        if (uarts[id].hook) {
            uarts[id].hook(id);
        }
    }
    event_signal();
}

static void start(unsigned id, const uart_settings_t *settings) {
    uint32_t base = BASE(id);
    MAP_PRCMPeripheralClkEnable(PERIPHERAL(id), PRCM_RUN_MODE_CLK | PRCM_SLP_MODE_CLK);
    MAP_PRCMPeripheralReset(PERIPHERAL(id));
    MAP_UARTConfigSetExpClk(base, MAP_PRCMPeripheralClockGet(PERIPHERAL(id)), settings->baud, settings->config);
    MAP_UARTFIFOEnable(base);
    MAP_UARTFIFOLevelSet(base, UART_FIFO_TX2_8, UART_FIFO_RX4_8);
    MAP_UARTFlowControlSet(base, settings->flow);
}

// Lets what was sent leave the UART: at most a FIFO of frames, unless the other end withholds CTS.
static void drain(unsigned id) {
    uint32_t baud = uarts[id].settings.baud;
    uint32_t start = mp_hal_ticks_ms();
    while (baud && !uart_send_done(id) && mp_hal_ticks_ms() - start < stall_ms(baud)) {
        mp_hal_delay_ms(1);
    }
}

void uart_open(unsigned id, const uart_settings_t *settings) {
    uint8_t *buffer = id == UART_CONSOLE ? console_buffer : m_new(uint8_t, UART_RX_BUFFER_BYTES);
    drain(id);
    MAP_IntDisable(INTERRUPT(id));
    MP_STATE_PORT(uart_buffers)[id] = buffer;
    uarts[id].settings = *settings;
    uarts[id].head = uarts[id].tail = 0;
    start(id, settings);
    MAP_IntRegister(INTERRUPT(id), handle_interrupt);
    MAP_IntPrioritySet(INTERRUPT(id), UART_INTERRUPT_PRIORITY);
    REGISTER(id, IM) |= UART_INT_RX | UART_INT_RT;
    MAP_IntEnable(INTERRUPT(id));
}

void uart_close(unsigned id) {
    if (uarts[id].settings.baud == 0) {
        return;
    }
    drain(id);
    MAP_IntDisable(INTERRUPT(id));
    uarts[id].settings.baud = 0;
    uarts[id].hook = NULL;
    uarts[id].head = uarts[id].tail = 0;
    MP_STATE_PORT(uart_buffers)[id] = NULL;
    REGISTER(id, CTL) = 0;
    MAP_PRCMPeripheralClkDisable(PERIPHERAL(id), PRCM_RUN_MODE_CLK | PRCM_SLP_MODE_CLK);
}

const uart_settings_t *uart_settings(unsigned id) {
    return &uarts[id].settings;
}

size_t uart_received(unsigned id) {
    return (uint8_t)(uarts[id].head - uarts[id].tail);
}

int uart_get(unsigned id) {
    if (uarts[id].head == uarts[id].tail) {
        return -1;
    }
    return MP_STATE_PORT(uart_buffers)[id][uarts[id].tail++];
}

size_t uart_send(unsigned id, const void *data, size_t length) {
    uint32_t patience_ms = stall_ms(MAX(uarts[id].settings.baud, 1));
    uint32_t moved = mp_hal_ticks_ms();
    const uint8_t *next = data;
    const uint8_t *end = next + length;
    while (next < end && uarts[id].settings.baud) {
        if (uart_send_ready(id)) {
            REGISTER(id, DR) = *next++;
            if (next == end || uart_send_ready(id)) {
                continue;
            }
            moved = mp_hal_ticks_ms();
        }
        if (event_may_block()) {
            // The FIFO may have drained meanwhile: its interrupt is then pending and comes at once.
            REGISTER(id, IM) |= UART_INT_TX;
            event_wait(patience_ms);
            if (mp_hal_ticks_ms() - moved > patience_ms && !uart_send_ready(id)) {
                break;
            }
        } else {
            // An interrupt handler prints: the FIFO empties without our help.
            uint32_t start_us = system_time_us();
            while (!uart_send_ready(id) && system_time_us() - start_us < patience_ms * 1000) {
            }
            if (!uart_send_ready(id)) {
                break;
            }
        }
    }
    return next - (const uint8_t *)data;
}

bool uart_send_ready(unsigned id) {
    return !(REGISTER(id, FR) & UART_FR_TXFF);
}

bool uart_send_done(unsigned id) {
    return !(REGISTER(id, FR) & UART_FR_BUSY);
}

void uart_set_break(unsigned id, bool on) {
    MAP_UARTBreakCtl(BASE(id), on);
}

void uart_set_receive_hook(unsigned id, uart_receive_hook_t hook) {
    uarts[id].hook = hook;
}

static const uart_settings_t console_settings = {
    UART_CONSOLE_BAUD, UART_CONFIG_WLEN_8 | UART_CONFIG_STOP_ONE | UART_CONFIG_PAR_NONE, UART_FLOWCONTROL_NONE,
};

static void console_pins(void) {
    // In function 3 GP1 is UART0_TX and GP2 is UART0_RX (data sheet SWAS032, table 3-1).
    PAD(1) = PIN_MODE_3 | PIN_STRENGTH_2MA | PIN_TYPE_STD_PU;
    PAD(2) = PIN_MODE_3 | PIN_STRENGTH_2MA | PIN_TYPE_STD_PU;
}

void uart_console_open(void) {
    console_pins();
    uart_open(UART_CONSOLE, &console_settings);
}

void uart_console_raw(void) {
    if (uarts[UART_CONSOLE].settings.baud != UART_CONSOLE_BAUD) {
        console_pins();
        start(UART_CONSOLE, &console_settings);
    }
}
