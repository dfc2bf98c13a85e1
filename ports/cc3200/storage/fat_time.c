// The time that FatFs gives a file.

#include <stdbool.h>
#include <stdint.h>

#include "py/mpconfig.h"
#include "lib/oofatfs/ff.h"
#include "shared/timeutils/timeutils.h"

#include "chip/rtc.h"

// Year from 1980 in the top 7 bits, then month, day, hour, minute and half the seconds.
DWORD get_fattime(void) {
    timeutils_struct_time_t now;
    timeutils_seconds_since_2000_to_struct_time(rtc_get().seconds, &now);
    return (now.tm_year - 1980) << 25 | now.tm_mon << 21 | now.tm_mday << 16 | now.tm_hour << 11 | now.tm_min << 5
        | now.tm_sec >> 1;
}
