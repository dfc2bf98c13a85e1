/* The fast core's block hook: counts the instructions of each block that begins, and stops before one too many.
   Compiled on first use by native.py. */

#include <stdint.h>
#include <string.h>

#define CACHE_ENTRIES 4096u /* blocks whose count is remembered; a power of two */

struct cached {
    uint64_t block; /* address and size, as in struct state */
    const uint8_t *where;
    uint64_t code; /* its first 8 bytes, so that changed code is counted anew */
    uint64_t count;
};

/* Mirrored by native.State. */
struct state {
    uint64_t counter; /* instructions of all blocks begun, the current one included */
    uint64_t limit;   /* no block begins at or beyond this count */
    uint64_t before;  /* counter when the current block began */
    uint64_t block;   /* the current block: address | size in bytes << 32 */
    uint32_t stopped; /* the limit ended the slice */
    uint32_t ram_base, ram_size, rom_size;
    const uint8_t *ram, *rom;
    int (*stop)(void *engine);
    struct cached cache[CACHE_ENTRIES];
};

/* Thumb: the first half of a 32-bit instruction has 0b11101, 0b11110 or 0b11111 in its top bits. */
static unsigned count(const uint8_t *code, uint32_t size) {
    unsigned instructions = 0;
    for (uint32_t at = 0; at + 2 <= size; instructions++) {
        at += code[at + 1] >= 0xe8 ? 4 : 2;
    }
    return instructions;
}

static const uint8_t *locate(const struct state *state, uint32_t address, uint32_t size) {
    if (address - state->ram_base <= state->ram_size - size) {
        return state->ram + (address - state->ram_base);
    }
    if (address <= state->rom_size - size) {
        return state->rom + address;
    }
    return NULL;
}

/* Instructions between two addresses of a block that lies in memory. */
unsigned instructions_between(const struct state *state, uint32_t start, uint32_t end) {
    const uint8_t *code = locate(state, start, end - start);
    return code ? count(code, end - start) : 0;
}

static __attribute__((noinline)) void count_anew(struct state *state, struct cached *entry, uint64_t block) {
    uint32_t start = (uint32_t)block, size = (uint32_t)(block >> 32);
    unsigned instructions = instructions_between(state, start, start + size);
    const uint8_t *code = locate(state, start, sizeof entry->code);
    if (code) { /* else these are the last bytes of a memory: not remembered */
        *entry = (struct cached){.block = block, .where = code, .count = instructions};
        memcpy(&entry->code, code, sizeof entry->code);
    }
    state->counter += instructions;
}

static inline uint64_t first_bytes(const uint8_t *where) {
    uint64_t code;
    memcpy(&code, where, sizeof code);
    return code;
}

void on_block(void *engine, uint64_t address, uint32_t size, struct state *state) {
    uint64_t counter = state->counter;
    if (__builtin_expect(counter >= state->limit, 0)) {
        state->stopped = 1;
        state->stop(engine);
        return;
    }
    uint64_t block = (uint32_t)address | (uint64_t)size << 32;
    struct cached *entry = &state->cache[(uint32_t)address >> 1 & (CACHE_ENTRIES - 1)];
    state->before = counter;
    state->block = block;
    if (__builtin_expect(entry->block == block && first_bytes(entry->where) == entry->code, 1)) {
        state->counter = counter + entry->count;
    } else {
        count_anew(state, entry, block);
    }
}
