// MD5, SHA-1 and SHA-256 on the chip's hash engine.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "inc/hw_memmap.h"
#include "inc/hw_shamd5.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "prcm.h"
#include "shamd5.h"

#include "chip/hash_engine.h"
#include "chip/irq.h"

// Interrupts are off while the engine works for one state: 8 blocks take about 20 us.
#define BLOCKS_AT_ONCE (8)

// The engine needs about 80 clocks for a block; after this many looks it is not going to answer.
#define MAX_POLLS (10000)

// Where the message's length in bits goes, in its last block.
#define LENGTH_AT (HASH_BLOCK_BYTES - sizeof(uint64_t))

static bool wait_for(uint32_t flag) {
    for (unsigned polls = 0; polls < MAX_POLLS; ++polls) {
        if (HWREG(SHAMD5_BASE + SHAMD5_O_IRQSTATUS) & flag) {
            return true;
        }
    }
    return false;
}

static void write_block(const uint8_t *data) {
    for (unsigned offset = 0; offset < HASH_BLOCK_BYTES; offset += sizeof(uint32_t)) {
        uint32_t word;
        memcpy(&word, data + offset, sizeof(word));
        HWREG(SHAMD5_BASE + SHAMD5_O_DATA0_IN + offset) = word;
    }
}

// One round: the state goes in, blocks go through, the state comes out. `before`: bytes hashed in earlier rounds.
static bool run(hash_state_t *state, uint32_t before, bool first, const uint8_t *data, size_t blocks) {
    if (!wait_for(SHAMD5_INT_CONTEXT_READY)) {
        return false;
    }
    uint32_t mode = state->algorithm;
    if (first) {
        mode |= SHAMD5_MODE_ALGO_CONSTANT;
    } else {
        for (unsigned offset = 0; offset < sizeof(state->digest); offset += sizeof(uint32_t)) {
            HWREG(SHAMD5_BASE + SHAMD5_O_IDIGEST_A + offset) = state->digest[offset / sizeof(uint32_t)];
        }
        HWREG(SHAMD5_BASE + SHAMD5_O_DIGEST_COUNT) = before;
    }
    // Without CLOSE_HASH the engine pads nothing and the hash can be continued.
    HWREG(SHAMD5_BASE + SHAMD5_O_MODE) = mode;
    HWREG(SHAMD5_BASE + SHAMD5_O_LENGTH) = blocks * HASH_BLOCK_BYTES;
    for (; blocks > 0; --blocks, data += HASH_BLOCK_BYTES) {
        if (!wait_for(SHAMD5_INT_INPUT_READY)) {
            return false;
        }
        write_block(data);
    }
    if (!wait_for(SHAMD5_INT_OUTPUT_READY)) {
        return false;
    }
    for (unsigned offset = 0; offset < sizeof(state->digest); offset += sizeof(uint32_t)) {
        state->digest[offset / sizeof(uint32_t)] = HWREG(SHAMD5_BASE + SHAMD5_O_IDIGEST_A + offset);
    }
    // Reading the count, last of the context, ends the round.
    (void)HWREG(SHAMD5_BASE + SHAMD5_O_DIGEST_COUNT);
    return true;
}

// The engine's own count may wrap: it serves only CLOSE_HASH, and the message's length is written by hash_finish().
static bool process(hash_state_t *state, uint32_t before, const uint8_t *data, size_t blocks) {
    while (blocks > 0) {
        size_t now = blocks < BLOCKS_AT_ONCE ? blocks : BLOCKS_AT_ONCE;
        uint32_t interrupts = interrupts_disable();
        MAP_PRCMPeripheralClkEnable(PRCM_DTHE, PRCM_RUN_MODE_CLK);
        bool done = run(state, before, before == 0, data, now);
        if (!done) {
            MAP_PRCMPeripheralReset(PRCM_DTHE);
        }
        MAP_PRCMPeripheralClkDisable(PRCM_DTHE, PRCM_RUN_MODE_CLK);
        interrupts_restore(interrupts);
        if (!done) {
            return false;
        }
        before += now * HASH_BLOCK_BYTES;
        data += now * HASH_BLOCK_BYTES;
        blocks -= now;
    }
    return true;
}

void hash_start(hash_state_t *state, hash_algorithm_t algorithm) {
    state->length = 0;
    state->algorithm = algorithm;
}

bool hash_update(hash_state_t *state, const void *data, size_t length) {
    const uint8_t *bytes = data;
    size_t filled = state->length % HASH_BLOCK_BYTES;
    uint32_t hashed = state->length - filled;
    if (length > UINT32_MAX - state->length) {
        return false;
    }
    state->length += length;
    if (filled > 0) {
        size_t capacity = HASH_BLOCK_BYTES - filled;
        size_t taken = length < capacity ? length : capacity;
        memcpy(state->block + filled, bytes, taken);
        bytes += taken;
        length -= taken;
        if (taken < capacity) {
            return true;
        }
        if (!process(state, hashed, state->block, 1)) {
            return false;
        }
        hashed += HASH_BLOCK_BYTES;
    }
    size_t blocks = length / HASH_BLOCK_BYTES;
    if (!process(state, hashed, bytes, blocks)) {
        return false;
    }
    memcpy(state->block, bytes + blocks * HASH_BLOCK_BYTES, length % HASH_BLOCK_BYTES);
    return true;
}

// Padding (RFC 1321 section 3.1, FIPS 180-4 section 5.1.1) is made here and not by the engine's CLOSE_HASH: one path for
// every length, the empty message and whole blocks included.
bool hash_finish(hash_state_t *state, uint8_t *digest) {
    uint64_t bits = (uint64_t)state->length * 8;
    uint8_t padding = 0x80;
    do {
        if (!hash_update(state, &padding, sizeof(padding))) {
            return false;
        }
        padding = 0;
    } while (state->length % HASH_BLOCK_BYTES != LENGTH_AT);
    if (state->algorithm != HASH_MD5) {
        bits = __builtin_bswap64(bits);
    }
    if (!hash_update(state, &bits, sizeof(bits))) {
        return false;
    }
    memcpy(digest, state->digest, hash_digest_bytes(state->algorithm));
    return true;
}

size_t hash_digest_bytes(hash_algorithm_t algorithm) {
    return algorithm == HASH_MD5 ? 16 : algorithm == HASH_SHA1 ? 20 : 32;
}
