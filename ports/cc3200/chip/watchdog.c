// The watchdog (see watchdog.h).
#include "chip/watchdog.h"

#include "inc/hw_apps_rcm.h"
#include "inc/hw_memmap.h"
#include "inc/hw_types.h"
#include "inc/hw_wdt.h"
#include "rom_map.h"
#include "prcm.h"

// While the processor sleeps it counts on.
#define CLOCKS (PRCM_RUN_MODE_CLK | PRCM_SLP_MODE_CLK)

void watchdog_start(void) {
    MAP_PRCMPeripheralClkEnable(PRCM_WDT, CLOCKS);
    MAP_PRCMPeripheralReset(PRCM_WDT); // it counts from 2^32 at 80 MHz
    HWREG(WDT_BASE + WDT_O_LOCK) = WDT_LOCK_UNLOCK;
    HWREG(WDT_BASE + WDT_O_CTL) = WDT_CTL_INTEN | WDT_CTL_RESEN;
}

void watchdog_stop(void) {
    MAP_PRCMPeripheralReset(PRCM_WDT);
    MAP_PRCMPeripheralClkDisable(PRCM_WDT, CLOCKS);
}

void watchdog_feed(void) {
    HWREG(WDT_BASE + WDT_O_ICR) = 0; // any value
}

// Without its clock its registers can't be read.
bool watchdog_runs(void) {
    return HWREG(ARCM_BASE + APPS_RCM_O_WDOG_A_CLK_GATING) & APPS_RCM_WDOG_A_CLK_GATING_WDOG_A_RUN_CLK_ENABLE;
}
