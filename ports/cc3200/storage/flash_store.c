// Cache and journal of the /flash drive.
//
// Writing a block file destroys its old content first, so each transaction is written twice: all of its blocks to the
// journal's files, then each to its own file. A cut while the journal is written leaves the old blocks, a cut later is made
// good from the journal by flash_store_open. Nothing marks a transaction as done: a finished one is recognised by its
// blocks having the journal's content, one that the stock firmware has written over by blocks of foreign content.
//
// The cache has one whole block and a few single sectors. A block with changed sectors is assembled in the place of the
// whole one when its turn comes in a transaction.
#include <string.h>

#include "storage/flash_store.h"

// The boot sector and the whole FAT of a drive of FLASH_STORE_MAX_BLOCKS are in its first block.
#define FAT_BLOCK (0)

#define ALL_DIRTY ((1u << FLASH_SECTORS_PER_BLOCK) - 1)

#define JOURNAL_MAGIC (0x324C4E4Au) // "JNL2"

// The last block of a transaction follows the header in the journal's first file; the others have been written before, each
// to one more file.
#define JOURNAL_FILE_OF(i) (BLOCK_FILE_JOURNAL + 1 + (i))

_Static_assert(FLASH_STORE_TRANSACTION <= BLOCK_FILE_JOURNALS, "a file of the journal for each block");

// Which changes to write.
typedef enum {
    ALL,
    ALL_BUT_FAT, // those of the FAT's block stay behind
    WHOLE_BLOCK, // only the block that is in the cache as a whole
} scope_t;

// FNV-1a over 32-bit words (http://www.isthe.com/chongo/tech/comp/fnv/). Any change of a single word changes it.
static uint32_t hash_words(const uint32_t *words, size_t count) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ words[i]) * 16777619u;
    }
    return hash;
}

static uint32_t hash_block(const flash_store_t *store) {
    return hash_words(store->data, sizeof(store->data) / sizeof(store->data[0]));
}

static uint32_t hash_header(const flash_journal_t *journal) {
    return hash_words(&journal->magic, offsetof(flash_journal_t, header_hash) / sizeof(uint32_t));
}

static uint8_t *sector_in_block(flash_store_t *store, uint32_t sector) {
    return (uint8_t *)store->data + sector % FLASH_SECTORS_PER_BLOCK * FLASH_SECTOR_SIZE;
}

// Writes the whole block of the cache to a file.
static bool write_block(const flash_store_t *store, unsigned file) {
    const block_file_part_t part = {store->data, sizeof(store->data)};
    return block_file_write(file, &part, 1);
}

// Takes a block into the cache as a whole; what was there must not be dirty, or must be put aside. A block whose content is
// LOST (by a power cut of the stock firmware) is blank.
static block_file_status_t load(flash_store_t *store, unsigned block) {
    store->block = FLASH_STORE_NONE;
    store->unreferenced = 0;
    block_file_status_t status = block_file_read(block, 0, store->data, sizeof(store->data));
    if (status == BLOCK_FILE_ERROR) {
        return status;
    }
    if (status == BLOCK_FILE_LOST) {
        memset(store->data, 0, sizeof(store->data));
    }
    store->block = block;
    store->stored_hash = hash_block(store) ^ (status == BLOCK_FILE_LOST); // that of no content in the file
    return status;
}

// Assembles a block with all its changes in the place for a whole one; what was there must not be dirty.
static bool assemble(flash_store_t *store, unsigned block) {
    if (store->block != block && load(store, block) == BLOCK_FILE_ERROR) {
        return false;
    }
    for (flash_sector_t *s = store->sectors; s < store->sectors + FLASH_STORE_SECTORS; s++) {
        if (s->valid && s->sector / FLASH_SECTORS_PER_BLOCK == block) {
            memcpy(sector_in_block(store, s->sector), s->data, FLASH_SECTOR_SIZE);
            store->dirty |= s->dirty << s->sector % FLASH_SECTORS_PER_BLOCK;
            s->dirty = s->valid = false;
        }
    }
    return true;
}

