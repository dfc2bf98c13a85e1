// machine.UART over the driver; included by extmod/machine_uart.c alone, which defines the methods.
#include "py/mphal.h"
#include "py/mperrno.h"

#include "inc/hw_ints.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "interrupt.h"
#include <uart.h> // the driver library's

#include "bindings/machine_irq.h"
#include "bindings/machine_pin.h"
#include "bindings/machine_uart_object.h"
#include "bindings/uart_io.h"

#define MICROPY_PY_MACHINE_UART_CLASS_CONSTANTS \
    {MP_ROM_QSTR(MP_QSTR_EVEN), MP_ROM_INT(PARITY_EVEN)}, {MP_ROM_QSTR(MP_QSTR_ODD), MP_ROM_INT(PARITY_ODD)}, \
        {MP_ROM_QSTR(MP_QSTR_RX_ANY), MP_ROM_INT(IRQ_RX_ANY)}, {MP_ROM_QSTR(MP_QSTR_IRQ_RX), MP_ROM_INT(IRQ_RX_ANY)}, \
        {MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&uart_irq_obj)},

#define FRAME_BITS_MAX (12) // start, 8 bits, parity, 2 stop bits

enum { PARITY_EVEN, PARITY_ODD };
enum { IRQ_RX_ANY = 1 };

struct _machine_uart_obj_t {
    mp_obj_base_t base;
    uint8_t id;
    uint16_t timeout;      // ms to the first byte of a read
    uint16_t timeout_char; // ms between bytes of a read
};

static machine_uart_obj_t uart_objects[UART_COUNT] = {
    {.base = {&machine_uart_type}, .id = 0},
    {.base = {&machine_uart_type}, .id = 1},
};

mp_obj_t uart_object(unsigned id) {
    return MP_OBJ_FROM_PTR(&uart_objects[id]);
}

bool uart_object_is_quiet(mp_const_obj_t stream) {
    if (stream == MP_OBJ_NULL || !mp_obj_is_type(stream, &machine_uart_type)) {
        return false;
    }
    unsigned id = ((const machine_uart_obj_t *)MP_OBJ_TO_PTR(stream))->id;
    return uart_settings(id)->baud != 0 && uart_received(id) == 0;
}

bool mp_os_dupterm_is_builtin_stream(mp_const_obj_t stream) {
    return mp_obj_is_type(stream, &machine_uart_type);
}

// GPIO numbers of the pins a UART has unless told otherwise.
static const uint8_t default_gpios[UART_COUNT][2] = BOARD_UART_GPIOS;

// The lines in the order of the argument `pins`, and the flow control that giving one of them asks for.
static const struct {
    uint8_t signal;
    uint16_t flow;
} uart_lines[] = {
    {PIN_SIGNAL_TX, 0},
    {PIN_SIGNAL_RX, 0},
    {PIN_SIGNAL_RTS, UART_FLOWCONTROL_RX},
    {PIN_SIGNAL_CTS, UART_FLOWCONTROL_TX},
};

// pins: MP_OBJ_NULL for the defaults, None to leave all as they are, or (tx, rx) or (tx, rx, rts, cts), any of them None.
// Returns the flow control.
static uint32_t connect_pins(unsigned id, mp_obj_t pins) {
    mp_obj_t defaults[2];
    size_t count = 2;
    mp_obj_t *items = defaults;
    if (pins == MP_OBJ_NULL) {
        defaults[0] = machine_pin_of_gpio(default_gpios[id][0]);
        defaults[1] = machine_pin_of_gpio(default_gpios[id][1]);
    } else if (pins == mp_const_none) {
        return UART_FLOWCONTROL_NONE;
    } else {
        mp_obj_get_array(pins, &count, &items);
    }
    if (count != 2 && count != MP_ARRAY_SIZE(uart_lines)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid argument(s) value"));
    }
    machine_pin_obj_t *wanted[MP_ARRAY_SIZE(uart_lines)] = {NULL};
    const pin_function_t *functions[MP_ARRAY_SIZE(uart_lines)];
    for (unsigned line = 0; line < count; line++) {
        // A default that the board does not bring out is MP_OBJ_NULL.
        if (items[line] != mp_const_none && items[line] != MP_OBJ_NULL) {
            wanted[line] = machine_pin_find(items[line]);
            functions[line] = machine_pin_function(wanted[line], PIN_UART, id, uart_lines[line].signal);
        }
    }
    machine_pin_release_unit(PIN_UART, id, wanted, count);
    uint32_t flow = UART_FLOWCONTROL_NONE;
    for (unsigned line = 0; line < count; line++) {
        if (wanted[line] != NULL) {
            machine_pin_connect(wanted[line], functions[line], PIN_PULL_UP | PIN_LOW_POWER);
            flow |= uart_lines[line].flow;
        }
    }
    return flow;
}

