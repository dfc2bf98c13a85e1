// Whether an image that comes in pieces is fit to be started (see check.h).
#include "image/check.h"

#include <string.h>

#include "genhdr/board_config.h"

static const char LENGTH_WRONG[] = "550 not the length of an image";
static const char HEADER_WRONG[] = "550 not an image for this chip";
static const char DIGEST_WRONG[] = "550 wrong MD5";

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

void image_check_start(image_check_t *check) {
    check->length = 0;
    hash_start(&check->md5, HASH_MD5);
}

refusal_t image_check_add(image_check_t *check, const uint8_t *data, size_t length) {
    size_t before = check->length;
    if (length > BOARD_IMAGE_LIMIT - before) {
        return LENGTH_WRONG;
    }
    check->length += (uint32_t)length;
    if (before < sizeof(check->first)) {
        memcpy((uint8_t *)&check->first + before, data, smaller(length, sizeof(check->first) - before));
        // Its own length is known at the end.
        if (check->length >= sizeof(check->first) && !image_header_fits(&check->first, BOARD_IMAGE_LIMIT)) {
            return HEADER_WRONG;
        }
    }
    // All but the last bytes are hashed: first what was held back, then what is new.
    size_t held = smaller(before, sizeof(check->last));
    size_t hashed = held + length - smaller(held + length, sizeof(check->last));
    size_t old = smaller(hashed, held);
    if (!hash_update(&check->md5, check->last, old) || !hash_update(&check->md5, data, hashed - old)) {
        return DIGEST_WRONG;
    }
    held -= old;
    memmove(check->last, check->last + old, held);
    memcpy(check->last + held, data + hashed - old, length - (hashed - old));
    return NULL;
}

refusal_t image_check_end(image_check_t *check) {
    uint8_t digest[HASH_MAX_DIGEST_BYTES];
    if (!image_length_fits(check->length, BOARD_IMAGE_LIMIT)) {
        return LENGTH_WRONG;
    }
    if (!image_header_fits(&check->first, check->length)) {
        return HEADER_WRONG;
    }
    return hash_finish(&check->md5, digest) && image_signature_fits(check->last, digest) ? NULL : DIGEST_WRONG;
}
