// What lib/oofatfs asks of MicroPython's configuration, as the firmware has it, for the tests on the host.
#define MICROPY_FATFS_ENABLE_LFN (2)
#define MICROPY_FATFS_MAX_LFN (128)
#define MICROPY_FATFS_LFN_CODE_PAGE 437
#define MICROPY_FATFS_RPATH (2)
#define MICROPY_FATFS_NORTC (1)
