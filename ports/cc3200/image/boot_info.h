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

// The only status that says something: the image is new. Any other number: it has been started.
#define BOOT_INFO_CHECK (0)
#define BOOT_INFO_READY (1)

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

// This image verified and is started, as those before it did not. True: the bytes have changed and are to be kept.
bool boot_info_started(boot_info_t *info, image_id_t image);

// The update slot to write: never the one that the board would start now, but for a new one that was never started, which
// is overwritten.
image_id_t boot_info_slot(const boot_info_t *info);

// The content of this slot is about to change: nothing names it any more. True: the bytes have changed and are to be kept.
bool boot_info_reserve(boot_info_t *info, image_id_t slot);

// This slot holds a whole new image: it is started next, and the one that is active now is the previous one.
void boot_info_switch(boot_info_t *info, image_id_t slot);

#endif
