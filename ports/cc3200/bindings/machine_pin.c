// machine.Pin: the pads and the GPIO blocks, pin by pin.
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/virtpin.h"

#include "inc/hw_gpio.h"
#include "inc/hw_memmap.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "gpio.h"
#include "pin.h"
#include "prcm.h"

#include "bindings/machine_pin_irq.h"
#include "bindings/machine_pin.h"
#include "chip/gpio.h"
#include "chip/memory.h"
#include "chip/pad.h"

_Static_assert(GPIO_PORT(3) == GPIOA3_BASE && PRCM_GPIOA3 - PRCM_GPIOA0 == 3, "ports in a row");
_Static_assert(PIN_PULL_UP == PIN_TYPE_STD_PU && PIN_PULL_DOWN == PIN_TYPE_STD_PD, "pulls are the pad's bits");
_Static_assert(PIN_LOW_POWER == PIN_STRENGTH_2MA && PIN_HIGH_POWER == PIN_STRENGTH_6MA, "drives are the pad's bits");

static machine_pin_obj_t pins[PIN_COUNT] LOW_RAM;

gpio_line_t machine_pin_line(const machine_pin_obj_t *self) {
    unsigned gpio = pin_table[self->index].gpio;
    return (gpio_line_t){GPIO_PORT(gpio / 8), 1u << gpio % 8};
}

mp_obj_t machine_pin_of_gpio(unsigned gpio) {
    int index = pin_mapper_find_gpio(gpio);
    return index == PIN_NONE ? MP_OBJ_NULL : MP_OBJ_FROM_PTR(&pins[index]);
}

static bool is_gpio(unsigned mode) {
    return mode == PIN_IN || mode == PIN_OUT || mode == PIN_OPEN_DRAIN;
}

// An open-drain pin that is high floats: it is set as an input, so that it reads its wire and not what was written.
static bool drives(const machine_pin_obj_t *self) {
    return self->mode == PIN_OUT || (self->mode == PIN_OPEN_DRAIN && !self->value);
}

// Direction before level: a GPIO line that turns into an output starts with the level it last saw, not with what was
// written while it was an input (TI E2E forum, thread 502602).
static void drive_line(const machine_pin_obj_t *self) {
    gpio_line_t line = machine_pin_line(self);
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (drives(self)) {
        HWREG(line.base + GPIO_O_GPIO_DIR) |= line.bit;
        gpio_write(line.base, line.bit, self->value);
    } else {
        HWREG(line.base + GPIO_O_GPIO_DIR) &= ~line.bit;
    }
    MICROPY_END_ATOMIC_SECTION(state);
}

static void configure(machine_pin_obj_t *self) {
    unsigned gpio = pin_table[self->index].gpio;
    bool open_drain = self->mode == PIN_OPEN_DRAIN || self->mode == PIN_ALT_OPEN_DRAIN;
    uint32_t setting = self->pad | (open_drain ? PIN_TYPE_OD : 0);
    self->used = 1;
    if (is_gpio(self->mode)) {
        gpio_line_t line = machine_pin_line(self);
        MAP_PRCMPeripheralClkEnable(PRCM_GPIOA0 + gpio / 8, PRCM_RUN_MODE_CLK | PRCM_SLP_MODE_CLK);
        if ((PAD(gpio) & PAD_MODE_MASK) != PIN_MODE_0 || !(HWREG(line.base + GPIO_O_GPIO_DIR) & line.bit)) {
            // Not an output yet: the pad stays off until the level is right, so that nothing pulses the wrong way.
            PAD(gpio) = setting | PAD_OUTPUT_OFF;
        }
        drive_line(self);
    }
    PAD_DIGITAL_INPUT(gpio);
    PAD(gpio) = setting;
}

ONE_COPY void machine_pin_release(machine_pin_obj_t *self) {
    self->mode = PIN_IN;
    self->pad = PIN_PULL_NONE | PIN_MED_POWER;
    self->value = 0;
    configure(self);
    self->used = 0;
}

void machine_pins_init(void) {
    for (unsigned index = 0; index < PIN_COUNT; ++index) {
        machine_pin_obj_t *self = &pins[index];
        self->base.type = &machine_pin_type;
        self->index = index;
        if (self->used) {
            machine_pin_release(self);
        }
    }
}

machine_pin_obj_t *machine_pin_find(mp_obj_t id) {
    if (mp_obj_is_type(id, &machine_pin_type)) {
        return MP_OBJ_TO_PTR(id);
    }
    if (mp_obj_is_str(id)) {
        size_t length;
        const char *name = mp_obj_str_get_data(id, &length);
        int index = pin_mapper_find(name, length);
        if (index != PIN_NONE) {
            return &pins[index];
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("no such pin"));
}

const pin_function_t *machine_pin_function(
    const machine_pin_obj_t *self, pin_peripheral_t peripheral, unsigned unit, pin_signal_t signal) {
    const pin_function_t *function = pin_mapper_find_function(self->index, peripheral, unit, signal);
    if (function == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("pin can't do that"));
    }
    return function;
}

