// The port's part of the time module; included by extmod/modtime.c alone.
#include "py/obj.h"
#include "shared/timeutils/timeutils.h"

#include "chip/rtc.h"

// Whole seconds since 2000-01-01.
static mp_obj_t mp_time_time_get(void) {
    return mp_obj_new_int_from_uint(rtc_get().seconds);
}

static mp_obj_t mp_time_localtime_get(void) {
    timeutils_struct_time_t now;
    timeutils_seconds_since_2000_to_struct_time(rtc_get().seconds, &now);
    const uint16_t fields[] = {
        now.tm_year,
        now.tm_mon,
        now.tm_mday,
        now.tm_hour,
        now.tm_min,
        now.tm_sec,
        now.tm_wday,
        now.tm_yday,
    };
    mp_obj_t items[MP_ARRAY_SIZE(fields)];
    for (size_t i = 0; i < MP_ARRAY_SIZE(fields); i++) {
        items[i] = MP_OBJ_NEW_SMALL_INT(fields[i]);
    }
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
