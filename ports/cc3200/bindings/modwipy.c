// The wipy module: what the board has and no other port knows.
#include "py/runtime.h"

#include "chip/led.h"

// heartbeat([enable]): gets or sets whether the LED shows that the system is alive.
static mp_obj_t wipy_heartbeat(size_t n_args, const mp_obj_t *args) {
    if (n_args == 0) {
        return mp_obj_new_bool(led_heartbeat_enabled());
    }
    led_heartbeat_enable(mp_obj_is_true(args[0]));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wipy_heartbeat_obj, 0, 1, wipy_heartbeat);

static const mp_rom_map_elem_t wipy_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_wipy)},
    {MP_ROM_QSTR(MP_QSTR_heartbeat), MP_ROM_PTR(&wipy_heartbeat_obj)},
};
static MP_DEFINE_CONST_DICT(wipy_globals, wipy_globals_table);

const mp_obj_module_t wipy_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&wipy_globals,
};

MP_REGISTER_MODULE(MP_QSTR_wipy, wipy_module);
