// The stock bootloader's four bytes and what follows from them (see boot_info.h).
#include "image/boot_info.h"

static const char FILES[IMAGE_COUNT][19] = {
    [IMAGE_FACTORY] = "/sys/factimg.bin",
    [IMAGE_UPDATE_1] = "/sys/updtimg1.bin",
    [IMAGE_UPDATE_2] = "/sys/updtimg2.bin",
};

const char *image_file(image_id_t image) {
    return FILES[image];
}

static image_id_t known(uint8_t number) {
    return number < IMAGE_COUNT ? (image_id_t)number : IMAGE_FACTORY;
}

void boot_info_init(boot_info_t *info) {
    *info = (boot_info_t){.active = IMAGE_FACTORY, .status = BOOT_INFO_READY, .previous = IMAGE_FACTORY};
}

image_id_t boot_info_active(const boot_info_t *info) {
    return known(info->active);
}

image_id_t boot_info_previous(const boot_info_t *info) {
    return known(info->previous);
}

void boot_info_order(const boot_info_t *info, image_id_t wanted, image_id_t order[IMAGE_COUNT]) {
    const image_id_t candidates[] = {
        wanted, boot_info_active(info), boot_info_previous(info), IMAGE_UPDATE_1, IMAGE_UPDATE_2, IMAGE_FACTORY};
    unsigned seen = 0;
    unsigned count = 0;
    for (unsigned at = 0; at < sizeof(candidates) / sizeof(candidates[0]); at++) {
        unsigned bit = 1u << candidates[at];
        if (!(seen & bit)) {
            seen |= bit;
            order[count++] = candidates[at];
        }
    }
}

unsigned boot_info_trial(const boot_info_t *info) {
    unsigned number = info->status - BOOT_INFO_TRIAL + 1u;
    return number <= BOOT_INFO_TRIAL_STARTS ? number : 0;
}

bool boot_info_confirm(boot_info_t *info) {
    bool changed = boot_info_trial(info) > 0;
    if (changed) {
        info->status = BOOT_INFO_READY;
    }
    return changed;
}

// As the stock bootloader does it: the previous image has become the active one.
static void go_back(boot_info_t *info, image_id_t image, uint8_t status) {
    info->active = (uint8_t)image;
    info->status = status;
    info->previous = IMAGE_FACTORY;
}

bool boot_info_expire(boot_info_t *info) {
    bool expired = boot_info_trial(info) == BOOT_INFO_TRIAL_STARTS;
    if (expired) {
        go_back(info, boot_info_previous(info), BOOT_INFO_TAKEN_BACK);
    }
    return expired;
}

bool boot_info_started(boot_info_t *info, image_id_t image, bool confirms) {
    uint8_t before = info->status;
    if (info->active != image) {
        go_back(info, image, BOOT_INFO_READY);
        return true;
    }
    if (before == BOOT_INFO_CHECK) {
        info->status = confirms ? BOOT_INFO_TRIAL : BOOT_INFO_READY;
    } else if (boot_info_trial(info) > 0) {
        info->status++;
    }
    return info->status != before;
}

image_id_t boot_info_slot(const boot_info_t *info) {
    bool trusted = info->status != BOOT_INFO_CHECK && boot_info_trial(info) == 0;
    return info->active == (trusted ? IMAGE_UPDATE_1 : IMAGE_UPDATE_2) ? IMAGE_UPDATE_2 : IMAGE_UPDATE_1;
}

bool boot_info_reserve(boot_info_t *info, image_id_t slot) {
    bool changed = false;
    if (info->active == slot) {
        info->active = (uint8_t)(boot_info_previous(info) == slot ? IMAGE_FACTORY : boot_info_previous(info));
        info->status = BOOT_INFO_READY;
        changed = true;
    }
    if (info->previous == slot) {
        info->previous = IMAGE_FACTORY;
        changed = true;
    }
    return changed;
}

void boot_info_switch(boot_info_t *info, image_id_t slot) {
    info->previous = (uint8_t)boot_info_active(info);
    info->active = (uint8_t)slot;
    info->status = BOOT_INFO_CHECK;
}
