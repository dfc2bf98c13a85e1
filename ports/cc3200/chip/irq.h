// Interrupts of the core as a whole: off and on, and whether the caller is in a handler.
#ifndef CC3200_CHIP_IRQ_H
#define CC3200_CHIP_IRQ_H

#include <stdbool.h>
#include <stdint.h>

// Interrupts off; returns what interrupts_restore() takes to bring back the state before. Both nest.
static inline uint32_t interrupts_disable(void) {
    uint32_t primask;
    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(primask)::"memory");
    return primask;
}

static inline void interrupts_restore(uint32_t primask) {
    __asm volatile("msr primask, %0" ::"r"(primask) : "memory");
}

static inline bool interrupts_enabled(void) {
    uint32_t primask;
    __asm volatile("mrs %0, primask" : "=r"(primask));
    return primask == 0;
}

// The number of the exception whose handler runs (hw_ints.h), 0 in a task.
static inline uint32_t exception_number(void) {
    uint32_t exception;
    __asm volatile("mrs %0, ipsr" : "=r"(exception));
    return exception;
}

#endif
