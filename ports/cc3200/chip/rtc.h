// The calendar clock: the chip's 32,768 Hz counter, which runs through every sleep mode, plus an offset kept beside it.
#ifndef CC3200_CHIP_RTC_H
#define CC3200_CHIP_RTC_H

#include <stdint.h>

// Starts the calendar at 2015-01-01 00:00:00 if it has never been set since power-up.
void rtc_init(void);

typedef struct {
    uint32_t seconds; // since 2000-01-01 00:00:00
    uint32_t ms; // 0 to 999
} rtc_time_t;

rtc_time_t rtc_get(void);
void rtc_set(rtc_time_t now);

#endif
