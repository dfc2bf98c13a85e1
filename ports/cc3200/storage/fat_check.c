// Consistency check of a FAT12 volume (layout: Microsoft FAT specification, August 2005, "fatgen103").
#include <string.h>

#include "storage/fat_check.h"

#define ENTRY_SIZE (32u)
#define ENTRIES_PER_SECTOR (FLASH_SECTOR_SIZE / ENTRY_SIZE)
#define NAME_DELETED (0xe5u)
#define ATTRIBUTE_VOLUME (0x08u) // set in volume labels and in the entries of long names
#define ATTRIBUTE_DIRECTORY (0x10u)
#define ENTRY_ATTRIBUTE (11u)
#define ENTRY_CLUSTER (26u)
#define ENTRY_LENGTH (28u)

#define FAT_FREE (0x000u)
#define FAT_BAD (0xff7u)
#define FAT_END (0xff8u) // and above
#define MAX_CLUSTERS (FLASH_STORE_MAX_BLOCKS * FLASH_SECTORS_PER_BLOCK)

// A set of cluster numbers (which begin at 2).
typedef struct {
    uint8_t bits[(MAX_CLUSTERS + 2 + 7) / 8];
} cluster_set_t;

typedef struct {
    flash_store_t *store;
    fat_check_report_t *report;
    uint32_t fat, root, data; // first sectors
    uint32_t end;             // highest cluster number + 1
    uint32_t cluster_sectors;
    cluster_set_t claimed;    // belong to a file or directory
    cluster_set_t unread;     // first clusters of directories still to be looked at
    bool failed;
} check_t;

static bool contains(const cluster_set_t *set, uint32_t cluster) {
    return set->bits[cluster / 8] >> (cluster % 8) & 1;
}

static void add(cluster_set_t *set, uint32_t cluster) {
    set->bits[cluster / 8] |= 1u << (cluster % 8);
}

static uint32_t word(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8;
}

static void set_word(uint8_t *bytes, uint32_t value) {
    bytes[0] = value;
    bytes[1] = value >> 8;
}

static const uint8_t *look(check_t *check, uint32_t sector) {
    const uint8_t *content = flash_store_look(check->store, sector);
    check->failed = check->failed || content == NULL;
    return content;
}

static uint8_t *edit(check_t *check, uint32_t sector) {
    uint8_t *content = flash_store_edit(check->store, sector);
    check->failed = check->failed || content == NULL;
    return content;
}

// The FAT entry of a cluster: 12 bits, two entries in three bytes, which may lie in two sectors.
static uint32_t fat_get(check_t *check, uint32_t cluster) {
    uint32_t offset = cluster + cluster / 2;
    uint32_t value = 0;
    for (unsigned i = 0; i < 2; i++, offset++) {
        const uint8_t *sector = look(check, check->fat + offset / FLASH_SECTOR_SIZE);
        if (sector == NULL) {
            return FAT_END;
        }
        value |= (uint32_t)sector[offset % FLASH_SECTOR_SIZE] << (8 * i);
    }
    return cluster & 1 ? value >> 4 : value & 0xfff;
}

static void fat_set(check_t *check, uint32_t cluster, uint32_t value) {
    uint32_t offset = cluster + cluster / 2;
    uint32_t shift = cluster & 1 ? 4 : 0;
    for (unsigned i = 0; i < 2; i++, offset++) {
        uint8_t *sector = edit(check, check->fat + offset / FLASH_SECTOR_SIZE);
        if (sector == NULL) {
            return;
        }
        uint8_t *byte = &sector[offset % FLASH_SECTOR_SIZE];
        *byte = (*byte & ~(0xfffu << shift >> (8 * i))) | (value << shift >> (8 * i));
    }
}

// Whether a cluster exists, is allocated and belongs to nobody yet.
static bool claimable(check_t *check, uint32_t cluster) {
    if (cluster < 2 || cluster >= check->end || contains(&check->claimed, cluster)) {
        return false;
    }
    uint32_t next = fat_get(check, cluster);
    return next >= 2 && next != FAT_BAD;
}

// Claims the chain that begins at a cluster, up to limit clusters, and ends it where it goes astray or beyond
// the limit. Returns how many clusters it has.
static uint32_t claim(check_t *check, uint32_t cluster, uint32_t limit) {
    uint32_t count = 0;
    uint32_t last = 0;
    for (; count < limit && claimable(check, cluster); count++) {
        add(&check->claimed, cluster);
        last = cluster;
        cluster = fat_get(check, cluster);
    }
    if (last != 0 && fat_get(check, last) < FAT_END) {
        fat_set(check, last, 0xfff);
    }
    return count;
}

static uint32_t sector_of(const check_t *check, uint32_t cluster) {
    return check->data + (cluster - 2) * check->cluster_sectors;
}

// Whether a cluster begins with the entries "." and ".." that a directory has.
static bool is_directory(check_t *check, uint32_t cluster) {
    if (!claimable(check, cluster)) {
        return false;
    }
    const uint8_t *first = look(check, sector_of(check, cluster));
    return first != NULL && memcmp(first, ".          ", 11) == 0 && memcmp(first + ENTRY_SIZE, "..         ", 11) == 0;
}

