// Random numbers: a pool of entropy behind SHA-256.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inc/hw_types.h"
#include "rom_map.h"
#include "prcm.h"
#include "systick.h"

#include "chip/fault.h"
#include "chip/hash_engine.h"
#include "chip/irq.h"
#include "chip/memory.h"
#include "chip/random.h"

#define POOL_WORDS (8)
#define EDGES (64)         // of the slow clock that are timed at the start, 2,441 cycles of the core's clock apart
#define MAX_LOOKS (2000)   // at the slow clock, for one edge: many times as many as it takes

// What a hash is for goes in first: numbers that leave must say nothing about the pool that stays.
enum { STIR, DRAW, MOVE_ON };

static struct {
    uint32_t pool[POOL_WORDS];
    uint32_t drawn[POOL_WORDS];
    uint32_t left;  // words of `drawn` not handed out yet
    uint32_t stirred; // times so far
} generator LOW_RAM;

static void digest_pool(uint8_t purpose, const void *data, size_t length, uint32_t result[POOL_WORDS]) {
    hash_state_t state;
    // When numbers are asked for hangs on what went on since the start.
    const uint32_t now[] = {MAP_SysTickValueGet(), (uint32_t)PRCMSlowClkCtrFastGet()};
    hash_start(&state, HASH_SHA256);
    if (!hash_update(&state, &purpose, sizeof(purpose)) || !hash_update(&state, generator.pool, sizeof(generator.pool))
        || !hash_update(&state, now, sizeof(now)) || !hash_update(&state, data, length)
        || !hash_finish(&state, (uint8_t *)result)) {
        fault_stop("hash engine", NULL);
    }
}

void random_stir(const void *data, size_t length) {
    uint32_t stirred[POOL_WORDS];
    digest_pool(STIR, data, length, stirred);
    uint32_t interrupts = interrupts_disable();
    for (unsigned i = 0; i < POOL_WORDS; ++i) {
        generator.pool[i] ^= stirred[i];
    }
    generator.left = 0;
    interrupts_restore(interrupts);
}

// A sum takes nothing away from what the pool holds; the next digest mixes it.
void random_stir_time(void) {
    // Within the present millisecond, and which one.
    uint32_t now = MAP_SysTickValueGet() ^ (uint32_t)PRCMSlowClkCtrFastGet() << 16;
    uint32_t interrupts = interrupts_disable();
    generator.pool[generator.stirred++ % POOL_WORDS] += now;
    interrupts_restore(interrupts);
}

// The two clocks come from crystals of their own, so that when an edge of the one comes, as the other counts, is open: at
// first in the whole period (a look takes some 20 cycles, so 6 or 7 bits), then by how the crystals differ and jitter.
BOOT_CODE
void random_init(const void *memory, size_t length) {
    struct {
        uint32_t slow;
        uint32_t fast[EDGES];
    } clocks;
    clocks.slow = (uint32_t)PRCMSlowClkCtrFastGet();
    uint32_t last = clocks.slow;
    for (unsigned i = 0; i < EDGES; ++i) {
        uint32_t slow;
        unsigned looks = 0;
        do {
            slow = (uint32_t)PRCMSlowClkCtrFastGet();
        } while (slow == last && ++looks < MAX_LOOKS);
        clocks.fast[i] = MAP_SysTickValueGet();
        last = slow;
    }
    random_stir(&clocks, sizeof(clocks));
    random_stir(memory, length);
}

uint32_t random_u32(void) {
    uint32_t interrupts = interrupts_disable();
    if (generator.left == 0) {
        uint8_t nothing = 0;
        digest_pool(DRAW, &nothing, sizeof(nothing), generator.drawn);
        digest_pool(MOVE_ON, &nothing, sizeof(nothing), generator.pool);
        generator.left = POOL_WORDS;
    }
    uint32_t *word = &generator.drawn[--generator.left];
    uint32_t number = *word;
    *word = 0;
    interrupts_restore(interrupts);
    return number;
}
