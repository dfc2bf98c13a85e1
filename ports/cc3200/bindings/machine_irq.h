// Interrupt objects: what irq() of machine.Pin, and of every class with interrupts, returns.
// A hardware handler only notes what happened; the script's handler runs soon after in the interpreter's own task, where
// it may allocate memory, print and be interrupted by Ctrl-C. What happens again before it ran is one call, not two.
#ifndef CC3200_BINDINGS_MACHINE_IRQ_H
#define CC3200_BINDINGS_MACHINE_IRQ_H

#include "py/obj.h"

// For irq()'s wake: what an interrupt wakes from. The value is stock firmware's.
#define MACHINE_IDLE (1)

typedef struct _machine_irq_obj_t machine_irq_obj_t;

// What a class does for its interrupts. All but init are called with interrupts off.
typedef struct {
    // irq(...) of the class with these arguments; args[0] is the parent.
    mp_obj_t (*init)(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args);
    // The source may interrupt from now on; what it had noted before is forgotten.
    void (*enable)(const machine_irq_obj_t *irq);
    // No interrupt comes any more.
    void (*disable)(const machine_irq_obj_t *irq);
} machine_irq_methods_t;

struct _machine_irq_obj_t {
    mp_obj_base_t base;
    machine_irq_obj_t *next;
    const machine_irq_methods_t *methods;
    mp_obj_t parent;
    mp_obj_t handler; // None: nothing is called
    uint8_t trigger; // the class's own flags
    bool enabled;
    bool silenced; // the source is kept quiet until the handler has run
    volatile uint8_t pending; // flags of what happened since the handler ran last
    uint8_t flags; // what flags() says: why the handler runs
};

// At the start and the end of a session: there are no interrupt objects.
void machine_irq_session(void);

// The parent's interrupt object, made if it has none; one that is new is disabled. NULL if not `make` and there is none.
machine_irq_obj_t *machine_irq_get(mp_obj_t parent, const machine_irq_methods_t *methods, bool make);

// The NVIC priority for what a script gives as 1 (lowest) to 7. Raises ValueError.
unsigned machine_irq_priority(mp_int_t priority);

void machine_irq_enable(machine_irq_obj_t *irq);
void machine_irq_disable(machine_irq_obj_t *irq);

// In a hardware handler: `flags` (not 0) have happened. `silence`: the cause lasts, so no more of it until the script's
// handler has run and the script itself has moved on a little.
void machine_irq_happened(machine_irq_obj_t *irq, uint8_t flags, bool silence);

#endif
