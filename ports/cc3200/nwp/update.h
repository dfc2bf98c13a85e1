// An update: a new image, piece by piece, into the slot of the serial flash that is not started now (image/boot_info.h).
// Until update_end takes it the board starts as before, whatever happens.
#ifndef CC3200_NWP_UPDATE_H
#define CC3200_NWP_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/boot_info.h"
#include "image/check.h"

typedef struct {
    bool opened; // the slot's file
    uint8_t slot; // image_id_t
    boot_info_t info;
    int32_t file;
    uint32_t starts; // of the network processor, to know when the file is none any more
    image_check_t check;
} update_t;

// For tasks that may wait. Each of them may take as long as the flash: up to 4 s, mostly in the first update_write.

// Begins one. A refusal: it has not begun.
refusal_t update_begin(update_t *update);

// Takes the next piece. A refusal: this is no image, or it can't be kept, and update_abort is due.
refusal_t update_write(update_t *update, const uint8_t *data, size_t length);

// That was all. Without a refusal the image is whole in the flash and is started after the next reset. It is over in any case.
refusal_t update_end(update_t *update);

// Gives it up.
void update_abort(update_t *update);

#endif
