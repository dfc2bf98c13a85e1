// What makes an image fit to be started (docs/formats/image.md): its length, its first two words, and the MD5 at its end.
// Pure: who calls it reads the file and hashes.
#ifndef CC3200_IMAGE_IMAGE_H
#define CC3200_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Where every image is loaded, and what it is linked for.
#define IMAGE_ADDRESS (0x20004000u)

#define IMAGE_DIGEST_BYTES (16)
#define IMAGE_SIGNATURE_BYTES (2 * IMAGE_DIGEST_BYTES)
#define IMAGE_HEADER_BYTES (8)

// The word behind the header of an image that can confirm itself ("trial", and the version of how): it is put on trial. Others'
// images have code there.
#define IMAGE_CONFIRMS (0x314c5254u)

typedef struct {
    uint32_t stack_top;
    uint32_t entry;
} image_header_t;

// True: an image may have this length. limit: the board's, in bytes.
bool image_length_fits(size_t length, size_t limit);

// True: an image of this length may be started through this header. Nothing is said about its content.
bool image_header_fits(const image_header_t *header, size_t length);

// One of the digits of a signature, which is this MD5 in lower-case hexadecimal digits. at: below IMAGE_SIGNATURE_BYTES.
uint8_t image_signature_digit(const uint8_t digest[IMAGE_DIGEST_BYTES], unsigned at);

// True: the signature has all of them.
bool image_signature_fits(const uint8_t signature[IMAGE_SIGNATURE_BYTES], const uint8_t digest[IMAGE_DIGEST_BYTES]);

#endif
