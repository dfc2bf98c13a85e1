// The sectors of the /flash drive on top of its block files: a small cache, written back in transactions
// that a power cut either leaves whole or undoes. Pure: see docs/storage.md for the reasoning.
#ifndef STORAGE_FLASH_STORE_H
#define STORAGE_FLASH_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/block_file.h"

#define FLASH_SECTOR_SIZE (512u)
#define FLASH_SECTORS_PER_BLOCK (BLOCK_FILE_SIZE / FLASH_SECTOR_SIZE)

// The largest drive, in block files.
#define FLASH_STORE_MAX_BLOCKS (96u)

#define FLASH_STORE_NONE (0xffffu)

// Sectors held in RAM beside one whole block.
#define FLASH_STORE_SECTORS (2u)

// The most block files that one transaction can carry: what the cache has changes of, and what an attempt that failed left.
#define FLASH_STORE_TRANSACTION (2u * (1u + FLASH_STORE_SECTORS))

typedef struct {
    uint32_t data[FLASH_SECTOR_SIZE / sizeof(uint32_t)];
    uint32_t last_use; // flash_store_t.clock when last touched
    uint16_t sector;
    bool valid;
    bool dirty;
} flash_sector_t;

// What the journal begins with: the blocks of a transaction, with hashes of what their files hold and shall hold.
typedef struct {
    uint32_t magic;
    uint32_t count;
    uint32_t block[FLASH_STORE_TRANSACTION];
    uint32_t old_hash[FLASH_STORE_TRANSACTION];
    uint32_t new_hash[FLASH_STORE_TRANSACTION];
    uint32_t header_hash; // of all fields above
} flash_journal_t;

typedef struct {
    flash_sector_t sectors[FLASH_STORE_SECTORS]; // a sector that is here counts, whatever `data` says of it
    uint32_t data[BLOCK_FILE_SIZE / sizeof(uint32_t)];
    uint32_t stored_hash; // hash of the content that the file of the block in `data` holds
    const void *unreferenced_buffer;
    uint32_t clock;
    uint16_t block;       // the one in `data`, or FLASH_STORE_NONE
    uint16_t blocks;      // size of the drive in block files
    uint8_t dirty;        // which sectors of `data` have been changed, bit 0 the first
    uint8_t unreferenced; // which of them belong to nothing on the flash yet (flash_store_unreferenced)
    bool fat_is_newest;   // the last change was one of the FAT's block
    bool held;            // between flash_store_hold and flash_store_release
    flash_journal_t next; // the blocks whose changes are in the journal already, ahead of their transaction
} flash_store_t;

// Takes the drive of that many block files (1 .. FLASH_STORE_MAX_BLOCKS) into use and finishes the transaction
// that a power cut interrupted, if any. OK, LOST when the drive has not been (completely) created yet, ERROR.
block_file_status_t flash_store_open(flash_store_t *store, unsigned blocks);

// Creates all block files that don't exist or lost their content, filled with zeros. The last one comes last:
// its presence tells flash_store_open (and the stock firmware) that the drive is complete. False if the flash fails.
bool flash_store_create(flash_store_t *store);

// A sector of the cache, to look at; valid until the next call. NULL if it can't be read or does not exist.
const uint8_t *flash_store_look(flash_store_t *store, uint32_t sector);

// The same, to be changed: the block becomes part of the next transaction.
uint8_t *flash_store_edit(flash_store_t *store, uint32_t sector);

// Copies count sectors out of or into the drive. False if one can't be read, written or does not exist.
bool flash_store_read(flash_store_t *store, void *data, uint32_t sector, uint32_t count);
bool flash_store_write(flash_store_t *store, const void *data, uint32_t sector, uint32_t count);

// From now on, what is written straight from this buffer is content of a new file: nothing that a power-up would find refers
// to its sectors. A block that has only such is written without the journal, as a cut may take it. NULL: no buffer is.
void flash_store_unreferenced(flash_store_t *store, const void *buffer);

// Writes all changes so far to the flash; what has been changed since the last time becomes visible at once as far
// as the cache could hold it. Does nothing while held. False if the flash fails: the changes are kept for another try.
bool flash_store_commit(flash_store_t *store);

// Joins everything up to flash_store_release, which commits, into one transaction.
void flash_store_hold(flash_store_t *store);
bool flash_store_release(flash_store_t *store);

#endif // STORAGE_FLASH_STORE_H
