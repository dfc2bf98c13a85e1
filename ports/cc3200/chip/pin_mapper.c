// From names, GPIO numbers and peripherals' signals to pins.
#include "chip/pin_mapper.h"

#include <string.h>

// In the order of pin_peripheral_t and pin_signal_t. A timer's half is not part of the name.
static const char peripheral_names[][5] = {"UART", "SPI", "I2S", "I2C", "TIM", "SD", "ADC"};
static const char signal_names[][5] = {
    "TX",
    "RX",
    "RTS",
    "CTS",
    "CLK",
    "MOSI",
    "MISO",
    "CS0",
    "FS",
    "DAT0",
    "DAT1",
    "SDA",
    "SCL",
    "PWM",
    "PWM",
    "CC",
    "CC",
    "CMD",
    "IRQ",
    "CH0",
    "CH1",
    "CH2",
    "CH3",
};

_Static_assert(sizeof(peripheral_names) / sizeof(peripheral_names[0]) == PIN_ADC + 1, "a name each");
_Static_assert(sizeof(signal_names) / sizeof(signal_names[0]) == PIN_SIGNAL_CH3 + 1, "a name each");

static size_t append(char *text, size_t length, const char *more) {
    size_t added = strlen(more);
    memcpy(text + length, more, added + 1);
    return length + added;
}

int pin_mapper_find(const char *name, size_t length) {
    int pin = pin_mapper_find_chip_name(name, length);
    return pin != PIN_NONE ? pin : pin_mapper_find_board_name(name, length);
}

int pin_mapper_find_chip_name(const char *name, size_t length) {
    char candidate[PIN_NAME_SIZE];
    for (int pin = 0; pin < PIN_COUNT; ++pin) {
        if (pin_mapper_chip_name(pin, candidate) == length && memcmp(candidate, name, length) == 0) {
            return pin;
        }
    }
    return PIN_NONE;
}

int pin_mapper_find_board_name(const char *name, size_t length) {
    const char *candidate = pin_board_names;
    for (int nth = 0; nth < PIN_BOARD_NAME_COUNT; ++nth) {
        size_t candidate_length = strlen(candidate);
        if (candidate_length == length && memcmp(candidate, name, length) == 0) {
            return pin_board_name_pins[nth];
        }
        candidate += candidate_length + 1;
    }
    return PIN_NONE;
}

int pin_mapper_find_gpio(unsigned gpio) {
    for (int pin = 0; pin < PIN_COUNT; ++pin) {
        if (pin_table[pin].gpio == gpio) {
            return pin;
        }
    }
    return PIN_NONE;
}

size_t pin_mapper_chip_name(int pin, char text[PIN_NAME_SIZE]) {
    unsigned gpio = pin_table[pin].gpio;
    size_t length = append(text, 0, "GP");
    if (gpio >= 10) {
        text[length++] = '0' + gpio / 10;
    }
    text[length++] = '0' + gpio % 10;
    text[length] = '\0';
    return length;
}

const pin_function_t *pin_mapper_functions(int pin, size_t *count) {
    *count = pin_table[pin + 1].first_function - pin_table[pin].first_function;
    return &pin_functions[pin_table[pin].first_function];
}

const pin_function_t *pin_mapper_function_at(int pin, unsigned mux) {
    size_t count;
    const pin_function_t *function = pin_mapper_functions(pin, &count);
    for (; count > 0; --count, ++function) {
        if (mux != 0 && function->mux == mux) {
            return function;
        }
    }
    return NULL;
}

const pin_function_t *pin_mapper_find_function(
    int pin, pin_peripheral_t peripheral, unsigned unit, pin_signal_t signal) {
    size_t count;
    const pin_function_t *function = pin_mapper_functions(pin, &count);
    for (; count > 0; --count, ++function) {
        if (function->peripheral == peripheral && function->unit == unit && function->signal == signal) {
            return function;
        }
    }
    return NULL;
}

bool pin_mapper_same_line(const pin_function_t *one, const pin_function_t *other) {
    return one->peripheral == other->peripheral && one->unit == other->unit && one->signal == other->signal;
}

size_t pin_mapper_function_name(const pin_function_t *function, char text[PIN_NAME_SIZE]) {
    size_t length = append(text, 0, peripheral_names[function->peripheral]);
    text[length++] = '0' + function->unit;
    text[length++] = '_';
    return append(text, length, signal_names[function->signal]);
}
