// Stack checks for containers in containers: to compare or hash them is a recursion of the core's that does not look.
#include "py/runtime.h"

// The core's own for its containers, which have them under these names (SConscript).
bool checked_seq_cmp_objs(mp_uint_t op, const mp_obj_t *items1, size_t len1, const mp_obj_t *items2, size_t len2);
mp_obj_t checked_unary_op(mp_unary_op_t op, mp_obj_t object);
bool checked_obj_equal(mp_obj_t object1, mp_obj_t object2);

bool checked_seq_cmp_objs(mp_uint_t op, const mp_obj_t *items1, size_t len1, const mp_obj_t *items2, size_t len2) {
    mp_cstack_check();
    return mp_seq_cmp_objs(op, items1, len1, items2, len2);
}

mp_obj_t checked_unary_op(mp_unary_op_t op, mp_obj_t object) {
    mp_cstack_check();
    return mp_unary_op(op, object);
}

bool checked_obj_equal(mp_obj_t object1, mp_obj_t object2) {
    mp_cstack_check();
    return mp_obj_equal(object1, object2);
}
