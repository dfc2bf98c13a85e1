// Interrupt objects.
#include "py/mphal.h"
#include "py/runtime.h"

#include "inc/hw_types.h"
#include "interrupt.h"

#include "bindings/machine_irq.h"
#include "rtos/event.h"
#include "chip/led.h"
#include "chip/memory.h"

#define LOWEST_PRIORITY (1)
#define HIGHEST_PRIORITY (7)

MP_REGISTER_ROOT_POINTER(struct _machine_irq_obj_t *machine_irqs);

// In the scheduler's queue once, however many interrupts wait: it can't be full for them.
static mp_sched_node_t node;

void machine_irq_session(void) {
    MP_STATE_PORT(machine_irqs) = NULL;
}

// From the scheduler's queue, of which a script does no more than one at a time: a level that lasts calls its handler over
// and over, but the script and the prompt go on.
static mp_obj_t listen_again(mp_obj_t irq) {
    machine_irq_obj_t *self = MP_OBJ_TO_PTR(irq);
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (self->enabled && self->silenced) {
        self->silenced = false;
        self->methods->enable(self);
    }
    MICROPY_END_ATOMIC_SECTION(state);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(listen_again_obj, listen_again);

// Takes the flags that wait and runs the handler with them.
static void run_handler(machine_irq_obj_t *self) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    uint8_t flags = self->pending;
    self->pending = 0;
    MICROPY_END_ATOMIC_SECTION(state);
    if (flags == 0) {
        return;
    }
    self->flags = flags;
    if (self->handler != mp_const_none && mp_call_function_1_protected(self->handler, self->parent) == MP_OBJ_NULL) {
        // A handler that fails would fail again.
        machine_irq_disable(self);
        led_script_error();
    }
    self->flags = 0;
    if (self->silenced && !mp_sched_schedule(MP_OBJ_FROM_PTR(&listen_again_obj), MP_OBJ_FROM_PTR(self))) {
        listen_again(MP_OBJ_FROM_PTR(self));
    }
}

static void run_handlers(mp_sched_node_t *unused) {
    (void)unused;
    for (machine_irq_obj_t *irq = MP_STATE_PORT(machine_irqs); irq != NULL; irq = irq->next) {
        run_handler(irq);
    }
}

ONE_COPY void machine_irq_happened(machine_irq_obj_t *self, uint8_t flags, bool silence) {
    self->pending |= flags;
    if (silence) {
        self->silenced = true;
        self->methods->disable(self);
    }
    mp_sched_schedule_node(&node, run_handlers);
    event_signal();
}

machine_irq_obj_t *machine_irq_get(mp_obj_t parent, const machine_irq_methods_t *methods, bool make) {
    machine_irq_obj_t *irq = MP_STATE_PORT(machine_irqs);
    while (irq != NULL && irq->parent != parent) {
        irq = irq->next;
    }
    if (irq == NULL && make) {
        extern const mp_obj_type_t machine_irq_type;
        irq = mp_obj_malloc(machine_irq_obj_t, &machine_irq_type);
        irq->methods = methods;
        irq->parent = parent;
        irq->handler = mp_const_none;
        irq->trigger = 0;
        irq->enabled = false;
        irq->silenced = false;
        irq->pending = 0;
        irq->flags = 0;
        irq->next = MP_STATE_PORT(machine_irqs);
        MP_STATE_PORT(machine_irqs) = irq;
    }
    return irq;
}

unsigned machine_irq_priority(mp_int_t priority) {
    if (priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid priority"));
    }
    return INT_PRIORITY_LVL_7 - (priority - LOWEST_PRIORITY) * INT_PRIORITY_LVL_1;
}

void machine_irq_enable(machine_irq_obj_t *self) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    self->pending = 0;
    self->enabled = true;
    self->silenced = false;
    self->methods->enable(self);
    MICROPY_END_ATOMIC_SECTION(state);
}

void machine_irq_disable(machine_irq_obj_t *self) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    self->enabled = false;
    self->pending = 0;
    self->methods->disable(self);
    MICROPY_END_ATOMIC_SECTION(state);
}

/******************************************************************************/
// What Python sees.

// irq() runs the handler by hand; no flags are set then.
static mp_obj_t irq_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    machine_irq_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->handler != mp_const_none) {
        mp_call_function_1(self->handler, self->parent);
    }
    return mp_const_none;
}

static mp_obj_t irq_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    machine_irq_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_arg_check_num(n_args, kw_args->used, 1, 1, true);
    self->methods->init(1, &self->parent, kw_args);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(irq_init_obj, 1, irq_init);

static mp_obj_t irq_enable(mp_obj_t self_in) {
    machine_irq_enable(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(irq_enable_obj, irq_enable);

static mp_obj_t irq_disable(mp_obj_t self_in) {
    machine_irq_disable(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(irq_disable_obj, irq_disable);

static mp_obj_t irq_flags(mp_obj_t self_in) {
    const machine_irq_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(self->flags);
}
static MP_DEFINE_CONST_FUN_OBJ_1(irq_flags_obj, irq_flags);

static const mp_rom_map_elem_t irq_locals_dict_table[] = {
    {MP_ROM_QSTR(MP_QSTR_disable), MP_ROM_PTR(&irq_disable_obj)},
    {MP_ROM_QSTR(MP_QSTR_enable), MP_ROM_PTR(&irq_enable_obj)},
    {MP_ROM_QSTR(MP_QSTR_flags), MP_ROM_PTR(&irq_flags_obj)},
    {MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&irq_init_obj)},
};
static MP_DEFINE_CONST_DICT(irq_locals_dict, irq_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    machine_irq_type, MP_QSTR_irq, MP_TYPE_FLAG_NONE, locals_dict, &irq_locals_dict, call, irq_call);
