// From the ROM loader's jump to main(): the relocator, which runs where the file was loaded, and the start-up code, which
// runs where it copied the rest of the file to.
#include <stdint.h>
#include <string.h>

#include "inc/hw_ints.h"
#include "inc/hw_nvic.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "interrupt.h"
#include "prcm.h"

#include "boot/delay.h"
#include "boot/stop.h"

typedef void (*vector_t)(void);

extern uint32_t bss_start, bss_end, stack_top;

int main(void);
void relocate(void);
void start(void);

static vector_t vectors[NUM_INTERRUPTS] __attribute__((section(".vectors"), used));

// The two words that the ROM's loader takes.
__attribute__((section(".head.words"), used)) static const struct {
    void *stack_top;
    vector_t entry;
} header = {&stack_top, relocate};

// Nothing is called before the copy is whole.
// clang-format off
__attribute__((naked, noreturn, section(".head.code"), used))
void relocate(void) {
    __asm volatile (
        "cpsid i                            \n"
        "movw r0, #:lower16:code_start      \n"
        "movt r0, #:upper16:code_start      \n"
        "movw r1, #:lower16:code_end        \n"
        "movt r1, #:upper16:code_end        \n"
        "movw r2, #:lower16:code_loaded     \n"
        "movt r2, #:upper16:code_loaded     \n"
        "1: ldr r3, [r2], #4                \n"
        "str r3, [r0], #4                   \n"
        "cmp r0, r1                         \n"
        "blo 1b                             \n"
        "movw r0, #:lower16:stack_top       \n"
        "movt r0, #:upper16:stack_top       \n"
        "msr msp, r0                        \n"
        "movw r0, #:lower16:start           \n"
        "movt r0, #:upper16:start           \n"
        "dsb                                \n"
        "isb                                \n"
        "bx r0                              \n");
}
// clang-format on

static void fault(void) {
    stop("fault");
}

__attribute__((noreturn, used)) void start(void) {
    memset(&bss_start, 0, (uintptr_t)&bss_end - (uintptr_t)&bss_start);
    vectors[0] = (vector_t)&stack_top;
    for (unsigned at = 1; at < NUM_INTERRUPTS; at++) {
        vectors[at] = fault;
    }
    vectors[FAULT_SYSTICK] = delay_over;
    MAP_IntVTableBaseSet((unsigned long)vectors);
    PRCMCC3200MCUInit();
    MAP_IntMasterEnable();
    main();
    for (;;) {
    }
}
