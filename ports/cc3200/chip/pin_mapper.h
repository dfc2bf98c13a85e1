// From names, GPIO numbers and peripherals' signals to pins. Pure: no hardware, no interpreter, no memory of its own.
// A pin is its index in pin_table, 0 to PIN_COUNT - 1.
#ifndef CC3200_CHIP_PIN_MAPPER_H
#define CC3200_CHIP_PIN_MAPPER_H

#include <stdbool.h>
#include <stddef.h>

#include "chip/pin_table.h"

#define PIN_NONE (-1)

// Room for the longest name that pin_mapper_chip_name or pin_mapper_function_name writes, with its end: "UART0_MISO".
#define PIN_NAME_SIZE (12)

// The pin that the chip (GP9) or the board (R5) calls so; PIN_NONE if nobody does. The name need not end in a NUL.
int pin_mapper_find(const char *name, size_t length);

// As pin_mapper_find, for one of the two only.
int pin_mapper_find_chip_name(const char *name, size_t length);
int pin_mapper_find_board_name(const char *name, size_t length);

// The pin of a GPIO number; PIN_NONE if the board doesn't bring it out.
int pin_mapper_find_gpio(unsigned gpio);

// The chip's name of a pin, "GP9", into text. Returns its length.
size_t pin_mapper_chip_name(int pin, char text[PIN_NAME_SIZE]);

// A pin's functions: a pointer to the first, and how many there are.
const pin_function_t *pin_mapper_functions(int pin, size_t *count);

// The pin's function behind a MODE value of 1 to 15; NULL if it has none there.
const pin_function_t *pin_mapper_function_at(int pin, unsigned mux);

// The pin's function that is this signal of this unit of this peripheral; NULL if the pin can't carry it.
const pin_function_t *pin_mapper_find_function(
    int pin, pin_peripheral_t peripheral, unsigned unit, pin_signal_t signal);

// Whether two functions are the same line of the same peripheral, on whatever pins.
bool pin_mapper_same_line(const pin_function_t *one, const pin_function_t *other);

// A function's name as the WiPy's pin-out gives it, "UART1_TX", into text. Returns its length.
size_t pin_mapper_function_name(const pin_function_t *function, char text[PIN_NAME_SIZE]);

#endif
