// Pin.irq(): edges and levels at the GPIO blocks. A port's eight lines share one interrupt, and so its priority.
#include "py/runtime.h"

#include "inc/hw_gpio.h"
#include "inc/hw_ints.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "gpio.h"
#include "interrupt.h"

#include "bindings/machine_irq.h"
#include "bindings/machine_pin_irq.h"
#include "bindings/machine_pin.h"
#include "chip/irq.h"

#define PORTS (4)

_Static_assert(INT_GPIOA3 - INT_GPIOA0 == PORTS - 1, "ports in a row");

static void handle_interrupt(void) {
    unsigned port = exception_number() - INT_GPIOA0;
    uint32_t base = GPIO_PORT(port);
    uint32_t lines = HWREG(base + GPIO_O_GPIO_MIS);
    HWREG(base + GPIO_O_GPIO_ICR) = lines;
    for (unsigned gpio = 8 * port; lines != 0; ++gpio, lines >>= 1) {
        machine_irq_obj_t *irq = lines & 1 ? machine_irq_get(machine_pin_of_gpio(gpio), NULL, false) : NULL;
        if (irq == NULL) {
            continue;
        }
        uint8_t flags = irq->trigger;
        if (flags == (PIN_IRQ_FALLING | PIN_IRQ_RISING)) {
            flags = machine_pin_read(MP_OBJ_TO_PTR(irq->parent)) ? PIN_IRQ_RISING : PIN_IRQ_FALLING;
        }
        machine_irq_happened(irq, flags, flags & (PIN_IRQ_LOW_LEVEL | PIN_IRQ_HIGH_LEVEL));
    }
}

static void pin_irq_enable(const machine_irq_obj_t *irq) {
    gpio_line_t line = machine_pin_line(MP_OBJ_TO_PTR(irq->parent));
    HWREG(line.base + GPIO_O_GPIO_ICR) = line.bit;
    HWREG(line.base + GPIO_O_GPIO_IM) |= line.bit;
}

static void pin_irq_disable(const machine_irq_obj_t *irq) {
    gpio_line_t line = machine_pin_line(MP_OBJ_TO_PTR(irq->parent));
    HWREG(line.base + GPIO_O_GPIO_IM) &= ~line.bit;
}

// The driver library's interrupt type for a trigger.
static unsigned checked_trigger(mp_int_t trigger) {
    enum { NONE = 0xff };
    static const uint8_t types[] = {
        NONE,
        [PIN_IRQ_FALLING] = GPIO_FALLING_EDGE,
        [PIN_IRQ_RISING] = GPIO_RISING_EDGE,
        [PIN_IRQ_FALLING | PIN_IRQ_RISING] = GPIO_BOTH_EDGES,
        [PIN_IRQ_LOW_LEVEL] = GPIO_LOW_LEVEL,
        NONE,
        NONE,
        NONE,
        [PIN_IRQ_HIGH_LEVEL] = GPIO_HIGH_LEVEL,
    };
    if (trigger < 0 || trigger >= (mp_int_t)MP_ARRAY_SIZE(types) || types[trigger] == NONE) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid trigger"));
    }
    return types[trigger];
}

static const machine_irq_methods_t methods;

// irq(handler=None, trigger=..., *, priority=1, wake=None). With no argument at all, the pin's interrupt as it is.
static mp_obj_t pin_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_handler, ARG_trigger, ARG_priority, ARG_wake };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_trigger, MP_ARG_INT, {.u_int = PIN_IRQ_FALLING | PIN_IRQ_RISING}},
        {MP_QSTR_priority, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 1}},
        {MP_QSTR_wake, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(MACHINE_IDLE)}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);

    mp_obj_t wake = args[ARG_wake].u_obj;
    if (wake != mp_const_none && mp_obj_get_int(wake) != MACHINE_IDLE) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid wake"));
    }
    machine_irq_obj_t *irq = machine_irq_get(pos_args[0], &methods, true);
    if (args[ARG_trigger].u_int == 0) { // by no event: as disable(), in programs for firmware 1.x
        machine_irq_disable(irq);
        return MP_OBJ_FROM_PTR(irq);
    }
    unsigned type = checked_trigger(args[ARG_trigger].u_int);
    unsigned priority = machine_irq_priority(args[ARG_priority].u_int);
    if (n_args > 1 || kw_args->used > 0) {
        gpio_line_t line = machine_pin_line(MP_OBJ_TO_PTR(pos_args[0]));
        unsigned interrupt = INT_GPIOA0 + pin_table[((machine_pin_obj_t *)MP_OBJ_TO_PTR(pos_args[0]))->index].gpio / 8;
        machine_irq_disable(irq);
        irq->handler = args[ARG_handler].u_obj;
        irq->trigger = args[ARG_trigger].u_int;
        MAP_GPIOIntTypeSet(line.base, line.bit, type);
        MAP_IntRegister(interrupt, handle_interrupt);
        MAP_IntPrioritySet(interrupt, priority);
        MAP_IntEnable(interrupt);
        machine_irq_enable(irq);
    }
    return MP_OBJ_FROM_PTR(irq);
}
MP_DEFINE_CONST_FUN_OBJ_KW(machine_pin_irq_obj, 1, pin_irq);

static const machine_irq_methods_t methods = {
    .init = pin_irq,
    .enable = pin_irq_enable,
    .disable = pin_irq_disable,
};

void machine_pin_irq_session(void) {
    for (unsigned interrupt = INT_GPIOA0; interrupt < INT_GPIOA0 + PORTS; ++interrupt) {
        MAP_IntDisable(interrupt);
    }
}