// Without a number it is the UART that the pins belong to: the first that has a line on the first of them.
static mp_int_t unit_of(mp_obj_t pins) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(pins, &count, &items);
    for (size_t line = 0; line < MIN(count, MP_ARRAY_SIZE(uart_lines)); line++) {
        for (mp_int_t id = 0; items[line] != mp_const_none && id < UART_COUNT; id++) {
            if (pin_mapper_find_function(machine_pin_find(items[line])->index, PIN_UART, id, uart_lines[line].signal)) {
                return id;
            }
        }
    }
    return 0;
}

static void mp_machine_uart_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const uart_settings_t *settings = uart_settings(self->id);
    if (settings->baud == 0) {
        mp_printf(print, "UART(%u)", self->id);
        return;
    }
    unsigned parity = settings->config & UART_CONFIG_PAR_MASK;
    mp_printf(print, "UART(%u, baudrate=%u, bits=%u, parity=%s, stop=%u)", self->id, (unsigned)settings->baud,
        5 + ((unsigned)settings->config & UART_CONFIG_WLEN_MASK) / UART_CONFIG_WLEN_6,
        parity == UART_CONFIG_PAR_NONE       ? "None"
            : parity == UART_CONFIG_PAR_EVEN ? "UART.EVEN"
                                             : "UART.ODD",
        settings->config & UART_CONFIG_STOP_TWO ? 2 : 1);
}

static void mp_machine_uart_init_helper(
    machine_uart_obj_t *self, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_baudrate, ARG_bits, ARG_parity, ARG_stop, ARG_pins, ARG_timeout, ARG_timeout_char };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_baudrate, MP_ARG_INT, {.u_int = 9600}},
        {MP_QSTR_bits, MP_ARG_INT, {.u_int = 8}},
        {MP_QSTR_parity, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_stop, MP_ARG_INT, {.u_int = 1}},
        {MP_QSTR_pins, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
        {MP_QSTR_timeout_char, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);

    mp_int_t parity = args[ARG_parity].u_obj == mp_const_none ? -1 : mp_obj_get_int(args[ARG_parity].u_obj);
    // The divisor has 16 bits and 6 of fraction, and 16 clocks make a bit: CPU_HZ / 16 is the most.
    if (args[ARG_baudrate].u_int < 300 || args[ARG_baudrate].u_int > 3000000 || args[ARG_bits].u_int < 5
        || args[ARG_bits].u_int > 8 || parity < -1 || parity > PARITY_ODD || args[ARG_stop].u_int < 1
        || args[ARG_stop].u_int > 2 || (args[ARG_timeout].u_int | args[ARG_timeout_char].u_int) & ~0xffff) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid argument(s) value"));
    }
    uart_settings_t settings = {
        .baud = args[ARG_baudrate].u_int,
        .config = (args[ARG_bits].u_int - 5) * UART_CONFIG_WLEN_6
            | (parity < 0                   ? UART_CONFIG_PAR_NONE
                    : parity == PARITY_EVEN ? UART_CONFIG_PAR_EVEN
                                            : UART_CONFIG_PAR_ODD)
            | (args[ARG_stop].u_int == 1 ? UART_CONFIG_STOP_ONE : UART_CONFIG_STOP_TWO),
        .flow = connect_pins(self->id, args[ARG_pins].u_obj),
    };
    self->timeout = args[ARG_timeout].u_int;
    self->timeout_char = args[ARG_timeout_char].u_int;
    uart_io_open(self->id, &settings);
}

static mp_obj_t mp_machine_uart_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    mp_int_t id = 0;
    if (n_args > 0) {
        id = mp_obj_get_int(*args++);
        n_args--;
    } else {
        mp_map_elem_t *pins = mp_map_lookup(&kw_args, MP_OBJ_NEW_QSTR(MP_QSTR_pins), MP_MAP_LOOKUP);
        id = pins != NULL && pins->value != mp_const_none ? unit_of(pins->value) : 0;
    }
    if (id < 0 || id >= UART_COUNT) {
        mp_raise_OSError(MP_ENODEV);
    }
    machine_uart_obj_t *self = &uart_objects[id];
    // With nothing but its number, a UART that is running stays as it is.
    if (n_args > 0 || n_kw > 0 || uart_settings(id)->baud == 0) {
        mp_machine_uart_init_helper(self, n_args, args, &kw_args);
    }
    return MP_OBJ_FROM_PTR(self);
}

static void check_open(const machine_uart_obj_t *self) {
    if (uart_settings(self->id)->baud == 0) {
        mp_raise_OSError(MP_EPERM);
    }
}

static void mp_machine_uart_deinit(machine_uart_obj_t *self) {
    uart_io_close(self->id);
}

static mp_int_t mp_machine_uart_any(machine_uart_obj_t *self) {
    check_open(self);
    return uart_received(self->id);
}

static bool mp_machine_uart_txdone(machine_uart_obj_t *self) {
    check_open(self);
    return uart_send_done(self->id);
}

