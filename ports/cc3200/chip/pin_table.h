// The shape of the pin tables that the build generates from boards/*.csv. Knows no hardware.
#ifndef CC3200_CHIP_PIN_TABLE_H
#define CC3200_CHIP_PIN_TABLE_H

#include <stdint.h>

#include "genhdr/pins.h"

// What a pad can be routed to besides GPIO.
typedef enum {
    PIN_UART,
    PIN_SPI,
    PIN_I2S,
    PIN_I2C,
    PIN_TIM,
    PIN_SD,
    PIN_ADC,
} pin_peripheral_t;

// A peripheral's line. A timer's lines belong to one of its halves, A or B.
typedef enum {
    PIN_SIGNAL_TX,
    PIN_SIGNAL_RX,
    PIN_SIGNAL_RTS,
    PIN_SIGNAL_CTS,
    PIN_SIGNAL_CLK,
    PIN_SIGNAL_MOSI,
    PIN_SIGNAL_MISO,
    PIN_SIGNAL_CS0,
    PIN_SIGNAL_FS,
    PIN_SIGNAL_DAT0,
    PIN_SIGNAL_DAT1,
    PIN_SIGNAL_SDA,
    PIN_SIGNAL_SCL,
    PIN_SIGNAL_PWM_A,
    PIN_SIGNAL_PWM_B,
    PIN_SIGNAL_CC_A,
    PIN_SIGNAL_CC_B,
    PIN_SIGNAL_CMD,
    PIN_SIGNAL_IRQ,
    PIN_SIGNAL_CH0,
    PIN_SIGNAL_CH1,
    PIN_SIGNAL_CH2,
    PIN_SIGNAL_CH3,
} pin_signal_t;

// One alternate function of one pad. mux is the pad register's MODE field, 1 to 15; 0 means the pad's analog input.
typedef struct {
    uint16_t mux : 4;
    uint16_t peripheral : 4;
    uint16_t unit : 2;
    uint16_t signal : 6;
} pin_function_t;

_Static_assert(sizeof(pin_function_t) == 2, "a function takes two bytes of the image");

// One pin. Its functions are pin_functions[first_function] up to, not including, the next pin's first_function.
typedef struct {
    uint8_t gpio;  // 0 to 31
    uint8_t first_function;
} pin_description_t;

// The board's pins in GPIO order, then one entry that only ends the last pin's functions.
extern const pin_description_t pin_table[PIN_COUNT + 1];
extern const pin_function_t pin_functions[];

// The board's own names, "name\0" one after the other; the nth belongs to pin_table[pin_board_name_pins[n]].
extern const char pin_board_names[];
extern const uint8_t pin_board_name_pins[PIN_BOARD_NAME_COUNT + 1];

#endif