// Adds the whole block to the next transaction.
static void add_to_next(flash_store_t *store) {
    const unsigned i = store->next.count++;
    store->next.block[i] = store->block;
    store->next.old_hash[i] = store->stored_hash;
    store->next.new_hash[i] = hash_block(store);
}

// Writes the changes of the whole block to the journal before the rest of the transaction, which frees its place. Touching
// that block again forces a commit.
static bool journal_early(flash_store_t *store) {
    if (store->next.count + 1 == FLASH_STORE_TRANSACTION || !assemble(store, store->block)
        || !write_block(store, JOURNAL_FILE_OF(store->next.count))) {
        return false;
    }
    add_to_next(store);
    store->block = FLASH_STORE_NONE;
    store->dirty = 0;
    return true;
}

static bool is_journaled_early(const flash_store_t *store, unsigned block) {
    bool found = false;
    for (unsigned i = 0; i < store->next.count; i++) {
        found = found || store->next.block[i] == block;
    }
    return found;
}

// Reads the block that was journaled last back, out of the next transaction.
static bool unjournal(flash_store_t *store) {
    const unsigned i = store->next.count - 1;
    store->block = FLASH_STORE_NONE;
    if (block_file_read(JOURNAL_FILE_OF(i), 0, store->data, sizeof(store->data)) != BLOCK_FILE_OK) {
        return false;
    }
    store->next.count = i;
    store->block = store->next.block[i];
    store->stored_hash = store->next.old_hash[i];
    store->unreferenced = 0;
    store->dirty = ALL_DIRTY;
    return true;
}

// Writes the whole block to its file only. What the journal holds may be written over it after a cut, which does no harm.
static bool write_in_place(flash_store_t *store) {
    if (!assemble(store, store->block)) {
        return false;
    }
    store->dirty = ALL_DIRTY; // if writing it fails, its file has nothing left
    if (!write_block(store, store->block)) {
        return false;
    }
    store->dirty = 0;
    store->stored_hash = hash_block(store);
    return true;
}

// A block with changes of that scope among the single sectors, or FLASH_STORE_NONE.
static unsigned find_changed(const flash_store_t *store, scope_t scope) {
    for (const flash_sector_t *s = store->sectors; s < store->sectors + FLASH_STORE_SECTORS && scope != WHOLE_BLOCK;
        s++) {
        const unsigned block = s->sector / FLASH_SECTORS_PER_BLOCK;
        if (s->dirty && (scope == ALL || block != FAT_BLOCK)) {
            return block;
        }
    }
    return FLASH_STORE_NONE;
}

// Writes the changes of that scope, and what has been journaled early, as one transaction. False if the flash fails: what is not
// in its place yet is kept.
static bool commit(flash_store_t *store, scope_t scope) {
    flash_journal_t *const next = &store->next;
    store->unreferenced = 0; // the FAT and folders on the flash may refer to anything from here on
    bool good = !store->dirty || assemble(store, store->block);
    for (unsigned block; good && (block = find_changed(store, scope)) != FLASH_STORE_NONE;) {
        good = (!store->dirty || journal_early(store)) && assemble(store, block);
    }
    if (good && !store->dirty) {
        if (next->count == 0) {
            return true;
        }
        good = unjournal(store);
    }
    if (good) {
        add_to_next(store);
        next->magic = JOURNAL_MAGIC;
        next->header_hash = hash_header(next);
        const block_file_part_t parts[] = {{next, sizeof(*next)}, {store->data, sizeof(store->data)}};
        good = block_file_write(BLOCK_FILE_JOURNAL, parts, 2);
        next->count--;
        store->dirty = ALL_DIRTY; // if writing it in its place fails, its file has nothing left
    }
    while (good && (good = write_block(store, store->block))) {
        store->dirty = 0;
        store->stored_hash = next->new_hash[next->count];
        if (next->count == 0) {
            break;
        }
        good = unjournal(store);
    }
    if (!store->dirty && store->block == FAT_BLOCK) {
        store->block = FLASH_STORE_NONE; // the place is for others (sector_in_cache)
    }
    return good;
}

