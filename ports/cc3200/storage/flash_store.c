// Block cache and journal of the /flash drive.
//
// Writing a block file destroys its old content first, so each transaction is written twice: all of its blocks to the
// journal file, then each to its own file. A cut while the journal is written leaves the old blocks, a cut later is made
// good from the journal by flash_store_open. Nothing marks a transaction as done: a finished one is recognised by its
// blocks having the journal's content, one that the stock firmware has written over by blocks of foreign content.
#include <string.h>

#include "storage/flash_store.h"

// The boot sector and the whole FAT of a drive of FLASH_STORE_MAX_BLOCKS are in its first block.
#define FAT_BLOCK (0)

#define JOURNAL_MAGIC (0x314C4E4Au) // "JNL1"

// What the journal file begins with; the blocks follow in the same order.
typedef struct {
    uint32_t magic;
    uint32_t count;
    uint32_t block[FLASH_STORE_BUFFERS];
    uint32_t old_hash[FLASH_STORE_BUFFERS];
    uint32_t new_hash[FLASH_STORE_BUFFERS];
    uint32_t header_hash; // of all fields above
} journal_t;

// FNV-1a over 32-bit words (http://www.isthe.com/chongo/tech/comp/fnv/). Any change of a single word changes it.
static uint32_t hash_words(const uint32_t *words, size_t count) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ words[i]) * 16777619u;
    }
    return hash;
}

static uint32_t hash_block(const flash_buffer_t *buffer) {
    return hash_words(buffer->data, sizeof(buffer->data) / sizeof(buffer->data[0]));
}

static uint32_t hash_header(const journal_t *journal) {
    return hash_words(&journal->magic, offsetof(journal_t, header_hash) / sizeof(uint32_t));
}

static bool write_block(const flash_buffer_t *buffer) {
    const block_file_part_t part = {buffer->data, sizeof(buffer->data)};
    return block_file_write(buffer->block, &part, 1);
}

// Reads block into buffer, which must not be dirty.
static block_file_status_t load(flash_buffer_t *buffer, unsigned block) {
    buffer->valid = false;
    block_file_status_t status = block_file_read(block, 0, buffer->data, sizeof(buffer->data));
    if (status == BLOCK_FILE_OK) {
        buffer->block = block;
        buffer->stored_hash = hash_block(buffer);
        buffer->valid = true;
    }
    return status;
}

// Writes all dirty buffers but keep as one transaction.
static bool commit_except(flash_store_t *store, const flash_buffer_t *keep) {
    journal_t journal = {.magic = JOURNAL_MAGIC};
    flash_buffer_t *dirty[FLASH_STORE_BUFFERS];
    block_file_part_t parts[1 + FLASH_STORE_BUFFERS] = {{&journal, sizeof(journal)}};
    unsigned count = 0;
    for (flash_buffer_t *buffer = store->buffers; buffer < store->buffers + FLASH_STORE_BUFFERS; buffer++) {
        if (!buffer->dirty || buffer == keep) {
            continue;
        }
        uint32_t hash = hash_block(buffer);
        if (hash == buffer->stored_hash) { // changed back, or written with what it held
            buffer->dirty = false;
            continue;
        }
        journal.block[count] = buffer->block;
        journal.old_hash[count] = buffer->stored_hash;
        journal.new_hash[count] = hash;
        parts[1 + count].data = buffer->data;
        parts[1 + count].length = sizeof(buffer->data);
        dirty[count++] = buffer;
    }
    if (count == 0) {
        return true;
    }
    journal.count = count;
    journal.header_hash = hash_header(&journal);
    if (!block_file_write(BLOCK_FILE_JOURNAL, parts, 1 + count)) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        if (!write_block(dirty[i])) {
            return false;
        }
        dirty[i]->dirty = false;
        dirty[i]->stored_hash = journal.new_hash[i];
    }
    return true;
}

