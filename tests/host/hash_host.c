// Four times FNV-1a of 32 bits, each from a start of its own (see hash_host.h).

#include "hash_host.h"

#include <string.h>

#define FNV_PRIME (16777619u)
#define FNV_START (2166136261u)
#define LANES (4)

void hash_start(hash_state_t *state, hash_algorithm_t algorithm) {
    state->length = 0;
    state->algorithm = (uint8_t)algorithm;
    for (unsigned lane = 0; lane < LANES; lane++) {
        state->digest[lane] = FNV_START + lane;
    }
}

bool hash_update(hash_state_t *state, const void *data, size_t length) {
    const uint8_t *bytes = data;
    for (size_t at = 0; at < length; at++) {
        for (unsigned lane = 0; lane < LANES; lane++) {
            state->digest[lane] = (state->digest[lane] ^ bytes[at]) * FNV_PRIME;
        }
    }
    state->length += (uint32_t)length;
    return true;
}

bool hash_finish(hash_state_t *state, uint8_t *digest) {
    memcpy(digest, state->digest, LANES * sizeof(uint32_t));
    return true;
}

void hash_of(const void *data, size_t length, uint8_t digest[16]) {
    hash_state_t state;
    hash_start(&state, HASH_MD5);
    hash_update(&state, data, length);
    hash_finish(&state, digest);
}
