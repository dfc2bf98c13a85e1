// Which of the three images in the serial flash is started: the stock bootloader's four bytes (docs/formats/boot-info.md),
// the order in which images are tried, and where an update goes. Pure: it opens no file.
//
// An update calls boot_info_slot() for the image to write, keeps what boot_info_reserve() makes of the four bytes before
// the first byte of that image changes, and what boot_info_switch() makes of them once the whole of it verifies
// (image/image.h) and its file is closed. Each is kept in one step of the file, so that at any instant the bytes name
// images that are whole.
#ifndef CC3200_IMAGE_BOOT_INFO_H
#define CC3200_IMAGE_BOOT_INFO_H

#include <stdbool.h>
#include <stdint.h>

// The numbers are the file's.
typedef enum {
    IMAGE_FACTORY,
    IMAGE_UPDATE_1,
    IMAGE_UPDATE_2,
    IMAGE_COUNT,
} image_id_t;

// The status of the active image. For the stock bootloader and updater all but the first are the same: it was checked.
#define BOOT_INFO_CHECK (0) // it is new
#define BOOT_INFO_READY (1)
#define BOOT_INFO_TRIAL (2) // started for the first time, and not confirmed since; then one number more at each start
#define BOOT_INFO_TRIAL_STARTS (3)
#define BOOT_INFO_TAKEN_BACK (5) // it is back, as the image after it was not confirmed

// The file as it is.
typedef struct {
    uint8_t active;
    uint8_t status;
    uint8_t previous;
    uint8_t unused;
} boot_info_t;

#define BOOT_INFO_FILE "/sys/bootinfo.bin"

// In the serial flash.
const char *image_file(image_id_t image);

// What a board without the file starts with: the factory's image.
void boot_info_init(boot_info_t *info);

// The images that the bytes name. Any number that no image has stands for the factory's.
image_id_t boot_info_active(const boot_info_t *info);
image_id_t boot_info_previous(const boot_info_t *info);

// All images, each once, in the order in which they are tried: the wanted one, the active, the previous, the other update,
// the factory's.
void boot_info_order(const boot_info_t *info, image_id_t wanted, image_id_t order[IMAGE_COUNT]);

// Before a start that is no safe boot. An image that was not confirmed in all the starts it has for that gives way to the one
// before. True: the bytes have changed and are to be kept.
bool boot_info_expire(boot_info_t *info);

// This image verified and is started, as those before it did not. confirms: it can confirm itself, and is on trial if it is
// new. True: the bytes have changed and are to be kept.
bool boot_info_started(boot_info_t *info, image_id_t image, bool confirms);

// Which start of its trial the active image is at: 1 to BOOT_INFO_TRIAL_STARTS, 0 when it is on none.
unsigned boot_info_trial(const boot_info_t *info);

// It is confirmed. True: the bytes have changed and are to be kept.
bool boot_info_confirm(boot_info_t *info);

// The update slot to write: never the one that the board would start now, but for a new one that was never started or not
// confirmed, which is overwritten.
image_id_t boot_info_slot(const boot_info_t *info);

// The content of this slot is about to change: nothing names it any more. True: the bytes have changed and are to be kept.
bool boot_info_reserve(boot_info_t *info, image_id_t slot);

// This slot holds a whole new image: it is started next, and the one that is active now is the previous one.
void boot_info_switch(boot_info_t *info, image_id_t slot);

#endif
