// Waiting, asleep.
#ifndef CC3200_BOOT_DELAY_H
#define CC3200_BOOT_DELAY_H

// Waits for so many milliseconds.
void delay_ms(unsigned ms);

// The handler of SysTick, which only has to be there.
void delay_over(void);

#endif
