// The io module, and in front of it what io.IOBase takes on trust from streams written in Python: that they leave alone what they
// are given once they return, and say of no more bytes than there were that they took them. The module's source is part of
// this file: there alone is known which call reads and which one writes.
#include <string.h>

#include "py/objarray.h"
#include "py/runtime.h"

// Calls readinto or write. Python gets a copy of the data, to keep or resize as it likes (as in disk.c).
static mp_obj_t call_with_copy(const mp_obj_t *call, void *data, size_t length, bool reads) {
    mp_obj_t copy = mp_obj_new_bytearray(length, data);
    mp_obj_t answer = mp_call_method_n_kw(1, 0, (mp_obj_t[]){call[0], call[1], copy});
    if (answer == mp_const_none) {
        return answer;
    }
    mp_int_t done = mp_obj_get_int(answer);
    mp_buffer_info_t left;
    mp_get_buffer_raise(copy, &left, MP_BUFFER_READ);
    if (done > (mp_int_t)(reads ? MIN(length, left.len) : length)) {
        mp_raise_ValueError(NULL);
    }
    if (reads && done > 0) {
        memcpy(data, left.buf, done);
    }
    return answer;
}

// By how many arguments there are: of readinto and write the data, of ioctl two numbers.
#define mp_call_method_n_kw(count, named, call) call_##count(call)
#define call_1(call) call_with_copy(call, buf, size, qst == MP_QSTR_readinto)
#define call_2(call) (mp_call_method_n_kw)(2, 0, call)
#include "py/modio.c"
