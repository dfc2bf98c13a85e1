// The ssl module. TLS is the network processor's: a socket made with IPPROTO_SEC is told which certificate files of the
// hidden file system to use, before it connects or accepts.

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"

#include "simplelink.h"

#include "bindings/socket_io.h"
#include "storage/drives.h"

enum {
    CERT_NONE,
    CERT_OPTIONAL,
    CERT_REQUIRED,
};

// Where the certificates are on the first drive, and to the network processor.
static const char FOLDER[] = "/cert/";

// Name a certificate file to the network processor; nothing for None.
static void use_file(const socket_object_t *self, int option, mp_obj_t path) {
    if (path == mp_const_none) {
        return;
    }
    const char *within;
    size_t drive = drive_at(mp_obj_str_get_str(path), &within);
    size_t length = drive == 0 ? strlen(within) : 0;
    if (length < sizeof(FOLDER) || memcmp(within, FOLDER, sizeof(FOLDER) - 1) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("certificates are files of /flash/cert"));
    }
    socket_checked(
        SOCKET_CALL(self, sl_SetSockOpt(self->descriptor, SL_SOL_SOCKET, (_i16)option, within, (SlSocklen_t)length)));
}

static mp_obj_t wrap_socket(size_t count, const mp_obj_t *positional, mp_map_t *named) {
    enum { ARG_SOCK, ARG_KEYFILE, ARG_CERTFILE, ARG_SERVER_SIDE, ARG_CERT_REQS, ARG_CA_CERTS };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_sock, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_keyfile, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_certfile, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_server_side, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_cert_reqs, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = CERT_NONE}},
        {MP_QSTR_ca_certs, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t arguments[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count, positional, named, MP_ARRAY_SIZE(allowed), allowed, arguments);
    socket_object_t *self = socket_of(arguments[ARG_SOCK].u_obj);
    mp_obj_t key = arguments[ARG_KEYFILE].u_obj;
    mp_obj_t certificate = arguments[ARG_CERTFILE].u_obj;
    mp_obj_t authority = arguments[ARG_CA_CERTS].u_obj;
    mp_int_t required = arguments[ARG_CERT_REQS].u_int;
    if (!self->secure) {
        mp_raise_ValueError(MP_ERROR_TEXT("socket must be made with IPPROTO_SEC"));
    }
    if (required < CERT_NONE || required > CERT_REQUIRED) {
        mp_raise_ValueError(MP_ERROR_TEXT("bad cert_reqs"));
    }
    if (required == CERT_REQUIRED && authority == mp_const_none) {
        mp_raise_ValueError(MP_ERROR_TEXT("CERT_REQUIRED needs ca_certs"));
    }
    bool identity = key != mp_const_none && certificate != mp_const_none;
    if (!identity && (arguments[ARG_SERVER_SIDE].u_bool || key != certificate)) {
        mp_raise_ValueError(MP_ERROR_TEXT("keyfile and certfile go together"));
    }
    // The network processor would take them, and the connection stay what it is.
    if (self->settled && (identity || required != CERT_NONE)) {
        mp_raise_OSError(MP_EISCONN);
    }
    use_file(self, SL_SO_SECURE_FILES_PRIVATE_KEY_FILE_NAME, key);
    use_file(self, SL_SO_SECURE_FILES_CERTIFICATE_FILE_NAME, certificate);
    // Without CERT_REQUIRED the authority is not consulted: the network processor would refuse a peer that fails.
    if (required != CERT_NONE) {
        use_file(self, SL_SO_SECURE_FILES_CA_FILE_NAME, authority);
    }
    self->verify = required == CERT_REQUIRED;
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wrap_socket_obj, 1, wrap_socket);

static const mp_rom_map_elem_t module_names[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_ssl)},
    {MP_ROM_QSTR(MP_QSTR_wrap_socket), MP_ROM_PTR(&wrap_socket_obj)},
    {MP_ROM_QSTR(MP_QSTR_CERT_NONE), MP_ROM_INT(CERT_NONE)},
    {MP_ROM_QSTR(MP_QSTR_CERT_OPTIONAL), MP_ROM_INT(CERT_OPTIONAL)},
    {MP_ROM_QSTR(MP_QSTR_CERT_REQUIRED), MP_ROM_INT(CERT_REQUIRED)},
};
static MP_DEFINE_CONST_DICT(module_dict, module_names);

const mp_obj_module_t ssl_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&module_dict,
};
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_ssl, ssl_module);
