// hashlib on the chip's hash engine, with the WiPy's extension: the total size may be promised to the constructor.
#include "py/mperrno.h"
#include "py/objstr.h"
#include "py/runtime.h"

#include "chip/hash_engine.h"

// With a promised size, all chunks but the last must be a multiple of this many bytes.
#define CHUNK_UNIT (4)

typedef struct {
    mp_obj_base_t base;
    bool sized;         // `promised` counts
    bool broken;        // a rule was broken: no digest ever comes out
    uint32_t promised;  // bytes in all
    hash_state_t state;
} hash_obj_t;

extern const mp_obj_type_t hash_md5_type, hash_sha1_type, hash_sha256_type;

static void check_usable(const hash_obj_t *self) {
    if (self->broken) {
        mp_raise_ValueError(MP_ERROR_TEXT("hash is broken"));
    }
}

static void check_chunk(hash_obj_t *self, size_t length) {
    uint32_t left = self->promised - self->state.length;
    if (!self->sized || length == left || (length < left && length % CHUNK_UNIT == 0)) {
        return;
    }
    self->broken = true;
    if (length > left) {
        mp_raise_ValueError(MP_ERROR_TEXT("more data than promised"));
    }
    mp_raise_ValueError(MP_ERROR_TEXT("chunk is no multiple of 4 bytes"));
}

static void check_engine(hash_obj_t *self, bool done) {
    if (!done) {
        self->broken = true;
        mp_raise_OSError(MP_EIO);
    }
}

static mp_obj_t hash_obj_update(mp_obj_t self_in, mp_obj_t data) {
    hash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
    check_usable(self);
    check_chunk(self, buffer.len);
    check_engine(self, hash_update(&self->state, buffer.buf, buffer.len));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(hash_obj_update_obj, hash_obj_update);

static mp_obj_t hash_obj_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 2, false);
    hash_obj_t *self = mp_obj_malloc(hash_obj_t, type);
    self->sized = n_args > 1;
    self->broken = false;
    if (self->sized) {
        mp_int_t promised = mp_obj_get_int(args[1]);
        if (promised < 0) {
            mp_raise_ValueError(MP_ERROR_TEXT("negative size"));
        }
        self->promised = promised;
    }
    hash_start(&self->state, type == &hash_md5_type ? HASH_MD5 : type == &hash_sha1_type ? HASH_SHA1 : HASH_SHA256);
    if (n_args > 0) {
        hash_obj_update(MP_OBJ_FROM_PTR(self), args[0]);
    }
    return MP_OBJ_FROM_PTR(self);
}

// Into `digest`; the object can take more data afterwards. Returns the digest's length.
static size_t compute(hash_obj_t *self, uint8_t digest[HASH_MAX_DIGEST_BYTES]) {
    check_usable(self);
    if (self->sized && self->state.length != self->promised) {
        mp_raise_ValueError(MP_ERROR_TEXT("less data than promised"));
    }
    hash_state_t copy = self->state;
    check_engine(self, hash_finish(&copy, digest));
    return hash_digest_bytes(copy.algorithm);
}

static mp_obj_t hash_obj_digest(mp_obj_t self_in) {
    uint8_t digest[HASH_MAX_DIGEST_BYTES];
    size_t length = compute(MP_OBJ_TO_PTR(self_in), digest);
    return mp_obj_new_bytes(digest, length);
}
static MP_DEFINE_CONST_FUN_OBJ_1(hash_obj_digest_obj, hash_obj_digest);

static mp_obj_t hash_obj_hexdigest(mp_obj_t self_in) {
    mp_obj_t digest = hash_obj_digest(self_in);
    return mp_obj_bytes_hex(1, &digest, &mp_type_str);
}
static MP_DEFINE_CONST_FUN_OBJ_1(hash_obj_hexdigest_obj, hash_obj_hexdigest);

static const mp_rom_map_elem_t hash_locals_dict_table[] = {
    {MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&hash_obj_update_obj)},
    {MP_ROM_QSTR(MP_QSTR_digest), MP_ROM_PTR(&hash_obj_digest_obj)},
    {MP_ROM_QSTR(MP_QSTR_hexdigest), MP_ROM_PTR(&hash_obj_hexdigest_obj)},
};
static MP_DEFINE_CONST_DICT(hash_locals_dict, hash_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    hash_md5_type, MP_QSTR_md5, MP_TYPE_FLAG_NONE, make_new, hash_obj_make_new, locals_dict, &hash_locals_dict);
MP_DEFINE_CONST_OBJ_TYPE(
    hash_sha1_type, MP_QSTR_sha1, MP_TYPE_FLAG_NONE, make_new, hash_obj_make_new, locals_dict, &hash_locals_dict);
MP_DEFINE_CONST_OBJ_TYPE(
    hash_sha256_type, MP_QSTR_sha256, MP_TYPE_FLAG_NONE, make_new, hash_obj_make_new, locals_dict, &hash_locals_dict);

static const mp_rom_map_elem_t hashlib_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_hashlib)},
    {MP_ROM_QSTR(MP_QSTR_md5), MP_ROM_PTR(&hash_md5_type)},
    {MP_ROM_QSTR(MP_QSTR_sha1), MP_ROM_PTR(&hash_sha1_type)},
    {MP_ROM_QSTR(MP_QSTR_sha256), MP_ROM_PTR(&hash_sha256_type)},
};
static MP_DEFINE_CONST_DICT(hashlib_globals, hashlib_globals_table);

const mp_obj_module_t hashlib_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&hashlib_globals,
};

MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_hashlib, hashlib_module);
