// Where memory goes: the size of every stack, and the section for what lives in the lower 16 KiB, which the image does
// not cover; and the other attributes of the compiler that our files use.
#ifndef CC3200_CHIP_MEMORY_H
#define CC3200_CHIP_MEMORY_H

// RAM, which holds code and data (data sheet SWAS032).
#define RAM_START 0x20000000u
#define RAM_END 0x20040000u

// Stack sizes in bytes; tests/firmware/test_stacks.py measures what is used of each.
#define MAIN_STACK_BYTES 480     // start-up and interrupt handlers
#define IDLE_STACK_BYTES 208
#define INTERPRETER_STACK_BYTES 8704
#define SERVERS_STACK_BYTES 1936    // telnet and FTP
#define SPAWN_STACK_BYTES 352     // the network processor's events

// Task priorities, 0 (idle) to configMAX_PRIORITIES - 1.
#define INTERPRETER_PRIORITY (1)
#define SERVERS_PRIORITY (2)
#define SPAWN_PRIORITY (3)

// Stacks: neither loaded nor zeroed. Low RAM: zeroed at start-up like any other variable.
#define STACK_SECTION __attribute__((section(".stacks"), aligned(8)))
#define LOW_RAM __attribute__((section(".lowbss")))

// A variable that takes the place of BOOT_CODE once that has run: zeroed by whoever begins to use it.
#define BOOT_CODE_OVERLAY __attribute__((section(".overlay")))

// A function of which copies within its callers would be larger, though the compiler thinks otherwise.
#define ONE_COPY __attribute__((noinline, noclone))

// Whoever calls it has to look at what it returns.
#define RESULT_MATTERS __attribute__((warn_unused_result))

// Code that has run when flash_drive_init() is called: the drive's cache takes its place.
#define BOOT_CODE __attribute__((section(".boot"), noinline))

#endif
