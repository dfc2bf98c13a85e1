// The bootloader: which image is wanted, whether it is whole, and its start. What does not verify is passed over.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simplelink.h"
#include "inc/hw_memmap.h"
#include "inc/hw_nvic.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "interrupt.h"
#include "prcm.h"

#include "genhdr/board_config.h"

#include "boot/safe_boot.h"
#include "boot/stop.h"
#include "chip/hash_engine.h"
#include "chip/led.h"
#include "chip/watchdog.h"
#include "image/boot_info.h"
#include "image/image.h"
#include "nwp/boot_info_file.h"
#include "nwp/flash_file.h"

// How long the network processor may take to stop.
#define STOP_TIMEOUT_MS (35)

// Of the slow clock, 32,768 Hz: 10 ms, the shortest that the chip's data sheet allows.
#define HIBERNATE_TICKS (330)

int main(void);

static uint8_t *const ram = (uint8_t *)IMAGE_ADDRESS;

static bool verifies(size_t length) {
    hash_state_t hash;
    uint8_t digest[HASH_MAX_DIGEST_BYTES];
    const uint8_t *signature = ram + length - IMAGE_SIGNATURE_BYTES;
    hash_start(&hash, HASH_MD5);
    return image_header_fits((const image_header_t *)ram, length)
        && hash_update(&hash, ram, length - IMAGE_SIGNATURE_BYTES) && hash_finish(&hash, digest)
        && image_signature_fits(signature, digest);
}

// Loads an image to where it is to run. False: it is not there or does not verify.
static bool load(image_id_t image) {
    SlFsFileInfo_t about;
    const char *name = image_file(image);
    return sl_FsGetInfo((const _u8 *)name, 0, &about) >= 0 && image_length_fits(about.FileLen, BOARD_IMAGE_LIMIT)
        && flash_file_read(name, ram, about.FileLen) && verifies(about.FileLen);
}

// Images of other makers rely on the stock bootloader's state: interrupts enabled in the core, none in the NVIC.
__attribute__((noreturn)) static void start_image(void) {
    const image_header_t *header = (const image_header_t *)IMAGE_ADDRESS;
    MAP_IntMasterDisable();
    HWREG(NVIC_VTABLE) = IMAGE_ADDRESS;
    __asm volatile("msr msp, %0\n"
                   "dsb        \n"
                   "isb        \n"
                   "cpsie i    \n"
                   "bx %1      \n"
        :
        : "r"(header->stack_top), "r"(header->entry)
        : "memory");
    __builtin_unreachable();
}

// The image at which the bytes were last looked can confirm itself.
static bool confirms(void) {
    return *(const uint32_t *)(ram + IMAGE_HEADER_BYTES) == IMAGE_CONFIRMS;
}

static image_id_t wanted_image(const boot_info_t *info, safe_boot_t safe_boot) {
    return safe_boot == SAFE_BOOT_FACTORY ? IMAGE_FACTORY
        : safe_boot == SAFE_BOOT_PREVIOUS ? boot_info_previous(info)
                                          : boot_info_active(info);
}

// After the watchdog's reset the network processor runs on, in whatever state: off with all of it, as the stock bootloader
// does. The bit is for the image, which would take it for the end of a sleep.
static void recover_from_watchdog(void) {
    unsigned long cause = MAP_PRCMSysResetCauseGet();
    if (cause != PRCM_HIB_EXIT) {
        PRCMClearSpecialBit(PRCM_WDT_RESET_BIT);
    }
    if (cause == PRCM_WDT_RESET) {
        PRCMSetSpecialBit(PRCM_WDT_RESET_BIT);
        MAP_PRCMHibernateIntervalSet(HIBERNATE_TICKS);
        MAP_PRCMHibernateWakeupSourceEnable(PRCM_HIB_SLOW_CLK_CTR);
        MAP_PRCMHibernateEnter();
        for (;;) {
        }
    }
}

int main(void) {
    recover_from_watchdog();
    PRCMClearSpecialBit(PRCM_SAFE_BOOT_BIT);
    led_init();
    safe_boot_t safe_boot = safe_boot_ask();
    if (safe_boot != SAFE_BOOT_NOT_ASKED) {
        PRCMSetSpecialBit(PRCM_SAFE_BOOT_BIT);
    }

    if (sl_Start(NULL, NULL, NULL) < 0) {
        stop("the network processor does not start");
    }
    boot_info_t info;
    bool is_new = !boot_info_load(&info);
    if (is_new) {
        boot_info_init(&info);
    }
    bool changed = is_new || (safe_boot == SAFE_BOOT_NOT_ASKED && boot_info_expire(&info));
    image_id_t order[IMAGE_COUNT];
    boot_info_order(&info, wanted_image(&info, safe_boot), order);
    for (unsigned at = 0; at < IMAGE_COUNT; at++) {
        if (load(order[at])) {
            // What a safe boot chose is for this once.
            if (safe_boot == SAFE_BOOT_NOT_ASKED) {
                changed = boot_info_started(&info, order[at], confirms()) || changed;
            }
            if (changed) {
                // If it can't be kept, the board starts all the same, and the next start does this again.
                (void)boot_info_keep(&info);
            }
            sl_Stop(STOP_TIMEOUT_MS); // the image starts it anew
            if (safe_boot == SAFE_BOOT_NOT_ASKED && boot_info_trial(&info) > 0) {
                watchdog_start();
            }
            start_image();
        }
    }
    sl_Stop(STOP_TIMEOUT_MS); // nothing follows
    stop("no image verifies");
}