// The buffer to leave out when room is needed in the middle of an operation, or NULL.
//
// When FatFs adds a cluster to a directory it links it in the FAT, then fills it with zeros: the link must not reach the
// flash without the zeros. The block of the FAT therefore stays behind when it was changed last; FatFs has written
// nothing yet that relies on that change. With no change of the FAT at stake, a block that was changed only after all
// others stays too: it may be one half of a long directory entry.
static const flash_buffer_t *left_out(const flash_store_t *store) {
    const flash_buffer_t *newest = store->newest;
    if (newest == NULL || newest->block == FAT_BLOCK) {
        return newest;
    }
    for (const flash_buffer_t *buffer = store->buffers; buffer < store->buffers + FLASH_STORE_BUFFERS; buffer++) {
        if (buffer != newest && (buffer->block == FAT_BLOCK || buffer->last_edit >= newest->dirty_since)) {
            return NULL;
        }
    }
    return newest;
}

// The buffer that holds the block of sector; NULL if it can't be had. A block whose content is lost (by a power cut of the
// stock firmware) can't be read, but can be written: what is not written of it is blank then.
static flash_buffer_t *buffer_of(flash_store_t *store, uint32_t sector, bool for_edit) {
    uint32_t block = sector / FLASH_SECTORS_PER_BLOCK;
    if (block >= store->blocks) {
        return NULL;
    }
    flash_buffer_t *oldest = NULL; // least recently used one that is not dirty
    for (unsigned attempt = 0; attempt < 2 && oldest == NULL; attempt++) {
        for (flash_buffer_t *buffer = store->buffers; buffer < store->buffers + FLASH_STORE_BUFFERS; buffer++) {
            if (buffer->valid && buffer->block == block) {
                buffer->last_use = ++store->clock;
                return buffer;
            }
            if (!buffer->dirty && (oldest == NULL || !buffer->valid
                                   || (oldest->valid && buffer->last_use < oldest->last_use))) {
                oldest = buffer;
            }
        }
        if (oldest == NULL && !commit_except(store, left_out(store))) {
            return NULL;
        }
    }
    if (oldest == NULL) {
        return NULL;
    }
    block_file_status_t status = load(oldest, block);
    if (status == BLOCK_FILE_LOST && for_edit) {
        memset(oldest->data, 0, sizeof(oldest->data));
        oldest->block = block;
        oldest->stored_hash = ~hash_block(oldest);
        oldest->valid = true;
    } else if (status != BLOCK_FILE_OK) {
        return NULL;
    }
    oldest->last_use = ++store->clock;
    return oldest;
}

static uint8_t *sector_in(flash_buffer_t *buffer, uint32_t sector) {
    return (uint8_t *)buffer->data + sector % FLASH_SECTORS_PER_BLOCK * FLASH_SECTOR_SIZE;
}

// Whether block holds the beginning of content, perhaps nothing of it, and then only erased flash: what an interrupted
// write leaves where the network processor still lets the file be read.
static bool is_torn(const uint32_t *block, const uint32_t *content) {
    const uint32_t words = BLOCK_FILE_SIZE / sizeof(uint32_t);
    uint32_t i = 0;
    while (i < words && block[i] == content[i]) {
        i++;
    }
    for (; i < words && block[i] == 0xffffffffu; i++) {
    }
    return i == words;
}

