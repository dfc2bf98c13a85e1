// machine.Pin and what other classes need of it: finding a pin, and routing it to their peripheral.
#ifndef CC3200_BINDINGS_MACHINE_PIN_H
#define CC3200_BINDINGS_MACHINE_PIN_H

#include "py/obj.h"

#include "inc/hw_memmap.h"

#include "chip/pin_mapper.h"

// Values that Python sees. Modes, pulls and drives have no value in common, so that one given for another is refused;
// pulls and drives are the bits of the pad register (hw_ocp_shared.h).
enum {
    PIN_IN,
    PIN_OUT,
    PIN_ALT,
    PIN_ALT_OPEN_DRAIN,
    PIN_OPEN_DRAIN,
};

enum {
    PIN_PULL_NONE = 0,
    PIN_PULL_UP = 0x100,
    PIN_PULL_DOWN = 0x200,
};

enum {
    PIN_LOW_POWER = 0x20,  // 2 mA
    PIN_MED_POWER = 0x40,  // 4 mA
    PIN_HIGH_POWER = 0x60, // 6 mA
};

typedef struct {
    mp_obj_base_t base;
    uint16_t pad;     // as the pad register has them: MODE (what alt= says, 0: GPIO), drive and pull
    uint8_t index;    // in pin_table
    uint8_t mode : 3;
    uint8_t used : 1; // configured by someone in this session
    uint8_t value : 1; // what an output drives, or will drive
} machine_pin_obj_t;

#define PIN_ALTS (0x0f)
#define PIN_PULLS (PIN_PULL_UP | PIN_PULL_DOWN)
#define PIN_DRIVES (PIN_LOW_POWER | PIN_MED_POWER | PIN_HIGH_POWER)

extern const mp_obj_type_t machine_pin_type;

// At the start of a session: pins that the session before used become inputs again. Others are left alone.
void machine_pins_init(void);

// The pin a script means: a Pin, or the name of one. Raises ValueError.
machine_pin_obj_t *machine_pin_find(mp_obj_t id);

// Routes a pin to a peripheral's line and takes the line off the pin that had it. `function` is one of the pin's own; pad:
// pull and drive.
void machine_pin_connect(machine_pin_obj_t *pin, const pin_function_t *function, uint32_t pad);

// The pin's function that is this line. Raises ValueError if the pin can't carry it.
const pin_function_t *machine_pin_function(
    const machine_pin_obj_t *pin, pin_peripheral_t peripheral, unsigned unit, pin_signal_t signal);

// Releases the pins that carry lines of this unit, but for those in `stay`.
void machine_pin_release_unit(pin_peripheral_t peripheral, unsigned unit, machine_pin_obj_t *const *stay, size_t count);

// Makes a pin an input without pull, as after a reset.
void machine_pin_release(machine_pin_obj_t *pin);

// Where a pin is among the GPIO blocks.
typedef struct {
    uint32_t base; // of the port
    uint32_t bit;
} gpio_line_t;

// Ports A0 to A3 follow each other in the address map (hw_memmap.h), eight GPIOs each.
#define GPIO_PORT(port) (GPIOA0_BASE + (port) * (GPIOA1_BASE - GPIOA0_BASE))

// Where in the GPIO ports a pin is.
gpio_line_t machine_pin_line(const machine_pin_obj_t *pin);

// The Pin of a GPIO number; MP_OBJ_NULL if the board doesn't bring it out.
mp_obj_t machine_pin_of_gpio(unsigned gpio);

// The level at an input, or what an output drives: 0 or 1.
int machine_pin_read(const machine_pin_obj_t *pin);
void machine_pin_write(machine_pin_obj_t *pin, bool value);

#endif
