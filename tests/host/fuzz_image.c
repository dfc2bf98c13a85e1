// Fuzzes images and boot info: what fits lies in memory, and no step of an update leaves the four bytes naming its slot.

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "image/boot_info.h"
#include "image/image.h"

#define LIMIT (500)
#define RAM_FROM (0x20000000u)
#define RAM_TO (0x20040000u)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_image(const unsigned char *data, size_t size) {
    if (!image_length_fits(size, LIMIT)) {
        assert(size <= IMAGE_HEADER_BYTES + IMAGE_SIGNATURE_BYTES || size > LIMIT);
        return;
    }
    image_header_t header;
    memcpy(&header, data, sizeof(header));
    if (image_header_fits(&header, size)) {
        assert(header.stack_top > RAM_FROM && header.stack_top <= RAM_TO);
        assert(header.entry > IMAGE_ADDRESS && header.entry < IMAGE_ADDRESS + size - IMAGE_SIGNATURE_BYTES);
    }
    const unsigned char *signature = data + size - IMAGE_SIGNATURE_BYTES;
    if (image_signature_fits(signature, data)) {
        for (size_t at = 0; at < IMAGE_SIGNATURE_BYTES; at++) {
            assert(strchr("0123456789abcdef", signature[at]) != NULL && signature[at] != '\0');
        }
    }
}

static void check_order(const boot_info_t *info, image_id_t wanted) {
    image_id_t order[IMAGE_COUNT];
    boot_info_order(info, wanted, order);
    assert(order[0] == wanted);
    assert((1u << order[0] | 1u << order[1] | 1u << order[2]) == 7);
}

// Any bytes, then any updates: some fail on the way, and the board starts in between.
static void check_boot_info(const unsigned char *data, size_t size) {
    boot_info_t info;
    memcpy(&info, data, sizeof(info));
    for (size_t at = sizeof(info); at < size; at++) {
        unsigned step = data[at];
        image_id_t wanted = (image_id_t)(step / 4 % IMAGE_COUNT);
        check_order(&info, wanted);
        if (step % 2) {
            unsigned before = boot_info_trial(&info);
            if (step & 64 && boot_info_expire(&info)) {
                assert(before == BOOT_INFO_TRIAL_STARTS && info.status == BOOT_INFO_TAKEN_BACK);
            }
            boot_info_started(&info, wanted, step & 128);
            assert(boot_info_active(&info) == wanted && info.status != BOOT_INFO_CHECK);
            continue;
        }
        if (step & 64) {
            boot_info_confirm(&info);
            assert(boot_info_trial(&info) == 0);
        }
        image_id_t running = boot_info_active(&info);
        bool was_new = info.status == BOOT_INFO_CHECK || boot_info_trial(&info) > 0;
        image_id_t slot = boot_info_slot(&info);
        assert(slot == IMAGE_UPDATE_1 || slot == IMAGE_UPDATE_2);
        assert(was_new || slot != running);
        boot_info_reserve(&info, slot);
        assert(boot_info_active(&info) != slot && boot_info_previous(&info) != slot);
        assert(!boot_info_reserve(&info, slot));
        if (step % 4 == 0) {
            image_id_t before = boot_info_active(&info);
            boot_info_switch(&info, slot);
            assert(boot_info_active(&info) == slot && boot_info_previous(&info) == before);
            assert(info.status == BOOT_INFO_CHECK);
        }
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    check_image(data, size);
    if (size >= sizeof(boot_info_t)) {
        check_boot_info(data, size);
    }
    return 0;
}