// Finishes the transaction in the journal if a power cut came between. False if the flash can't be reached.
static bool replay(flash_store_t *store) {
    enum { OLD, NEW, TORN } state[FLASH_STORE_BUFFERS];
    journal_t journal;
    block_file_status_t status = block_file_read(BLOCK_FILE_JOURNAL, 0, &journal, sizeof(journal));
    if (status != BLOCK_FILE_OK) {
        return status != BLOCK_FILE_ERROR;
    }
    if (journal.magic != JOURNAL_MAGIC || journal.header_hash != hash_header(&journal)
        || journal.count == 0 || journal.count > FLASH_STORE_BUFFERS) {
        return true;
    }
    bool finished = true;
    for (unsigned i = 0; i < journal.count; i++) {
        flash_buffer_t *buffer = &store->buffers[i];
        if (journal.block[i] >= store->blocks) {
            return true;
        }
        status = load(buffer, journal.block[i]);
        if (status == BLOCK_FILE_ERROR) {
            return false;
        }
        state[i] = status == BLOCK_FILE_OK && buffer->stored_hash == journal.new_hash[i] ? NEW
            : status == BLOCK_FILE_OK && buffer->stored_hash == journal.old_hash[i] ? OLD : TORN;
        finished = finished && state[i] == NEW;
    }
    if (finished) {
        return true; // and the cache is warm
    }

    // First only look: the journal must be whole, and no block changed by someone else since.
    flash_buffer_t *content = &store->buffers[0];
    flash_buffer_t *current = &store->buffers[1];
    for (unsigned i = 0; i < journal.count; i++) {
        const uint32_t offset = sizeof(journal) + i * BLOCK_FILE_SIZE;
        content->valid = false;
        status = block_file_read(BLOCK_FILE_JOURNAL, offset, content->data, sizeof(content->data));
        if (status != BLOCK_FILE_OK) {
            return status != BLOCK_FILE_ERROR;
        }
        if (hash_block(content) != journal.new_hash[i]) {
            return true;
        }
        if (state[i] == TORN) {
            status = load(current, journal.block[i]);
            if (status == BLOCK_FILE_ERROR) {
                return false;
            }
            if (status == BLOCK_FILE_OK && !is_torn(current->data, content->data)) {
                return true;
            }
        }
    }
    for (unsigned i = 0; i < journal.count; i++) {
        if (state[i] == NEW) {
            continue;
        }
        const uint32_t offset = sizeof(journal) + i * BLOCK_FILE_SIZE;
        if (block_file_read(BLOCK_FILE_JOURNAL, offset, content->data, sizeof(content->data)) != BLOCK_FILE_OK) {
            return false;
        }
        content->block = journal.block[i];
        if (!write_block(content)) {
            return false;
        }
    }
    current->valid = false; // may hold a block from before the repair
    store->buffers[2].valid = false;
    return true;
}

block_file_status_t flash_store_open(flash_store_t *store, unsigned blocks) {
    memset(store, 0, sizeof(*store));
    store->blocks = blocks;
    if (!replay(store)) {
        return BLOCK_FILE_ERROR;
    }
    uint32_t word;
    return block_file_read(blocks - 1, BLOCK_FILE_SIZE - sizeof(word), &word, sizeof(word));
}

bool flash_store_create(flash_store_t *store) {
    if (!flash_store_commit(store)) {
        return false;
    }
    flash_buffer_t *buffer = &store->buffers[0];
    for (unsigned block = 0; block < store->blocks; block++) {
        block_file_status_t status = load(buffer, block);
        if (status == BLOCK_FILE_LOST) {
            memset(buffer->data, 0, sizeof(buffer->data));
            buffer->block = block;
            status = write_block(buffer) ? BLOCK_FILE_OK : BLOCK_FILE_ERROR;
        }
        buffer->valid = false;
        if (status != BLOCK_FILE_OK) {
            return false;
        }
    }
    return true;
}

const uint8_t *flash_store_look(flash_store_t *store, uint32_t sector) {
    flash_buffer_t *buffer = buffer_of(store, sector, false);
    return buffer == NULL ? NULL : sector_in(buffer, sector);
}

uint8_t *flash_store_edit(flash_store_t *store, uint32_t sector) {
    flash_buffer_t *buffer = buffer_of(store, sector, true);
    if (buffer == NULL) {
        return NULL;
    }
    if (!buffer->dirty) {
        buffer->dirty = true;
        buffer->dirty_since = store->clock;
    }
    buffer->last_edit = store->clock;
    store->newest = buffer;
    return sector_in(buffer, sector);
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
        uint8_t *content = flash_store_edit(store, sector);
        if (content == NULL) {
            return false;
        }
        memcpy(content, in, FLASH_SECTOR_SIZE);
    }
    return true;
}

bool flash_store_commit(flash_store_t *store) {
    return store->held || commit_except(store, NULL);
}

void flash_store_hold(flash_store_t *store) {
    store->held = true;
}

bool flash_store_release(flash_store_t *store) {
    store->held = false;
    return flash_store_commit(store);
}
