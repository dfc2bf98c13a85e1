// The Python class network.Server: who may log in to telnet and FTP, how long a session may idle, on or off.

#include "bindings/network_server.h"

#include "py/mperrno.h"
#include "py/mpthread.h"
#include "py/runtime.h"

#include "rtos/event.h"
#include "servers/login.h"
#include "servers/servers.h"

// There is one server pair, and so one object; it has no state of its own.
static const mp_obj_base_t server_object = {&network_server_type};

// servers_start and servers_stop wait for the servers' task, which may be sending what a thread prints.
static void switch_servers(void (*action)(void)) {
    if (!event_may_block()) {
        mp_raise_OSError(MP_EPERM);
    }
    mp_thread_release_interpreter();
    action();
    mp_thread_take_interpreter();
}

static uint32_t checked_timeout(mp_obj_t seconds) {
    mp_int_t value = mp_obj_get_int(seconds);
    if (value < (mp_int_t)SERVERS_TIMEOUT_MIN_S || (mp_uint_t)value > SERVERS_TIMEOUT_MAX_S) {
        mp_raise_ValueError(MP_ERROR_TEXT("timeout must be 5 s or more"));
    }
    return (uint32_t)value;
}

static void set_login(mp_obj_t pair) {
    mp_obj_t *words;
    size_t user_length;
    size_t password_length;
    mp_obj_get_array_fixed_n(pair, 2, &words);
    const char *user = mp_obj_str_get_data(words[0], &user_length);
    const char *password = mp_obj_str_get_data(words[1], &password_length);
    if (user_length == 0 || password_length == 0 || !servers_set_login(user, user_length, password, password_length)) {
        mp_raise_ValueError(MP_ERROR_TEXT("user and password must have 1 to 32 bytes"));
    }
}

// Everything is checked before anything is changed.
static void configure(size_t count, const mp_obj_t *positional, mp_map_t *named) {
    enum { ARG_LOGIN, ARG_TIMEOUT };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_login, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t arguments[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count, positional, named, MP_ARRAY_SIZE(allowed), allowed, arguments);
    uint32_t timeout = SERVERS_TIMEOUT_DEFAULT_S;
    if (arguments[ARG_TIMEOUT].u_obj != mp_const_none) {
        timeout = checked_timeout(arguments[ARG_TIMEOUT].u_obj);
    }
    if (arguments[ARG_LOGIN].u_obj != mp_const_none) {
        set_login(arguments[ARG_LOGIN].u_obj);
    } else {
        servers_default_login();
    }
    servers_set_timeout(timeout);
    switch_servers(servers_start);
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t count, size_t named_count, const mp_obj_t *all) {
    (void)type;
    mp_map_t named;
    mp_map_init_fixed_table(&named, named_count, all + count);
    mp_arg_check_num(count, 0, 0, 1, false);
    if (count > 0 && mp_obj_get_int(all[0]) != 0) {
        mp_raise_OSError(MP_ENODEV);
    }
    // Without settings this only names the servers, which run from power-up on.
    if (named_count > 0) {
        configure(0, NULL, &named);
    }
    return MP_OBJ_FROM_PTR(&server_object);
}

static mp_obj_t server_init(size_t count, const mp_obj_t *all, mp_map_t *named) {
    configure(count - 1, all + 1, named);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(server_init_obj, 1, server_init);

static mp_obj_t server_deinit(mp_obj_t self) {
    (void)self;
    switch_servers(servers_stop);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(server_deinit_obj, server_deinit);

static mp_obj_t server_timeout(size_t count, const mp_obj_t *all) {
    if (count == 1) {
        return mp_obj_new_int_from_uint(servers_timeout());
    }
    servers_set_timeout(checked_timeout(all[1]));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(server_timeout_obj, 1, 2, server_timeout);

static mp_obj_t server_isrunning(mp_obj_t self) {
    (void)self;
    return mp_obj_new_bool(servers_running());
}
static MP_DEFINE_CONST_FUN_OBJ_1(server_isrunning_obj, server_isrunning);

static const mp_rom_map_elem_t server_names[] = {
    {MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&server_init_obj)},
    {MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&server_deinit_obj)},
    {MP_ROM_QSTR(MP_QSTR_timeout), MP_ROM_PTR(&server_timeout_obj)},
    {MP_ROM_QSTR(MP_QSTR_isrunning), MP_ROM_PTR(&server_isrunning_obj)},
};
static MP_DEFINE_CONST_DICT(server_dict, server_names);

MP_DEFINE_CONST_OBJ_TYPE(
    network_server_type, MP_QSTR_Server, MP_TYPE_FLAG_NONE, make_new, make_new, locals_dict, &server_dict);