// Whether a byte is there now or arrives within `ms`, or within the two characters that one on its way takes. The receiver
// tells of the last ones when it has heard nothing for 32 bits: what was sent in one piece is read in one.
static bool wait_for_byte(unsigned id, uint32_t ms) {
    uint32_t limit_us = MAX(ms * 1000, 2 * FRAME_BITS_MAX * 1000000 / uart_settings(id)->baud);
    uint32_t start = mp_hal_ticks_us();
    uint32_t passed;
    while (uart_received(id) == 0) {
        passed = mp_hal_ticks_us() - start;
        if (passed >= limit_us && (!uart_receiving(id) || !event_may_block())) {
            return uart_received(id) != 0; // the interrupt may have come between both looks
        }
        if (passed + 1000 <= limit_us) {
            mp_event_wait_ms((limit_us - passed) / 1000);
        }
    }
    return true;
}

static mp_uint_t mp_machine_uart_read(mp_obj_t self_in, void *buffer, mp_uint_t size, int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    unsigned id = self->id;
    check_open(self);
    uint8_t *bytes = buffer;
    mp_uint_t count = 0;
    while (count < size && wait_for_byte(id, count ? self->timeout_char : self->timeout)) {
        bytes[count++] = uart_get(id);
    }
    if (count == 0 && size > 0) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return count;
}

static mp_uint_t mp_machine_uart_write(mp_obj_t self_in, const void *data, mp_uint_t size, int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    check_open(self);
    mp_uint_t sent = uart_io_send(self->id, data, size);
    if (sent == 0 && size > 0) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return sent;
}

static mp_uint_t mp_machine_uart_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    unsigned id = self->id;
    switch (request) {
        case MP_STREAM_POLL:
            check_open(self);
            return (uart_received(id) ? arg & MP_STREAM_POLL_RD : 0)
                | (uart_send_ready(id) ? arg & MP_STREAM_POLL_WR : 0);
        case MP_STREAM_FLUSH:
            check_open(self);
            while (!uart_send_done(id)) {
                mp_event_wait_ms(1);
            }
            return 0;
        default:
            *errcode = MP_EINVAL;
            return MP_STREAM_ERROR;
    }
}

static void mp_machine_uart_sendbreak(machine_uart_obj_t *self) {
    check_open(self);
    unsigned id = self->id;
    while (!uart_send_done(id)) {
        mp_event_wait_ms(1);
    }
    uart_set_break(id, true);
    // Two of the longest frames: what the block needs for a proper break (TRM SWRU367, UARTLCRH.BRK).
    mp_hal_delay_us(2 * FRAME_BITS_MAX * 1000000 / uart_settings(id)->baud + 1);
    uart_set_break(id, false);
}

static void bytes_arrived(unsigned id) {
    machine_irq_happened(machine_irq_get(uart_object(id), NULL, false), IRQ_RX_ANY, false);
}

static void uart_irq_enable(const machine_irq_obj_t *irq) {
    uart_io_set_receive_hook(((machine_uart_obj_t *)MP_OBJ_TO_PTR(irq->parent))->id, bytes_arrived);
}

static void uart_irq_disable(const machine_irq_obj_t *irq) {
    uart_io_set_receive_hook(((machine_uart_obj_t *)MP_OBJ_TO_PTR(irq->parent))->id, NULL);
}

static const machine_irq_methods_t uart_irq_methods;

// irq(trigger=UART.RX_ANY, priority=1, handler=None, wake=machine.IDLE). With no argument, the interrupt as it is.
static mp_obj_t uart_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_trigger, ARG_priority, ARG_handler, ARG_wake };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_trigger, MP_ARG_INT, {.u_int = IRQ_RX_ANY}},
        {MP_QSTR_priority, MP_ARG_INT, {.u_int = 1}},
        {MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_wake, MP_ARG_INT, {.u_int = MACHINE_IDLE}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(pos_args[0]);
    check_open(self);
    if (args[ARG_trigger].u_int != IRQ_RX_ANY || args[ARG_wake].u_int != MACHINE_IDLE) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid argument(s) value"));
    }
    unsigned priority = machine_irq_priority(args[ARG_priority].u_int);
    machine_irq_obj_t *irq = machine_irq_get(pos_args[0], &uart_irq_methods, true);
    if (n_args > 1 || kw_args->used > 0) {
        machine_irq_disable(irq);
        irq->handler = args[ARG_handler].u_obj;
        irq->trigger = IRQ_RX_ANY;
        MAP_IntPrioritySet(self->id ? INT_UARTA1 : INT_UARTA0, priority);
        machine_irq_enable(irq);
    }
    return MP_OBJ_FROM_PTR(irq);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(uart_irq_obj, 1, uart_irq);

static const machine_irq_methods_t uart_irq_methods = {
    .init = uart_irq,
    .enable = uart_irq_enable,
    .disable = uart_irq_disable,
};
