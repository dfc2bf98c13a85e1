// An update (see update.h).
#include "nwp/update.h"

#include "FreeRTOS.h"
#include "task.h"

#include "simplelink.h"

#include "genhdr/board_config.h"

#include "chip/watchdog.h"
#include "nwp/boot_info_file.h"
#include "nwp/flash_file.h"
#include "nwp/processor.h"

// Of what is read back at once, on the stack.
#define PIECE_BYTES (512)

static const char BUSY[] = "450 update under way";
static const char ON_TRIAL[] = "450 firmware on trial";
static const char NO_BOOTLOADER[] = "550 no bootloader";
static const char FULL[] = "452 flash full";
static const char FAILED[] = "451 flash fails";

static volatile bool under_way;

static bool take(void) {
    taskENTER_CRITICAL();
    bool taken = !under_way;
    under_way = true;
    taskEXIT_CRITICAL();
    return taken;
}

// The network processor is there, and is still the one that opened the file. processor_leave follows in any case.
static bool enter(const update_t *update) {
    return processor_enter() && processor_starts() == update->starts;
}

refusal_t update_begin(update_t *update) {
    // The slot that would be written holds the image that comes back if this one is not confirmed.
    if (watchdog_runs()) {
        return ON_TRIAL;
    }
    if (!take()) {
        return BUSY;
    }
    update->opened = false;
    update->starts = processor_starts();
    image_check_start(&update->check);
    if (!processor_leave(enter(update) && boot_info_load(&update->info))) {
        under_way = false;
        return NO_BOOTLOADER;
    }
    update->slot = boot_info_slot(&update->info);
    return NULL;
}

// From now on the slot is no image that a bootloader should look for.
static bool reserve(update_t *update) {
    return !boot_info_reserve(&update->info, update->slot) || boot_info_keep(&update->info);
}

// A slot that is there is used as it is. The stock firmware's are not fail-safe: opening one for writing erases it.
static refusal_t open_slot(update_t *update) {
    SlFsFileInfo_t about;
    const _u8 *name = (const _u8 *)image_file(update->slot);
    bool exists = sl_FsGetInfo(name, 0, &about) >= 0;
    if (!(exists && (about.flags & _FS_FILE_OPEN_FLAG_COMMIT)) && !reserve(update)) {
        return FAILED;
    }
    _i32 *file = (_i32 *)&update->file;
    _i32 result = sl_FsOpen(name, FS_MODE_OPEN_CREATE(BOARD_IMAGE_LIMIT, _FS_FILE_OPEN_FLAG_COMMIT), NULL, file);
    if (result < 0) {
        result = sl_FsOpen(name, exists ? FS_MODE_OPEN_WRITE : FS_MODE_OPEN_CREATE(BOARD_IMAGE_LIMIT, 0), NULL, file);
    }
    update->opened = result == 0;
    return update->opened ? NULL : exists ? FAILED : FULL;
}

static refusal_t put(const update_t *update, uint32_t offset, const uint8_t *data, size_t length) {
    _i32 written = sl_FsWrite(update->file, offset, (_u8 *)data, length);
    return written == (_i32)length ? NULL : written == SL_FS_FILE_MAX_SIZE_EXCEEDED ? FULL : FAILED;
}

// The slot is not touched before the first words have shown that it may be an image.
static refusal_t store(update_t *update, const uint8_t *data, size_t length) {
    uint32_t offset = update->check.length - length;
    if (!update->opened) {
        refusal_t result = open_slot(update);
        if (result == NULL) {
            result = put(update, 0, (const uint8_t *)&update->check.first, sizeof(update->check.first));
        }
        size_t stored = sizeof(update->check.first) - offset;
        data += stored;
        length -= stored;
        offset += stored;
        if (result != NULL || length == 0) {
            return result;
        }
    }
    return put(update, offset, data, length);
}

ONE_COPY refusal_t update_write(update_t *update, const uint8_t *data, size_t length) {
    refusal_t result = image_check_add(&update->check, data, length);
    if (result == NULL && length > 0 && update->check.length >= sizeof(update->check.first)) {
        result = enter(update) ? store(update, data, length) : FAILED;
        processor_leave(0);
    }
    return result;
}

// Whether the slot's file holds an image: on the flash, not on its way there.
static bool verify(update_t *update) {
    uint8_t piece[PIECE_BYTES];
    _i32 file, got;
    if (sl_FsOpen((const _u8 *)image_file(update->slot), FS_MODE_OPEN_READ, NULL, &file) < 0) {
        return false;
    }
    image_check_start(&update->check);
    do {
        got = sl_FsRead(file, update->check.length, piece, sizeof(piece)); // an error at the end of the file
    } while (got > 0 && image_check_add(&update->check, piece, (size_t)got) == NULL);
    return flash_file_close(file, true) && image_check_end(&update->check) == NULL;
}

static bool finish(update_t *update) {
    if (!reserve(update)) {
        return false;
    }
    update->opened = false;
    if (!flash_file_close(update->file, true) || !verify(update)) {
        return false;
    }
    boot_info_switch(&update->info, update->slot);
    return boot_info_keep(&update->info);
}

ONE_COPY refusal_t update_end(update_t *update) {
    refusal_t result = image_check_end(&update->check);
    if (result == NULL) {
        result = enter(update) && finish(update) ? NULL : FAILED;
        processor_leave(0);
    }
    update_abort(update);
    return result;
}

void update_abort(update_t *update) {
    if (update->opened) {
        processor_leave(enter(update) && flash_file_close(update->file, false));
    }
    under_way = false;
}
