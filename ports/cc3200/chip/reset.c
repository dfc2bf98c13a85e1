// Why the firmware started, and how to start it again.
#include <stdbool.h>

#include "inc/hw_hib3p3.h"
#include "inc/hw_memmap.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "prcm.h"

#include "chip/reset.h"

static bool soft;

reset_cause_t reset_cause(void) {
    if (soft) {
        return RESET_SOFT;
    }
    // Power-on and wake from hibernate share a code; the driver library tells them apart by the wake status (prcm.c).
    switch (MAP_PRCMSysResetCauseGet()) {
        case PRCM_POWER_ON:
            return RESET_POWER_ON;
        case PRCM_WDT_RESET:
            return RESET_WATCHDOG;
        case PRCM_HIB_EXIT:
            // The bootloader hibernates for a moment after the watchdog's reset.
            return MAP_PRCMHIBRegRead(HIB3P3_BASE + HIB3P3_O_MEM_HIB_REG2) & (1u << PRCM_WDT_RESET_BIT)
                ? RESET_WATCHDOG
                : RESET_DEEPSLEEP;
        default:
            return RESET_HARD;
    }
}

void reset_note_soft(void) {
    soft = true;
}

void reset_now(void) {
    MAP_PRCMMCUReset(true);
    for (;;) {
    }
}
