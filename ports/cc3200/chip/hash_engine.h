// MD5, SHA-1 and SHA-256 on the chip's hash engine (SHAMD5 in DTHE; registers and their rules in hw_shamd5.h).
// The engine lets a hash be left at any 64-byte block and continued later: a state is carried between calls, so that any
// number of hashes can be in progress, in tasks and interrupt handlers, and no data is ever collected beyond one block.
#ifndef CC3200_CHIP_HASH_ENGINE_H
#define CC3200_CHIP_HASH_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_BLOCK_BYTES (64)
#define HASH_MAX_DIGEST_BYTES (32)

// The values are the engine's (MODE register).
typedef enum {
    HASH_MD5 = 0,
    HASH_SHA1 = 2,
    HASH_SHA256 = 6,
} hash_algorithm_t;

typedef struct {
    uint32_t length; // bytes taken in so far
    uint32_t digest[8]; // of the whole blocks among them
    uint8_t block[HASH_BLOCK_BYTES]; // the rest: the last length % HASH_BLOCK_BYTES bytes
    uint8_t algorithm;
} hash_state_t;

// Begins a digest of nothing yet.
void hash_start(hash_state_t *state, hash_algorithm_t algorithm);

// Takes in data of any length and alignment. False if the engine does not answer or it would be 4 GiB in all; the state is
// then of no more use.
bool hash_update(hash_state_t *state, const void *data, size_t length);

// The digest of all that was taken in, hash_digest_bytes() long. The state is used up. False as for hash_update.
bool hash_finish(hash_state_t *state, uint8_t *digest);

// 16, 20 or 32.
size_t hash_digest_bytes(hash_algorithm_t algorithm);

#endif