// A line of a peripheral can be on one pin only: whoever has it besides `self` becomes an input.
static void take_line(const machine_pin_obj_t *self, const pin_function_t *wanted) {
    for (unsigned index = 0; index < PIN_COUNT; ++index) {
        machine_pin_obj_t *other = &pins[index];
        const pin_function_t *function = pin_mapper_function_at(index, other->pad & PIN_ALTS);
        if (other != self && function != NULL && pin_mapper_same_line(function, wanted)) {
            machine_pin_release(other);
        }
    }
}

void machine_pin_release_unit(
    pin_peripheral_t peripheral, unsigned unit, machine_pin_obj_t *const *stay, size_t count) {
    for (unsigned index = 0; index < PIN_COUNT; ++index) {
        machine_pin_obj_t *pin = &pins[index];
        const pin_function_t *function = pin_mapper_function_at(index, pin->pad & PIN_ALTS);
        bool stays = function == NULL || function->peripheral != peripheral || function->unit != unit;
        for (size_t at = 0; at < count; ++at) {
            stays |= stay[at] == pin;
        }
        if (!stays) {
            machine_pin_release(pin);
        }
    }
}

void machine_pin_connect(machine_pin_obj_t *self, const pin_function_t *function, uint32_t pad) {
    take_line(self, function);
    self->mode = PIN_ALT;
    self->pad = function->mux | pad;
    configure(self);
}

int machine_pin_read(const machine_pin_obj_t *self) {
    gpio_line_t line = machine_pin_line(self);
    return gpio_read(line.base, line.bit);
}

void machine_pin_write(machine_pin_obj_t *self, bool value) {
    self->value = value;
    if (self->mode == PIN_OUT) {
        gpio_line_t line = machine_pin_line(self);
        gpio_write(line.base, line.bit, value);
    } else if (self->mode == PIN_OPEN_DRAIN) {
        drive_line(self);
    }
}

/******************************************************************************/
// What Python sees.

static unsigned checked_mode(mp_obj_t value) {
    mp_int_t mode = mp_obj_get_int(value);
    if (mode < PIN_IN || mode > PIN_OPEN_DRAIN) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid mode"));
    }
    return mode;
}

ONE_COPY static unsigned checked_pull(mp_obj_t value) {
    if (value == mp_const_none) {
        return PIN_PULL_NONE;
    }
    mp_int_t pull = mp_obj_get_int(value);
    if (pull != PIN_PULL_UP && pull != PIN_PULL_DOWN) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid pull"));
    }
    return pull;
}

static unsigned checked_drive(mp_int_t drive) {
    if (drive != PIN_LOW_POWER && drive != PIN_MED_POWER && drive != PIN_HIGH_POWER) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid drive"));
    }
    return drive;
}

// The MODE field for `alt`: -1 keeps what an ALT pin has, a GPIO pin takes no other.
static unsigned checked_alt(const machine_pin_obj_t *self, unsigned mode, mp_int_t alt) {
    if (alt == -1) {
        return is_gpio(mode) ? 0 : self->pad & PIN_ALTS;
    }
    if (is_gpio(mode) || (alt != 0 && pin_mapper_function_at(self->index, alt) == NULL)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid alt"));
    }
    return alt;
}

static void init_helper(machine_pin_obj_t *self, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_mode, ARG_pull, ARG_value, ARG_drive, ARG_alt };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_mode, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(PIN_IN)}},
        {MP_QSTR_pull, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_drive, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = PIN_MED_POWER}},
        {MP_QSTR_alt, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);

    // Everything is checked before anything is changed.
    unsigned mode = checked_mode(args[ARG_mode].u_obj);
    unsigned pull = checked_pull(args[ARG_pull].u_obj);
    unsigned drive = checked_drive(args[ARG_drive].u_int);
    unsigned alt = checked_alt(self, mode, args[ARG_alt].u_int);
    const pin_function_t *function = pin_mapper_function_at(self->index, alt);
    if (function != NULL) {
        take_line(self, function);
    }
    if (args[ARG_value].u_obj != mp_const_none) {
        self->value = mp_obj_is_true(args[ARG_value].u_obj);
    }
    self->mode = mode;
    self->pad = alt | pull | drive;
    configure(self);
}

