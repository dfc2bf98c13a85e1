// The wipy module: what the board has and no other port knows.
#include "py/mperrno.h"
#include "py/mpthread.h"
#include "py/nlr.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "bindings/modwipy.h"
#include "chip/led.h"
#include "nwp/update.h"
#include "servers/trial.h"
#include "storage/fatfs.h"

// What of the stack is taken in all, down to the network processor's driver, in bytes.
#define UPDATE_STACK_BYTES (1200)
#define TRIAL_STACK_BYTES (600)

// A sector: whole ones are quickest.
#define PIECE_BYTES (512)

// heartbeat([enable]): gets or sets whether the LED shows that the system is alive.
static mp_obj_t wipy_heartbeat(size_t n_args, const mp_obj_t *args) {
    if (n_args == 0) {
        return mp_obj_new_bool(led_heartbeat_enabled());
    }
    led_heartbeat_enable(mp_obj_is_true(args[0]));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wipy_heartbeat_obj, 0, 1, wipy_heartbeat);

typedef struct {
    update_t update;
    uint8_t piece[PIECE_BYTES];
} script_update_t;

// The one that a program has begun: its thread may be ended within it.
static script_update_t *script_update;

static void give_up(void *unused) {
    (void)unused;
    update_abort(&script_update->update);
    script_update = NULL;
}

void wipy_threads_ended(void) {
    if (script_update != NULL) {
        give_up(NULL);
    }
}

// update(stream): the new image, from any stream, to its end. Raises OSError with words when it is refused; then, and when
// the stream raises, nothing has changed.
static mp_obj_t wipy_update(mp_obj_t stream) {
    mp_get_stream_raise(stream, MP_STREAM_OP_READ);
    fatfs_enter(UPDATE_STACK_BYTES);
    script_update_t *script = m_new_obj(script_update_t);
    refusal_t why = update_begin(&script->update);
    if (why == NULL) {
        script_update = script;
        nlr_jump_callback_node_t node; // on the stack: by that it is known who raises
        nlr_push_jump_callback(&node, give_up);
        mp_uint_t length;
        do {
            int error;
            length = mp_stream_rw(stream, script->piece, sizeof(script->piece), &error, MP_STREAM_RW_READ);
            if (error != 0) {
                mp_raise_OSError(error);
            }
            mp_thread_release_interpreter();
            why = length > 0 ? update_write(&script->update, script->piece, length) : update_end(&script->update);
            mp_thread_take_interpreter();
        } while (why == NULL && length > 0);
        nlr_pop_jump_callback(length > 0);
        script_update = NULL;
    }
    if (why != NULL) {
        mp_raise_msg(&mp_type_OSError, (mp_rom_error_text_t)(why + REFUSAL_WORDS_AT));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wipy_update_obj, wipy_update);

// trial(): which start of its trial this image is at, 0 when it is on none, -1 when it has come back. trial(True): the program
// will decide. trial(False): the image is good.
static mp_obj_t wipy_trial(size_t n_args, const mp_obj_t *args) {
    fatfs_enter(TRIAL_STACK_BYTES);
    if (n_args == 0) {
        return MP_OBJ_NEW_SMALL_INT(trial_number());
    }
    if (mp_obj_is_true(args[0])) {
        trial_hold();
    } else if (!trial_confirm()) {
        mp_raise_OSError(MP_EIO);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wipy_trial_obj, 0, 1, wipy_trial);

static const mp_rom_map_elem_t wipy_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_wipy)},
    {MP_ROM_QSTR(MP_QSTR_heartbeat), MP_ROM_PTR(&wipy_heartbeat_obj)},
    {MP_ROM_QSTR(MP_QSTR_trial), MP_ROM_PTR(&wipy_trial_obj)},
    {MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&wipy_update_obj)},
};
static MP_DEFINE_CONST_DICT(wipy_globals, wipy_globals_table);

const mp_obj_module_t wipy_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&wipy_globals,
};

MP_REGISTER_MODULE(MP_QSTR_wipy, wipy_module);