// Assembles the block of one of the single sectors: preferably not that of the FAT.
static bool assemble_one(flash_store_t *store) {
    const flash_sector_t *s = store->sectors;
    while (s->sector / FLASH_SECTORS_PER_BLOCK == FAT_BLOCK && s + 1 < store->sectors + FLASH_STORE_SECTORS) {
        s++;
    }
    return assemble(store, s->sector / FLASH_SECTORS_PER_BLOCK);
}

// A place for one more sector among the single ones: the least recently used that is not dirty, or NULL.
static flash_sector_t *free_place(flash_store_t *store) {
    flash_sector_t *oldest = NULL;
    for (flash_sector_t *s = store->sectors; s < store->sectors + FLASH_STORE_SECTORS; s++) {
        if (!s->dirty && (oldest == NULL || !s->valid || (oldest->valid && s->last_use < oldest->last_use))) {
            oldest = s;
        }
    }
    return oldest;
}

static flash_sector_t *find_sector(flash_store_t *store, uint32_t sector) {
    for (flash_sector_t *s = store->sectors; s < store->sectors + FLASH_STORE_SECTORS; s++) {
        if (s->valid && s->sector == sector) {
            return s;
        }
    }
    return NULL;
}

// Makes the whole block clean if that takes no more than to move one sector of it out, or to write what is complete anyway:
// a block that has been changed all over, or left for the one behind it, is content of a file, which nothing on the flash
// refers to yet. False if the flash fails.
static bool evict(flash_store_t *store, unsigned next, scope_t rest) {
    if (store->unreferenced == ALL_DIRTY && store->dirty) {
        return write_in_place(store);
    }
    if ((store->dirty & (store->dirty - 1)) != 0) {
        return (store->dirty != ALL_DIRTY && store->block + 1u != next)
            || commit(store, store->next.count == 0 ? WHOLE_BLOCK : rest);
    }
    flash_sector_t *place = free_place(store);
    if (store->dirty && place != NULL) {
        const uint32_t sector = store->block * FLASH_SECTORS_PER_BLOCK + __builtin_ctz(store->dirty);
        memcpy(place->data, sector_in_block(store, sector), FLASH_SECTOR_SIZE);
        place->sector = sector;
        place->last_use = ++store->clock;
        place->valid = true;
        place->dirty = true;
        store->dirty = 0;
    }
    return true;
}

// Whether what was read may be used: a lost file is blank, which only a change may rely on.
static bool is_usable(block_file_status_t status, bool for_edit) {
    return status == BLOCK_FILE_OK || (status == BLOCK_FILE_LOST && for_edit);
}

// Reads a block into the place for a whole one, which must not be dirty. False if it can't be had.
static bool fetch_block(flash_store_t *store, unsigned block, bool for_edit) {
    if (is_usable(load(store, block), for_edit)) {
        return true;
    }
    store->block = FLASH_STORE_NONE;
    return false;
}

// Reads a sector into a place for a single one. False if it can't be had.
static bool fetch_sector(flash_sector_t *place, uint32_t sector, bool for_edit) {
    place->valid = false;
    block_file_status_t status = block_file_read(sector / FLASH_SECTORS_PER_BLOCK,
        sector % FLASH_SECTORS_PER_BLOCK * FLASH_SECTOR_SIZE, place->data, FLASH_SECTOR_SIZE);
    if (!is_usable(status, for_edit)) {
        return false;
    }
    if (status == BLOCK_FILE_LOST) {
        memset(place->data, 0, FLASH_SECTOR_SIZE);
    }
    place->sector = sector;
    place->valid = true;
    return true;
}

// One step towards a free place for a single sector, when all are dirty. False if the flash fails.
static bool make_place(flash_store_t *store, scope_t rest) {
    if (!store->dirty) {
        return assemble_one(store);
    }
    return store->next.count == 0 && store->block != FAT_BLOCK ? journal_early(store) : commit(store, rest);
}

