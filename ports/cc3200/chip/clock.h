// The processor's clock, which is fixed.
#ifndef CC3200_CHIP_CLOCK_H
#define CC3200_CHIP_CLOCK_H

#define CPU_HZ (80000000u)

#endif
