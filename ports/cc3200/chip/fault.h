// What happens when the firmware itself fails: the LED stays on and UART0 says why.
#ifndef CC3200_CHIP_FAULT_H
#define CC3200_CHIP_FAULT_H

// Handler of every exception and interrupt that nothing else has claimed. Never returns.
void fault_handler(void);

// Ends everything with a line on UART0 and the LED on.
__attribute__((noreturn)) void fault_stop(const char *why, const char *detail);

// The name of the task that runs, for the dump. The firmware with tasks has its own; here, what there is without any.
const char *fault_task_name(void);

#endif
