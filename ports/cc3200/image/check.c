// Whether an image that comes in pieces is fit to be started (see check.h).
#include "image/check.h"

#include <string.h>

#include "genhdr/board_config.h"

static const char LENGTH_WRONG[] = "550 wrong length";
static const char HEADER_WRONG[] = "550 not an image";
static const char DIGEST_WRONG[] = "550 wrong MD5";

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

void image_check_start(image_check_t *check) {
    check->length = 0;
    hash_start(&check->md5, HASH_MD5);
}

refusal_t image_check_add(image_check_t *check, const uint8_t *data, size_t length) {
    if (length > BOARD_IMAGE_LIMIT - check->length) {
        return LENGTH_WRONG;
    }
    while (length > 0) {
        size_t at = check->length % sizeof(check->last);
        size_t now = smaller(length, sizeof(check->last) - at);
        // What is overwritten was not of the last bytes.
        if (check->length >= sizeof(check->last) && !hash_update(&check->md5, check->last + at, now)) {
            return DIGEST_WRONG;
        }
        memcpy(check->last + at, data, now);
        if (check->length < sizeof(check->first)) {
            memcpy(&check->first, check->last, sizeof(check->first));
        }
        check->length += (uint32_t)now;
        data += now;
        length -= now;
    }
    // Its own length is known at the end.
    bool begun = check->length < sizeof(check->first) || image_header_fits(&check->first, BOARD_IMAGE_LIMIT);
    return begun ? NULL : HEADER_WRONG;
}

refusal_t image_check_end(image_check_t *check) {
    uint8_t digest[HASH_MAX_DIGEST_BYTES];
    if (!image_length_fits(check->length, BOARD_IMAGE_LIMIT)) {
        return LENGTH_WRONG;
    }
    if (!image_header_fits(&check->first, check->length)) {
        return HEADER_WRONG;
    }
    if (!hash_finish(&check->md5, digest)) {
        return DIGEST_WRONG;
    }
    for (unsigned at = 0; at < sizeof(check->last); at++) {
        if (check->last[(check->length + at) % sizeof(check->last)] != image_signature_digit(digest, at)) {
            return DIGEST_WRONG;
        }
    }
    return NULL;
}