static void check_directory_entry(check_t *check, uint32_t sector, uint32_t offset, uint32_t cluster, uint32_t parent) {
    if (!is_directory(check, cluster)) {
        uint8_t *entries = edit(check, sector);
        if (entries != NULL) {
            entries[offset] = NAME_DELETED;
        }
        check->report->entries++;
        return;
    }
    claim(check, cluster, check->end);
    add(&check->unread, cluster);
    // "." and "..": a directory that was being moved may still name its old parent.
    const uint32_t wanted[] = {cluster, parent};
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t position = i * ENTRY_SIZE + ENTRY_CLUSTER;
        const uint8_t *first = look(check, sector_of(check, cluster));
        if (first == NULL || word(first + position) == wanted[i]) {
            continue;
        }
        uint8_t *entries = edit(check, sector_of(check, cluster));
        if (entries != NULL) {
            set_word(entries + position, wanted[i]);
        }
        check->report->entries++;
    }
}

static void check_file_entry(check_t *check, uint32_t sector, uint32_t offset, uint32_t cluster, uint32_t length) {
    uint32_t cluster_bytes = check->cluster_sectors * FLASH_SECTOR_SIZE;
    uint32_t needed = length / cluster_bytes + (length % cluster_bytes != 0);
    uint32_t count = claim(check, cluster, needed);
    if (count == needed && (count != 0 || cluster == 0)) {
        return;
    }
    uint8_t *entries = edit(check, sector);
    if (entries == NULL) {
        return;
    }
    if (count < needed) {
        length = count * cluster_bytes;
    }
    if (count == 0) {
        set_word(entries + offset + ENTRY_CLUSTER, 0);
    }
    set_word(entries + offset + ENTRY_LENGTH, length);
    set_word(entries + offset + ENTRY_LENGTH + 2, length >> 16);
    check->report->entries++;
}

// Checks the entries of one sector of the directory that begins at cluster parent (0: the root). False after the last.
static bool check_entries(check_t *check, uint32_t sector, uint32_t parent) {
    for (uint32_t offset = 0; offset < FLASH_SECTOR_SIZE && !check->failed; offset += ENTRY_SIZE) {
        const uint8_t *content = look(check, sector);
        if (content == NULL || content[offset] == 0) {
            return false;
        }
        const uint8_t *entry = content + offset;
        if (entry[0] == NAME_DELETED || entry[0] == '.' || (entry[ENTRY_ATTRIBUTE] & ATTRIBUTE_VOLUME)) {
            continue;
        }
        uint32_t cluster = word(entry + ENTRY_CLUSTER);
        if (entry[ENTRY_ATTRIBUTE] & ATTRIBUTE_DIRECTORY) {
            check_directory_entry(check, sector, offset, cluster, parent);
        } else {
            uint32_t length = word(entry + ENTRY_LENGTH) | word(entry + ENTRY_LENGTH + 2) << 16;
            check_file_entry(check, sector, offset, cluster, length);
        }
    }
    return !check->failed;
}

static void check_subdirectory(check_t *check, uint32_t first) {
    for (uint32_t cluster = first; cluster < check->end && !check->failed; cluster = fat_get(check, cluster)) {
        for (uint32_t i = 0; i < check->cluster_sectors; i++) {
            if (!check_entries(check, sector_of(check, cluster) + i, first)) {
                return;
            }
        }
    }
}

static void free_lost_clusters(check_t *check) {
    for (uint32_t cluster = 2; cluster < check->end && !check->failed; cluster++) {
        uint32_t next = fat_get(check, cluster);
        if (next != FAT_FREE && next != FAT_BAD && !contains(&check->claimed, cluster)) {
            fat_set(check, cluster, FAT_FREE);
            check->report->lost_clusters++;
        }
    }
}

// Fills in the layout from the boot sector. False if it is not that of a FAT12 volume with one FAT on this store.
static bool read_layout(check_t *check, const uint8_t *boot) {
    check->cluster_sectors = boot[13];
    uint32_t fat_sectors = word(boot + 22);
    uint32_t root_entries = word(boot + 17);
    uint32_t sectors = word(boot + 19);
    check->fat = word(boot + 14);
    check->root = check->fat + fat_sectors;
    check->data = check->root + root_entries / ENTRIES_PER_SECTOR;
    if (boot[510] != 0x55 || boot[511] != 0xaa || word(boot + 11) != FLASH_SECTOR_SIZE || boot[16] != 1
        || check->cluster_sectors == 0 || check->fat == 0 || fat_sectors == 0 || root_entries == 0
        || root_entries % ENTRIES_PER_SECTOR != 0 || sectors > check->store->blocks * FLASH_SECTORS_PER_BLOCK
        || sectors <= check->data) {
        return false;
    }
    check->end = 2 + (sectors - check->data) / check->cluster_sectors;
    return check->end > 2 && (check->end * 3 + 1) / 2 <= fat_sectors * FLASH_SECTOR_SIZE;
}

fat_check_status_t fat_check(flash_store_t *store, fat_check_report_t *report) {
    check_t check = {.store = store, .report = report};
    memset(report, 0, sizeof(*report));
    const uint8_t *boot = look(&check, 0);
    if (boot == NULL) {
        return FAT_CHECK_ERROR;
    }
    if (!read_layout(&check, boot)) {
        return FAT_CHECK_UNKNOWN;
    }
    for (uint32_t sector = check.root; sector < check.data && check_entries(&check, sector, 0); sector++) {
    }
    // Directories wait in a set rather than on the stack: no depth of nesting can exhaust it.
    for (uint32_t cluster = 2; cluster < check.end && !check.failed;) {
        if (!contains(&check.unread, cluster)) {
            cluster++;
            continue;
        }
        check.unread.bits[cluster / 8] &= ~(1u << (cluster % 8));
        check_subdirectory(&check, cluster);
        cluster = 2;
    }
    free_lost_clusters(&check);
    return !check.failed && flash_store_commit(store) ? FAT_CHECK_OK : FAT_CHECK_ERROR;
}
