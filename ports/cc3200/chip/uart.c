// UART driver: PL011-like blocks of the CC3200 (TRM SWRU367, chapter 6), FIFOs of 16 bytes.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inc/hw_ints.h"
#include "inc/hw_memmap.h"
#include "inc/hw_types.h"
#include "inc/hw_uart.h"
#include "rom_map.h"
#include "interrupt.h"
#include "pin.h"
#include "prcm.h"
#include <uart.h> // the driver library's

#include "chip/irq.h"
#include "chip/memory.h"
#include "chip/pad.h"
#include "chip/uart.h"

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
    uint8_t *buffer;
    // head: where the interrupt handler puts the next byte; tail: where the reader takes it.
    volatile uint8_t head, tail;
} uarts[UART_COUNT] LOW_RAM;

_Static_assert(UART_RX_BUFFER_BYTES == 256, "uint8_t indices wrap with the buffer");

__attribute__((weak)) bool uart_on_byte(unsigned id, uint8_t byte) {
    (void)id;
    (void)byte;
    return false;
}

__attribute__((weak)) void uart_on_change(unsigned id, bool received) {
    (void)id;
    (void)received;
}

ONE_COPY uint32_t uart_stall_ms(unsigned id) {
    uint32_t baud = uarts[id].settings.baud;
    return 20 + (baud ? 20 * 12 * 1000 / baud : 0); // 16 frames of at most 12 bits
}

static void receive(unsigned id) {
    while (!(REGISTER(id, FR) & UART_FR_RXFE)) {
        uint32_t data = REGISTER(id, DR);
        if (data & (UART_DR_BE | UART_DR_PE | UART_DR_FE)) {
            continue;
        }
        uint8_t byte = data & UART_DR_DATA_M;
        uint8_t next = uarts[id].head + 1;
        if (!uart_on_byte(id, byte) && next != uarts[id].tail) {
            uarts[id].buffer[uarts[id].head] = byte;
            uarts[id].head = next;
        }
    }
}

static void handle_interrupt(void) {
    unsigned id = exception_number() - INT_UARTA0;
    uint32_t status = REGISTER(id, MIS);
    bool received = status & (UART_INT_RX | UART_INT_RT);
    REGISTER(id, ICR) = status;
    if (status & UART_INT_TX) {
        REGISTER(id, IM) &= ~UART_INT_TX; // a sender is waiting: wake it once
    }
    if (received) {
        receive(id);
    }
    uart_on_change(id, received);
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

void uart_open(unsigned id, const uart_settings_t *settings, uint8_t *buffer) {
    MAP_IntDisable(INTERRUPT(id));
    uarts[id].settings = *settings;
    uarts[id].buffer = buffer;
    uarts[id].head = uarts[id].tail = 0;
    start(id, settings);
    MAP_IntRegister(INTERRUPT(id), handle_interrupt);
    MAP_IntPrioritySet(INTERRUPT(id), UART_INTERRUPT_PRIORITY);
    REGISTER(id, IM) |= UART_INT_RX | UART_INT_RT;
    MAP_IntEnable(INTERRUPT(id));
}

void uart_close(unsigned id) {
    MAP_IntDisable(INTERRUPT(id));
    uarts[id].settings.baud = 0;
    uarts[id].head = uarts[id].tail = 0;
    REGISTER(id, CTL) = 0;
    MAP_PRCMPeripheralClkDisable(PERIPHERAL(id), PRCM_RUN_MODE_CLK | PRCM_SLP_MODE_CLK);
}

ONE_COPY const uart_settings_t *uart_settings(unsigned id) {
    return &uarts[id].settings;
}

size_t uart_received(unsigned id) {
    return (uint8_t)(uarts[id].head - uarts[id].tail);
}

int uart_get(unsigned id) {
    if (uarts[id].head == uarts[id].tail) {
        return -1;
    }
    return uarts[id].buffer[uarts[id].tail++];
}

void uart_put(unsigned id, uint8_t byte) {
    REGISTER(id, DR) = byte;
}

void uart_call_when_ready(unsigned id) {
    REGISTER(id, IM) |= UART_INT_TX; // the interrupt of a FIFO that has drained meanwhile is pending
}

bool uart_send_ready(unsigned id) {
    return !(REGISTER(id, FR) & UART_FR_TXFF);
}

bool uart_receiving(unsigned id) {
    return !(REGISTER(id, FR) & UART_FR_RXFE);
}

bool uart_send_done(unsigned id) {
    return !(REGISTER(id, FR) & UART_FR_BUSY);
}

void uart_set_break(unsigned id, bool on) {
    MAP_UARTBreakCtl(BASE(id), on);
}

const uart_settings_t uart_console_settings = {
    UART_CONSOLE_BAUD,
    UART_CONFIG_WLEN_8 | UART_CONFIG_STOP_ONE | UART_CONFIG_PAR_NONE,
    UART_FLOWCONTROL_NONE,
};

void uart_console_pins(void) {
    // In function 3 GP1 is UART0_TX and GP2 is UART0_RX (data sheet SWAS032, table 3-1).
    PAD(1) = PIN_MODE_3 | PIN_STRENGTH_2MA | PIN_TYPE_STD_PU;
    PAD(2) = PIN_MODE_3 | PIN_STRENGTH_2MA | PIN_TYPE_STD_PU;
}

void uart_console_raw(void) {
    if (uarts[UART_CONSOLE].settings.baud != UART_CONSOLE_BAUD) {
        uart_console_pins();
        start(UART_CONSOLE, &uart_console_settings);
    }
}
