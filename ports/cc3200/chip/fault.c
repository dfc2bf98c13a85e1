// Fault dump. Runs with nothing to rely on but the registers: polls UART0, no kernel, no heap, no interrupts.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "inc/hw_ints.h"
#include "inc/hw_memmap.h"
#include "inc/hw_nvic.h"
#include "inc/hw_types.h"
#include "inc/hw_uart.h"
#include "rom_map.h"
#include "uart.h"

#include "chip/fault.h"
#include "chip/irq.h"
#include "chip/led.h"
#include "chip/memory.h"
#include "chip/start_up.h"
#include "chip/uart.h"

// ARMv7-M Architecture Reference Manual, B3.2.15: bits of the Configurable Fault Status Register.
// One name a bit, those the architecture leaves out empty.
static const char cfsr_names[] = "IACCVIOL\0DACCVIOL\0\0MUNSTKERR\0MSTKERR\0\0\0MMARVALID\0"
                                 "IBUSERR\0PRECISERR\0IMPRECISERR\0UNSTKERR\0STKERR\0\0\0BFARVALID\0"
                                 "UNDEFINSTR\0INVSTATE\0INVPC\0NOCP\0\0\0\0\0UNALIGNED\0DIVBYZERO";
#define CFSR_BITS (26)

// 32 interrupts in each register.
#define NVIC_WORDS ((NUM_INTERRUPTS - 16 + 31) / 32)

static void put(const char *text) {
    for (; *text; text++) {
        MAP_UARTCharPut(UARTA0_BASE, *text);
    }
}

static void put_hex(const char *name, uint32_t value) {
    put(" ");
    put(name);
    put("=");
    for (int shift = 28; shift >= 0; shift -= 4) {
        MAP_UARTCharPut(UARTA0_BASE, "0123456789abcdef"[(value >> shift) & 15]);
    }
}

// Eight registers on a line; their names follow each other, each with its NUL.
static void put_registers(const char *names, const uint32_t *values) {
    for (size_t i = 0; i < 8; i++) {
        put_hex(names, values[i]);
        names += strlen(names) + 1;
    }
    put("\r\n");
}

__attribute__((weak)) const char *fault_task_name(void) {
    return "none";
}

static void put_task(void) {
    put(" task=");
    put(fault_task_name());
}

__attribute__((noreturn)) static void halt(void) {
    put("\r\n");
    // A pending interrupt, even a masked one, would end every sleep at once.
    HWREG(NVIC_ST_CTRL) = 0;
    HWREG(NVIC_INT_CTRL) = NVIC_INT_CTRL_PENDSTCLR | NVIC_INT_CTRL_UNPEND_SV;
    for (uint32_t i = 0; i < NVIC_WORDS; i++) {
        HWREG(NVIC_DIS0 + 4 * i) = UINT32_MAX;
    }
    for (;;) {
        __asm volatile("dsb\n wfi");
    }
}

static void open(const char *what) {
    led_fault();
    uart_console_raw();
    put("\r\n");
    put(what);
}

void fault_stop(const char *why, const char *detail) {
    interrupts_disable();
    open("Fatal error: ");
    put(why);
    if (detail) {
        put(" ");
        put(detail);
    }
    put_task();
    halt();
}

#ifndef NDEBUG
// What assert() of the C library calls, which would bring printf and signals along.
__attribute__((noreturn)) void __assert_func(const char *file, int line, const char *function, const char *condition);
void __assert_func(const char *file, int line, const char *function, const char *condition) {
    (void)file;
    (void)line;
    (void)function;
    fault_stop("assertion failed:", condition);
}
#endif

// frame: what the core stacked (r0-r3, r12, lr, pc, xpsr), or NULL if its stack pointer is not in RAM.
// saved: r4 to r11 at the time of the fault.
__attribute__((noreturn, used)) void fault_dump(const uint32_t *frame, uint32_t exc_return, const uint32_t *saved);
void fault_dump(const uint32_t *frame, uint32_t exc_return, const uint32_t *saved) {
    uint32_t exception = exception_number();
    uint32_t cfsr = HWREG(NVIC_FAULT_STAT);
    uint32_t hfsr = HWREG(NVIC_HFAULT_STAT);

    open("Hard fault:");
    put_hex("exception", exception);
    put_task();
    const char *name = cfsr_names;
    for (unsigned bit = 0; bit < CFSR_BITS; bit++) {
        if (cfsr >> bit & 1) {
            put(" ");
            put(name);
        }
        name += strlen(name) + 1;
    }
    if (hfsr & NVIC_HFAULT_STAT_FORCED) {
        put(" FORCED");
    }
    if (hfsr & NVIC_HFAULT_STAT_VECT) {
        put(" VECTTBL");
    }
    put("\r\n");
    if ((uintptr_t)frame >= RAM_START && (uintptr_t)frame <= RAM_END - 8 * sizeof(*frame)) {
        put_registers("r0\0r1\0r2\0r3\0r12\0lr\0pc\0psr", frame);
    }
    put_registers("r4\0r5\0r6\0r7\0r8\0r9\0r10\0r11", saved);
    put_hex("sp", (uintptr_t)frame);
    put_hex("exc_return", exc_return);
    put_hex("cfsr", cfsr);
    put_hex("hfsr", hfsr);
    put_hex("bfar", HWREG(NVIC_FAULT_ADDR));
    put_hex("mmar", HWREG(NVIC_MM_ADDR));
    halt();
}

// Bit 2 of EXC_RETURN tells which stack the core used. If the main stack pointer is not sane, the dump takes a fresh one.
// clang-format off
__attribute__((naked))
void fault_handler(void) {
    __asm volatile (
        "cpsid i                    \n"
        "tst lr, #4                 \n"
        "ite eq                     \n"
        "mrseq r0, msp              \n"
        "mrsne r0, psp              \n"
        "mov r1, lr                 \n"
        "movw r2, #:lower16:main_stack + 256 \n" // what the dump itself needs
        "movt r2, #:upper16:main_stack + 256 \n"
        "cmp sp, r2                 \n"
        "blo 1f                     \n"
        LOAD_MAIN_STACK_TOP("r2")
        "cmp sp, r2                 \n"
        "bls 2f                     \n"
        "1:                         \n"
        LOAD_MAIN_STACK_TOP("r2")
        "msr msp, r2                \n"
        "2: push {r4-r11}           \n"
        "mov r2, sp                 \n"
        "b fault_dump               \n");
}
// clang-format on