// A sector of the cache, as a place for changes if for_edit. NULL if it can't be had. A sector whose content is lost (by a
// power cut of the stock firmware) can't be read, but can be written: it and its block are blank then, and written as such.
//
// When every place is dirty all of them are written, in the middle of whatever operation FatFs is at: its own order of
// writing then protects the drive. One step of it needs help: when FatFs adds a cluster to a directory it links it in the
// FAT, then fills it with zeros, and the link must not reach the flash without them. The FAT's block therefore stays behind
// when it was changed last; FatFs has written nothing yet that relies on that change.
static uint8_t *sector_in_cache(flash_store_t *store, uint32_t sector, bool for_edit) {
    const uint32_t block = sector / FLASH_SECTORS_PER_BLOCK;
    if (block >= store->blocks) {
        return NULL;
    }
    const scope_t rest = store->fat_is_newest ? ALL_BUT_FAT : ALL;
    // Each round brings the sector, or a place for it, nearer.
    for (;;) {
        flash_sector_t *single = find_sector(store, sector);
        if (single != NULL) {
            single->last_use = ++store->clock;
            single->dirty = single->dirty || for_edit;
            return (uint8_t *)single->data;
        }
        if (is_journaled_early(store, block) && !commit(store, rest)) {
            return NULL;
        }
        if (store->block == block) {
            if (for_edit) {
                store->dirty |= 1u << sector % FLASH_SECTORS_PER_BLOCK;
            }
            return sector_in_block(store, sector);
        }
        // The whole block is for files and folders. What is in the FAT's is needed between any two of theirs.
        bool good = block == FAT_BLOCK || evict(store, block, rest);
        if (good && block != FAT_BLOCK && !store->dirty) {
            good = fetch_block(store, block, for_edit);
        } else if (good) {
            single = free_place(store);
            good = single != NULL ? fetch_sector(single, sector, for_edit) : make_place(store, rest);
        }
        if (!good) {
            return NULL;
        }
    }
}

// Whether a file holds the beginning of the whole block, perhaps nothing of it, and then only erased flash: what an
// interrupted write leaves, if the network processor lets the file be read at all. OK, LOST if it holds anything else, ERROR.
static block_file_status_t is_torn(flash_store_t *store, unsigned file) {
    const uint32_t words = FLASH_SECTOR_SIZE / sizeof(uint32_t);
    uint32_t *const part = store->sectors[0].data;
    bool erased = false;
    for (unsigned i = 0; i < FLASH_SECTORS_PER_BLOCK; i++) {
        block_file_status_t status = block_file_read(file, i * FLASH_SECTOR_SIZE, part, FLASH_SECTOR_SIZE);
        if (status != BLOCK_FILE_OK) {
            return status == BLOCK_FILE_LOST ? BLOCK_FILE_OK : status;
        }
        for (uint32_t j = 0; j < words; j++) {
            erased = erased || part[j] != store->data[i * words + j];
            if (erased && part[j] != 0xffffffffu) {
                return BLOCK_FILE_LOST;
            }
        }
    }
    return BLOCK_FILE_OK;
}

// Reads block i of a transaction from the journal.
static block_file_status_t read_journaled(flash_store_t *store, unsigned i) {
    const bool is_last = i + 1 == store->next.count;
    return block_file_read(is_last ? BLOCK_FILE_JOURNAL : JOURNAL_FILE_OF(i), is_last ? sizeof(store->next) : 0,
        store->data, sizeof(store->data));
}