static mp_obj_t pin_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    machine_pin_obj_t *self = machine_pin_find(args[0]);
    // With nothing but its name, a pin that someone has set up stays as it is.
    if (n_args > 1 || n_kw > 0 || !self->used) {
        mp_map_t kw_args;
        mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
        init_helper(self, n_args - 1, args + 1, &kw_args);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t pin_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    init_helper(MP_OBJ_TO_PTR(args[0]), n_args - 1, args + 1, kw_args);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_init_obj, 1, pin_init);

static mp_obj_t pin_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (n_args == 0) {
        return MP_OBJ_NEW_SMALL_INT(machine_pin_read(self));
    }
    machine_pin_write(self, mp_obj_is_true(args[0]));
    return mp_const_none;
}

static mp_obj_t pin_value(size_t n_args, const mp_obj_t *args) {
    return pin_call(args[0], n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_value_obj, 1, 2, pin_value);

static mp_obj_t pin_toggle(mp_obj_t self_in) {
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    machine_pin_write(self, !self->value);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_toggle_obj, pin_toggle);

static mp_obj_t pin_on(mp_obj_t self_in) {
    machine_pin_write(MP_OBJ_TO_PTR(self_in), true);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_on_obj, pin_on);

static mp_obj_t pin_off(mp_obj_t self_in) {
    machine_pin_write(MP_OBJ_TO_PTR(self_in), false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_off_obj, pin_off);

static mp_obj_t pin_id(mp_obj_t self_in) {
    const machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    char name[PIN_NAME_SIZE];
    return mp_obj_new_str(name, pin_mapper_chip_name(self->index, name));
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_id_obj, pin_id);

static mp_obj_t pin_mode(size_t n_args, const mp_obj_t *args) {
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args == 1) {
        return MP_OBJ_NEW_SMALL_INT(self->mode);
    }
    unsigned mode = checked_mode(args[1]);
    self->pad = (self->pad & ~PIN_ALTS) | checked_alt(self, mode, -1);
    self->mode = mode;
    configure(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_mode_obj, 1, 2, pin_mode);

static mp_obj_t pin_pull(size_t n_args, const mp_obj_t *args) {
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args == 1) {
        unsigned pull = self->pad & PIN_PULLS;
        return pull == PIN_PULL_NONE ? mp_const_none : MP_OBJ_NEW_SMALL_INT(pull);
    }
    self->pad = (self->pad & ~PIN_PULLS) | checked_pull(args[1]);
    configure(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_pull_obj, 1, 2, pin_pull);

static mp_obj_t pin_drive(size_t n_args, const mp_obj_t *args) {
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args == 1) {
        return MP_OBJ_NEW_SMALL_INT(self->pad & PIN_DRIVES);
    }
    self->pad = (self->pad & ~PIN_DRIVES) | checked_drive(mp_obj_get_int(args[1]));
    configure(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_drive_obj, 1, 2, pin_drive);

// [(name, index), ...]; an ADC input's index is -1, as no value of alt= selects it.
static mp_obj_t pin_alt_list(mp_obj_t self_in) {
    const machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    size_t count;
    const pin_function_t *functions = pin_mapper_functions(self->index, &count);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (size_t at = 0; at < count; ++at) {
        char name[PIN_NAME_SIZE];
        size_t length = pin_mapper_function_name(&functions[at], name);
        int mux = functions[at].mux;
        mp_obj_t items[] = {mp_obj_new_str(name, length), MP_OBJ_NEW_SMALL_INT(mux == 0 ? -1 : mux)};
        mp_obj_list_append(list, mp_obj_new_tuple(MP_ARRAY_SIZE(items), items));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_alt_list_obj, pin_alt_list);

static void pin_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    static const uint16_t modes[] = {
        MP_QSTR_IN,
        MP_QSTR_OUT,
        MP_QSTR_ALT,
        MP_QSTR_ALT_OPEN_DRAIN,
        MP_QSTR_OPEN_DRAIN,
    };
    (void)kind;
    const machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    char name[PIN_NAME_SIZE];
    pin_mapper_chip_name(self->index, name);
    unsigned pull = self->pad & PIN_PULLS;
    unsigned drive = self->pad & PIN_DRIVES;
    mp_printf(print, "Pin('%s', mode=Pin.%q, pull=%s%q, drive=Pin.%q, alt=%d)", name, modes[self->mode],
        pull == PIN_PULL_NONE ? "" : "Pin.",
        pull == PIN_PULL_NONE     ? MP_QSTR_None
            : pull == PIN_PULL_UP ? MP_QSTR_PULL_UP
                                  : MP_QSTR_PULL_DOWN,
        drive == PIN_LOW_POWER       ? MP_QSTR_LOW_POWER
            : drive == PIN_MED_POWER ? MP_QSTR_MED_POWER
                                     : MP_QSTR_HIGH_POWER,
        self->pad & PIN_ALTS ? self->pad & PIN_ALTS : -1);
}

// What machine.Signal and the core's pin functions call.
static mp_uint_t pin_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    (void)errcode;
    machine_pin_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
        case MP_PIN_READ:
            return machine_pin_read(self);
        case MP_PIN_WRITE:
            machine_pin_write(self, arg);
            return 0;
        default:
            return -1;
    }
}

