// Fuzzes images that come in pieces: whatever the pieces, the same is taken as of the whole, and nothing else is.

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "genhdr/board_config.h"

#include "hash_host.h"
#include "image/check.h"

#define SIGNED (1)
#define HEADED (2)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static bool whole_fits(const uint8_t *image, size_t size) {
    uint8_t digest[IMAGE_DIGEST_BYTES];
    image_header_t header;
    if (!image_length_fits(size, BOARD_IMAGE_LIMIT)) {
        return false;
    }
    memcpy(&header, image, sizeof(header));
    hash_of(image, size - IMAGE_SIGNATURE_BYTES, digest);
    return image_header_fits(&header, size) && image_signature_fits(image + size - IMAGE_SIGNATURE_BYTES, digest);
}

// Without this hardly any input would be an image.
static void make_image(uint8_t *image, size_t size, unsigned how) {
    const image_header_t header = {0x20003000u, IMAGE_ADDRESS + IMAGE_HEADER_BYTES + 1};
    if (how & HEADED && size >= sizeof(header)) {
        memcpy(image, &header, sizeof(header));
    }
    if (how & SIGNED && size >= IMAGE_SIGNATURE_BYTES) {
        uint8_t digest[IMAGE_DIGEST_BYTES];
        hash_of(image, size - IMAGE_SIGNATURE_BYTES, digest);
        for (unsigned at = 0; at < IMAGE_SIGNATURE_BYTES; at++) {
            image[size - IMAGE_SIGNATURE_BYTES + at] = image_signature_digit(digest, at);
        }
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    if (size < 3) {
        return 0;
    }
    unsigned how = data[0], piece = data[1], change = data[2];
    size -= 3;
    uint8_t *image = malloc(size + 1);
    memcpy(image, data + 3, size);
    make_image(image, size, how);
    image_check_t check;
    image_check_start(&check);
    refusal_t why = NULL;
    for (size_t done = 0; done < size && why == NULL;) {
        size_t now = 1 + piece % 97;
        now = now < size - done ? now : size - done;
        why = image_check_add(&check, image + done, now);
        done += now;
        piece = piece * 5 + change;
    }
    why = why == NULL ? image_check_end(&check) : why;
    assert((why == NULL) == whole_fits(image, size));
    assert(why == NULL || strlen(why) > REFUSAL_WORDS_AT);
    free(image);
    return 0;
}
