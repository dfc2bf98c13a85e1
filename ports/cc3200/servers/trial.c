// A new image's trial (see trial.h).
#include "servers/trial.h"

#include "chip/watchdog.h"
#include "image/image.h"
#include "nwp/boot_info_file.h"
#include "nwp/processor.h"
#include "servers/servers.h"

// How long all has to be up.
#define UP_MS (10000u)
// How often that is looked at.
#define LOOK_MS (1000u)

// For the bootloader: this image does all of this.
__attribute__((section(".image_confirms"), used)) static const uint32_t confirms = IMAGE_CONFIRMS;

static struct {
    volatile bool up;
    volatile bool held;
    uint32_t since_ms; // since then all is up
} trial LOW_RAM;

void trial_note_up(void) {
    trial.up = true;
}

void trial_hold(void) {
    trial.held = true;
    if (watchdog_runs()) {
        watchdog_feed();
    }
}

bool trial_confirm(void) {
    boot_info_t info;
    bool kept = processor_leave(
        processor_enter() && boot_info_load(&info) && (!boot_info_confirm(&info) || boot_info_keep(&info)));
    if (kept) {
        watchdog_stop();
    }
    return kept;
}

int trial_number(void) {
    boot_info_t info;
    if (!processor_leave(processor_enter() && boot_info_load(&info))) {
        return 0;
    }
    return info.status == BOOT_INFO_TAKEN_BACK ? -1 : watchdog_runs() ? (int)boot_info_trial(&info) : 0;
}

static uint32_t prepare(bool usable, tcp_interest_t *interest, uint32_t now_ms) {
    (void)interest;
    if (!usable || !watchdog_runs()) {
        return WAIT_FOREVER_MS;
    }
    if (!trial.up || trial.held || (servers_wanted() && !servers_running())) {
        trial.since_ms = now_ms;
    } else if (now_ms - trial.since_ms > UP_MS && trial_confirm()) {
        return WAIT_FOREVER_MS;
    }
    return LOOK_MS;
}

static void serve(const tcp_interest_t *ready, uint32_t now_ms) {
    (void)ready;
    (void)now_ms;
}

const wait_client_t trial_client = {prepare, serve};
