// Lines of a GPIO block.
#ifndef CC3200_CHIP_GPIO_H
#define CC3200_CHIP_GPIO_H

#include <stdbool.h>
#include <stdint.h>

#include "inc/hw_gpio.h"
#include "inc/hw_types.h"

// A block's data register, of which only these lines are touched: it is masked by address bits 9 to 2 (hw_gpio.h,
// GPIO_O_GPIO_DATA). bits: 1 for the first line to 128 for the last.
#define GPIO_LINES(block, bits) HWREG((block) + GPIO_O_GPIO_DATA + ((uint32_t)(bits) << 2))

// Drives one line.
static inline void gpio_write(uint32_t block, uint32_t bit, bool high) {
    GPIO_LINES(block, bit) = high ? bit : 0;
}

// The level of one line.
static inline bool gpio_read(uint32_t block, uint32_t bit) {
    return GPIO_LINES(block, bit) != 0;
}

#endif
