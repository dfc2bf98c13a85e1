// The watchdog: 53 s after it was started or fed it raises its interrupt, which nobody takes, and as long after that it resets
// the chip (hw_wdt.h; TI's drivers: nothing but a reset of the block stops it).
#ifndef CC3200_CHIP_WATCHDOG_H
#define CC3200_CHIP_WATCHDOG_H

#include <stdbool.h>

void watchdog_start(void);
void watchdog_stop(void);

// Only while it runs.
void watchdog_feed(void);

bool watchdog_runs(void);

#endif