static const mp_pin_p_t pin_protocol = {
    .ioctl = pin_ioctl,
};

// Pin.board and Pin.cpu: a pin by its name as an attribute. The mapper's tables serve; there is no dictionary.
typedef struct {
    mp_obj_base_t base;
    int (*find)(const char *name, size_t length);
} pin_names_obj_t;

static void pin_names_attr(mp_obj_t self_in, qstr attribute, mp_obj_t *destination) {
    const pin_names_obj_t *self = MP_OBJ_TO_PTR(self_in);
    size_t length;
    const char *name = (const char *)qstr_data(attribute, &length);
    int index = self->find(name, length);
    if (destination[0] == MP_OBJ_NULL && index != PIN_NONE) {
        destination[0] = MP_OBJ_FROM_PTR(&pins[index]);
    }
}

static MP_DEFINE_CONST_OBJ_TYPE(pin_names_type, MP_QSTR_pins, MP_TYPE_FLAG_NONE, attr, pin_names_attr);

// The chip's names serve on a board too, as they always did on the WiPy.
static const pin_names_obj_t pin_board_obj = {{&pin_names_type}, pin_mapper_find};
static const pin_names_obj_t pin_cpu_obj = {{&pin_names_type}, pin_mapper_find_chip_name};

static const mp_rom_map_elem_t pin_locals_dict_table[] = {
    {MP_ROM_QSTR(MP_QSTR_board), MP_ROM_PTR(&pin_board_obj)},
    {MP_ROM_QSTR(MP_QSTR_cpu), MP_ROM_PTR(&pin_cpu_obj)},
    {MP_ROM_QSTR(MP_QSTR_id), MP_ROM_PTR(&pin_id_obj)},
    {MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&pin_init_obj)},

    {MP_ROM_QSTR(MP_QSTR_mode), MP_ROM_PTR(&pin_mode_obj)},
    {MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(PIN_IN)},
    {MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(PIN_OUT)},
    {MP_ROM_QSTR(MP_QSTR_OPEN_DRAIN), MP_ROM_INT(PIN_OPEN_DRAIN)},
    {MP_ROM_QSTR(MP_QSTR_ALT), MP_ROM_INT(PIN_ALT)},
    {MP_ROM_QSTR(MP_QSTR_ALT_OPEN_DRAIN), MP_ROM_INT(PIN_ALT_OPEN_DRAIN)},
    {MP_ROM_QSTR(MP_QSTR_alt_list), MP_ROM_PTR(&pin_alt_list_obj)},

    {MP_ROM_QSTR(MP_QSTR_pull), MP_ROM_PTR(&pin_pull_obj)},
    {MP_ROM_QSTR(MP_QSTR_PULL_UP), MP_ROM_INT(PIN_PULL_UP)},
    {MP_ROM_QSTR(MP_QSTR_PULL_DOWN), MP_ROM_INT(PIN_PULL_DOWN)},

    {MP_ROM_QSTR(MP_QSTR_drive), MP_ROM_PTR(&pin_drive_obj)},
    {MP_ROM_QSTR(MP_QSTR_LOW_POWER), MP_ROM_INT(PIN_LOW_POWER)},
    {MP_ROM_QSTR(MP_QSTR_MED_POWER), MP_ROM_INT(PIN_MED_POWER)},
    {MP_ROM_QSTR(MP_QSTR_HIGH_POWER), MP_ROM_INT(PIN_HIGH_POWER)},

    {MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&machine_pin_irq_obj)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_FALLING), MP_ROM_INT(PIN_IRQ_FALLING)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_RISING), MP_ROM_INT(PIN_IRQ_RISING)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_LOW_LEVEL), MP_ROM_INT(PIN_IRQ_LOW_LEVEL)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_HIGH_LEVEL), MP_ROM_INT(PIN_IRQ_HIGH_LEVEL)},

    {MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&pin_value_obj)},
    {MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&pin_on_obj)},
    {MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&pin_off_obj)},
    {MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&pin_toggle_obj)},
};
static MP_DEFINE_CONST_DICT(pin_locals_dict, pin_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(machine_pin_type, MP_QSTR_Pin, MP_TYPE_FLAG_NONE, locals_dict, &pin_locals_dict, protocol,
    &pin_protocol, make_new, pin_make_new, call, pin_call, print, pin_print);
