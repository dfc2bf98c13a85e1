// Whether an image that comes in pieces is fit to be started: image.h's rules, applied while it comes. Nothing of it is kept
// but its first and its last bytes. What else an image must show, such as whose it is, is asked for here.
#ifndef CC3200_IMAGE_CHECK_H
#define CC3200_IMAGE_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "chip/hash_engine.h"
#include "image/image.h"

// Why something is refused: an FTP reply's three digits (RFC 959), a blank and words without a full stop. NULL: it is not.
typedef const char *refusal_t;

// Where the words begin.
#define REFUSAL_WORDS_AT (4)

typedef struct {
    uint32_t length; // of what came
    image_header_t first; // as far as it came
    uint8_t last
        [IMAGE_SIGNATURE_BYTES]; // what may be the signature, not hashed yet: a byte's place is its offset modulo the size
    hash_state_t md5; // of what came before
} image_check_t;

void image_check_start(image_check_t *check);

// Takes the next piece. A refusal: no image begins like that, and the check is of no more use.
refusal_t image_check_add(image_check_t *check, const uint8_t *data, size_t length);

// That was all of it.
refusal_t image_check_end(image_check_t *check);

#endif
