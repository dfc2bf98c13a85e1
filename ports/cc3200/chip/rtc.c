// Calendar time (see rtc.h) over the driver library's calls, which count 1/1024 s and keep the offset in the hibernate block.
#include <stdbool.h>

#include "inc/hw_types.h"
#include "rom_map.h"
#include "prcm.h"

#include "chip/rtc.h"
#include "chip/memory.h"

// From 2000-01-01 to 2015-01-01: 15 years, four of them leap years.
#define SECONDS_2015 ((15 * 365 + 4) * 86400u)

BOOT_CODE
void rtc_init(void) {
    if (MAP_PRCMSysResetCauseGet() == PRCM_POWER_ON) {
        MAP_PRCMRTCInUseSet();
        rtc_set((rtc_time_t){SECONDS_2015, 0});
    }
}

rtc_time_t rtc_get(void) {
    unsigned long seconds;
    unsigned short fraction;
    MAP_PRCMRTCGet(&seconds, &fraction);
    return (rtc_time_t){seconds, fraction * 1000u / 1024};
}

void rtc_set(rtc_time_t now) {
    MAP_PRCMRTCSet(now.seconds, now.ms * 1024 / 1000);
}
