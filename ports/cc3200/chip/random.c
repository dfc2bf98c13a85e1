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
#define EDGES (24)     // slow-clock edges timed at the start, 31 us apart
#define MAX_LOOKS (10000)  // at the slow clock, for one edge: many times as many as it takes

// What a hash is for goes in first: numbers that leave must say nothing about the pool that stays.
enum { STIR, DRAW, MOVE_ON };

static struct {
    uint32_t pool[POOL_WORDS];
    uint32_t drawn[POOL_WORDS];
    uint32_t left;  // words of `drawn` not handed out yet
} generator LOW_RAM;

static void digest_pool(uint8_t purpose, const void *data, size_t length, uint32_t result[POOL_WORDS]) {
    hash_state_t state;
    uint32_t now = MAP_SysTickValueGet();
    hash_start(&state, HASH_SHA256);
    if (!hash_update(&state, &purpose, sizeof(purpose)) || !hash_update(&state, generator.pool, sizeof(generator.pool))
        || !hash_update(&state, &now, sizeof(now)) || !hash_update(&state, data, length)
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

BOOT_CODE
void random_init(const void *memory, size_t length) {
    struct {
        uint32_t slow;
        uint32_t fast;
    } edges[EDGES];
    uint32_t last = (uint32_t)MAP_PRCMSlowClkCtrGet();
    for (unsigned i = 0; i < EDGES; ++i) {
        unsigned looks = 0;
        do {
            edges[i].slow = (uint32_t)MAP_PRCMSlowClkCtrGet();
        } while (edges[i].slow == last && ++looks < MAX_LOOKS);
        edges[i].fast = MAP_SysTickValueGet();
        last = edges[i].slow;
    }
    random_stir(edges, sizeof(edges));
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