// Finishes the transaction in the journal if a power cut came between. LOST: there is none that can be finished.
static block_file_status_t replay(flash_store_t *store) {
    enum { OLD, NEW, TORN } state[FLASH_STORE_TRANSACTION];
    flash_journal_t *const journal = &store->next;
    block_file_status_t status = block_file_read(BLOCK_FILE_JOURNAL, 0, journal, sizeof(*journal));
    if (status != BLOCK_FILE_OK) {
        return status;
    }
    if (journal->magic != JOURNAL_MAGIC || journal->header_hash != hash_header(journal) || journal->count == 0
        || journal->count > FLASH_STORE_TRANSACTION) {
        return BLOCK_FILE_LOST;
    }
    bool finished = true;
    for (unsigned i = 0; i < journal->count; i++) {
        if (journal->block[i] >= store->blocks) {
            return BLOCK_FILE_LOST;
        }
        status = load(store, journal->block[i]);
        if (status == BLOCK_FILE_ERROR) {
            return status;
        }
        state[i] = status == BLOCK_FILE_OK && store->stored_hash == journal->new_hash[i] ? NEW
            : status == BLOCK_FILE_OK && store->stored_hash == journal->old_hash[i]      ? OLD
                                                                                         : TORN;
        finished = finished && state[i] == NEW;
    }
    if (finished) {
        return BLOCK_FILE_OK;
    }

    // First only look: the journal must be whole, and no block changed by someone else since.
    for (unsigned i = 0; i < journal->count; i++) {
        status = read_journaled(store, i);
        if (status != BLOCK_FILE_OK) {
            return status;
        }
        if (hash_block(store) != journal->new_hash[i]) {
            return BLOCK_FILE_LOST;
        }
        if (state[i] == TORN) {
            status = is_torn(store, journal->block[i]);
            if (status != BLOCK_FILE_OK) {
                return status;
            }
        }
    }
    for (unsigned i = 0; i < journal->count; i++) {
        if (state[i] != NEW && (read_journaled(store, i) != BLOCK_FILE_OK || !write_block(store, journal->block[i]))) {
            return BLOCK_FILE_ERROR;
        }
    }
    return BLOCK_FILE_OK;
}

block_file_status_t flash_store_open(flash_store_t *store, unsigned blocks) {
    memset(store, 0, sizeof(*store));
    store->blocks = blocks;
    if (replay(store) == BLOCK_FILE_ERROR) {
        return BLOCK_FILE_ERROR;
    }
    store->block = FLASH_STORE_NONE;
    store->next.count = 0;
    uint32_t word;
    return block_file_read(blocks - 1, BLOCK_FILE_SIZE - sizeof(word), &word, sizeof(word));
}

bool flash_store_create(flash_store_t *store) {
    if (!flash_store_commit(store)) {
        return false;
    }
    for (unsigned block = 0; block < store->blocks; block++) {
        block_file_status_t status = load(store, block);
        if (status == BLOCK_FILE_LOST) {
            status = write_block(store, block) ? BLOCK_FILE_OK : BLOCK_FILE_ERROR;
        }
        store->block = FLASH_STORE_NONE;
        if (status != BLOCK_FILE_OK) {
            return false;
        }
    }
    return true;
}

const uint8_t *flash_store_look(flash_store_t *store, uint32_t sector) {
    return sector_in_cache(store, sector, false);
}

uint8_t *flash_store_edit(flash_store_t *store, uint32_t sector) {
    uint8_t *content = sector_in_cache(store, sector, true);
    store->fat_is_newest = sector < FLASH_SECTORS_PER_BLOCK;
    return content;
}

bool flash_store_read(flash_store_t *store, void *data, uint32_t sector, uint32_t count) {
    for (uint8_t *out = data; count > 0; count--, sector++, out += FLASH_SECTOR_SIZE) {
        const uint8_t *content = flash_store_look(store, sector);
        if (content == NULL) {
            return false;
        }
        memcpy(out, content, FLASH_SECTOR_SIZE);
    }
    return true;
}

bool flash_store_write(flash_store_t *store, const void *data, uint32_t sector, uint32_t count) {
    for (const uint8_t *in = data; count > 0; count--, sector++, in += FLASH_SECTOR_SIZE) {
        const uint8_t *now = flash_store_look(store, sector);
        if (now == NULL || memcmp(now, in, FLASH_SECTOR_SIZE) != 0) {
            uint8_t *content = flash_store_edit(store, sector);
            if (content == NULL) {
                return false;
            }
            memcpy(content, in, FLASH_SECTOR_SIZE);
        }
        if (data == store->unreferenced_buffer && store->block == sector / FLASH_SECTORS_PER_BLOCK) {
            store->unreferenced |= 1u << sector % FLASH_SECTORS_PER_BLOCK;
        }
    }
    return true;
}

void flash_store_unreferenced(flash_store_t *store, const void *buffer) {
    store->unreferenced_buffer = buffer;
}

bool flash_store_commit(flash_store_t *store) {
    return store->held || commit(store, ALL);
}

void flash_store_hold(flash_store_t *store) {
    store->held = true;
}

bool flash_store_release(flash_store_t *store) {
    store->held = false;
    return flash_store_commit(store);
}
