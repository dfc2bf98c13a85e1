// Lines of a GPIO block.
#ifndef CC3200_CHIP_GPIO_H
#define CC3200_CHIP_GPIO_H

#include <stdbool.h>
#include <stdint.h>

#include "inc/hw_gpio.h"
#include "inc/hw_types.h"

// Drive one line. bit: its bit in the block, 1 to 128. The data register is masked by address bits 9 to 2 (hw_gpio.h,
// GPIO_O_GPIO_DATA): no other line is touched.
static inline void gpio_write(uint32_t block, uint8_t bit, bool high) {
    HWREG(block + GPIO_O_GPIO_DATA + ((uint32_t)bit << 2)) = high ? bit : 0;
}

#endif
