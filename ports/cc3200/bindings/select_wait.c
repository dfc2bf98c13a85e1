// Waiting in select and poll. Streams written in Python tell nobody when they are ready: they are asked again from time to time.
#include "py/objtype.h"
#include "py/runtime.h"
#include "py/stream.h"

#define LOOK_MS (10u)

// Python's own for extmod/modselect.c, which has them under these names (SConscript).
const mp_stream_p_t *select_get_stream_raise(mp_obj_t object, int flags);
mp_map_elem_t *select_map_lookup(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind);
void select_event_wait_ms(mp_uint_t timeout_ms);
void select_event_wait_indefinite(void);

static bool any_in_python; // since the start: there is no telling which are still asked for

const mp_stream_p_t *select_get_stream_raise(mp_obj_t object, int flags) {
    any_in_python |= mp_obj_is_instance_type(mp_obj_get_type(object));
    return mp_get_stream_raise(object, flags);
}

// An object that is no stream must raise before the map has an entry for it, which would stay without a value and be
// polled. index: mp_obj_id() of the object.
mp_map_elem_t *select_map_lookup(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind) {
    if (kind == MP_MAP_LOOKUP_ADD_IF_NOT_FOUND) {
        mp_get_stream_raise((mp_obj_t)MP_OBJ_SMALL_INT_VALUE(index), MP_STREAM_OP_IOCTL);
    }
    return mp_map_lookup(map, index, kind);
}

void select_event_wait_ms(mp_uint_t timeout_ms) {
    mp_event_wait_ms(any_in_python ? MIN(timeout_ms, LOOK_MS) : timeout_ms);
}

void select_event_wait_indefinite(void) {
    if (any_in_python) {
        mp_event_wait_ms(LOOK_MS);
    } else {
        mp_event_wait_indefinite();
    }
}
