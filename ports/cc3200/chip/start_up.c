// From the loader's jump to main(): vectors, zeroed variables, painted stacks, clocks.
#include <string.h>

#include "inc/hw_ints.h"
#include "inc/hw_nvic.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "interrupt.h"
#include "prcm.h"

#include "chip/fault.h"
#include "chip/memory.h"
#include "chip/start_up.h"

extern uint32_t lowbss_start, lowbss_end, bss_start, bss_end;

void vPortSVCHandler(void);
void xPortPendSVHandler(void);
void xPortSysTickHandler(void);
int main(void);
void start_up(void);
void start_up_in_c(void);

typedef void (*vector_t)(void);

// Lives at 0x20000000; IntRegister() of the driver library writes handlers into it.
static vector_t vectors[NUM_INTERRUPTS] __attribute__((section(".vectors"), used));

uint32_t main_stack[MAIN_STACK_BYTES / sizeof(uint32_t)] STACK_SECTION;

// The two words every loader of the chip looks for where the image begins.
__attribute__((section(".image_header"), used)) static const struct {
    void *stack_top;
    vector_t entry;
} image_header = {&main_stack[MAIN_STACK_BYTES / sizeof(uint32_t)], start_up};

ONE_COPY static void zero(uint32_t *from, uint32_t *to) {
    memset(from, 0, (uintptr_t)to - (uintptr_t)from);
}

BOOT_CODE __attribute__((noreturn, used)) void start_up_in_c(void) {
    // Only words below this function's own frame may be painted.
    uint32_t *frame = __builtin_frame_address(0);
    for (uint32_t *word = main_stack; word < frame - 32; word++) {
        *word = STACK_PAINT;
    }
    zero(&lowbss_start, &lowbss_end);
    zero(&bss_start, &bss_end);

    vectors[0] = (vector_t)image_header.stack_top; // the kernel's first task starts with it
    for (unsigned i = 1; i < NUM_INTERRUPTS; i++) {
        vectors[i] = fault_handler;
    }
    vectors[FAULT_SVCALL] = vPortSVCHandler;
    vectors[FAULT_PENDSV] = xPortPendSVHandler;
    vectors[FAULT_SYSTICK] = xPortSysTickHandler;
    MAP_IntVTableBaseSet((unsigned long)vectors);
    // Bus, memory and usage faults keep their own status bits; a division by zero in C traps.
    HWREG(NVIC_SYS_HND_CTRL) |= NVIC_SYS_HND_CTRL_USAGE | NVIC_SYS_HND_CTRL_BUS | NVIC_SYS_HND_CTRL_MEM;
    HWREG(NVIC_CFG_CTRL) |= NVIC_CFG_CTRL_DIV0;

    // Harmless twice: a bootloader has done it when there is one, the chip's own loader has not.
    PRCMCC3200MCUInit();
    main();
    for (;;) {
    }
}

// The chip's loader comes with the stack pointer it read from image_header, other loaders may not.
// clang-format off
__attribute__((naked, noreturn))
void start_up(void) {
    __asm volatile (
        "cpsid i            \n"
        "movs r0, #0        \n"
        "msr control, r0    \n"
        "msr basepri, r0    \n"
        LOAD_MAIN_STACK_TOP("r0")
        "msr msp, r0        \n"
        "isb                \n"
        "b start_up_in_c    \n");
}
// clang-format on
