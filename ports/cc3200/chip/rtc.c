// Calendar over the driver library's RTC calls, which count 1/1024 s and keep the offset in the hibernate block.
#include <stdbool.h>

#include "py/mpconfig.h"
#include "lib/oofatfs/ff.h"
#include "shared/timeutils/timeutils.h"

#include "inc/hw_types.h"
#include "rom_map.h"
#include "prcm.h"

#include "chip/rtc.h"
#include "chip/memory.h"

BOOT_CODE
void calendar_init(void) {
    if (MAP_PRCMSysResetCauseGet() == PRCM_POWER_ON) {
        MAP_PRCMRTCInUseSet();
        calendar_set((calendar_time_t) {timeutils_seconds_since_2000(2015, 1, 1, 0, 0, 0), 0});
    }
}

calendar_time_t calendar_get(void) {
    unsigned long seconds;
    unsigned short fraction;
    MAP_PRCMRTCGet(&seconds, &fraction);
    return (calendar_time_t) {seconds, fraction * 1000u / 1024};
}

void calendar_set(calendar_time_t now) {
    MAP_PRCMRTCSet(now.seconds, now.ms * 1024 / 1000);
}

// For FatFs: year from 1980 in the top 7 bits, then month, day, hour, minute and half the seconds.
DWORD get_fattime(void) {
    timeutils_struct_time_t now;
    timeutils_seconds_since_2000_to_struct_time(calendar_get().seconds, &now);
    return (now.tm_year - 1980) << 25 | now.tm_mon << 21 | now.tm_mday << 16
        | now.tm_hour << 11 | now.tm_min << 5 | now.tm_sec >> 1;
}
