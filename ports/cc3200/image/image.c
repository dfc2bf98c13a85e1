// What makes an image fit to be started (see image.h).
#include "image/image.h"

#include "chip/memory.h"

bool image_length_fits(size_t length, size_t limit) {
    return length > IMAGE_HEADER_BYTES + IMAGE_SIGNATURE_BYTES && length <= limit;
}

bool image_header_fits(const image_header_t *header, size_t length) {
    uint32_t code_bytes = (uint32_t)length - IMAGE_SIGNATURE_BYTES;
    uint32_t entry_offset = header->entry - 1 - IMAGE_ADDRESS;
    // The core takes no stack pointer that is not a multiple of 4, and no entry point without the mark of Thumb code.
    return header->stack_top > RAM_START && header->stack_top <= RAM_END && header->stack_top % 4 == 0
        && header->entry % 2 == 1 && entry_offset >= IMAGE_HEADER_BYTES
        && entry_offset + 1 < code_bytes; // an instruction takes two bytes
}

uint8_t image_signature_digit(const uint8_t digest[IMAGE_DIGEST_BYTES], unsigned at) {
    return (uint8_t)"0123456789abcdef"[at % 2 ? digest[at / 2] & 15 : digest[at / 2] >> 4];
}

bool image_signature_fits(const uint8_t signature[IMAGE_SIGNATURE_BYTES], const uint8_t digest[IMAGE_DIGEST_BYTES]) {
    for (unsigned at = 0; at < IMAGE_SIGNATURE_BYTES; at++) {
        if (signature[at] != image_signature_digit(digest, at)) {
            return false;
        }
    }
    return true;
}
