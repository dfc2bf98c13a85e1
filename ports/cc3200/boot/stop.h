// The end when nothing can be started.
#ifndef CC3200_BOOT_STOP_H
#define CC3200_BOOT_STOP_H

// LED on, a line on UART0, and nothing more until a reset.
__attribute__((noreturn)) void stop(const char *why);

#endif
