// Power cuts on the /flash drive, on the host: random file operations on FatFs over the firmware's own store, on a
// simulated serial flash; each operation is repeated with the power cut in every one of its flash steps, then the drive
// is taken into use again and compared with what it must hold. Words: SEED OPERATIONS BLOCKS MEDIUM, where MEDIUM is
// "lost" (an unfinished file can't be read, as TI documents) or "readable" (it reads as far as it was written).
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/oofatfs/ff.h"
#include "lib/oofatfs/diskio.h"
#include "storage/fat_check.h"
#include "storage/flash_store.h"
#include "storage/flash_volume.h"

#define MAX_CONTENT (sizeof(flash_journal_t) + BLOCK_FILE_SIZE)
#define PAGE 256

#define CHECK(condition, ...) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "line %d: ", __LINE__); \
            fprintf(stderr, __VA_ARGS__); \
            fprintf(stderr, "\n"); \
            print_state(); \
            abort(); \
        } \
    } while (0)

static void print_state(void);

// --- the serial flash ------------------------------------------------------------------------------------------------

typedef struct {
    uint8_t data[MAX_CONTENT];
    uint32_t length;
    bool exists, closed;
} sim_file_t;

// Block files and, behind them, those of the journal.
typedef struct {
    sim_file_t file[FLASH_STORE_MAX_BLOCKS + BLOCK_FILE_JOURNALS];
} medium_t;

static medium_t medium, saved, at_cut;
static bool torn_is_readable;
static long steps, cut_at; // cut_at 0: never
static long writes, fail_at; // fail_at: the write of a file that fails, though the power stays; 0: none
static jmp_buf power_cut;
static unsigned long totals[3]; // cuts, short names, steps of whole operations

static sim_file_t *file_of(unsigned index) {
    return &medium.file[index >= BLOCK_FILE_JOURNAL ? FLASH_STORE_MAX_BLOCKS + index - BLOCK_FILE_JOURNAL : index];
}

// One erase or program step; true when the power goes in it.
static bool step(void) {
    return ++steps == cut_at;
}

block_file_status_t block_file_read(unsigned index, uint32_t offset, void *data, uint32_t length) {
    const sim_file_t *file = file_of(index);
    if (!file->exists || (!file->closed && !torn_is_readable) || offset + length > file->length) {
        return BLOCK_FILE_LOST;
    }
    memcpy(data, file->data + offset, length);
    return BLOCK_FILE_OK;
}

static unsigned long journal_writes;

bool block_file_write(unsigned index, const block_file_part_t *parts, unsigned count) {
    journal_writes += index >= BLOCK_FILE_JOURNAL;
    sim_file_t *file = file_of(index);
    uint32_t length = 0;
    for (unsigned i = 0; i < count; i++) {
        length += parts[i].length;
    }
    CHECK(length <= MAX_CONTENT, "file %u: %u bytes", index, (unsigned)length);
    if (++writes == fail_at) {
        file->exists = true;
        file->closed = false;
        return false;
    }
    if (!file->exists && step()) {
        longjmp(power_cut, 1);
    }
    file->exists = true;
    file->closed = false;
    file->length = length;
    memset(file->data, 0xff, length);
    if (step()) {
        longjmp(power_cut, 1);
    }
    uint32_t position = 0;
    for (unsigned i = 0; i < count; i++) {
        CHECK(parts[i].length % 4 == 0, "length %u", (unsigned)parts[i].length);
        for (uint32_t done = 0; done < parts[i].length; done += PAGE) {
            uint32_t size = parts[i].length - done < PAGE ? parts[i].length - done : PAGE;
            bool cut = step();
            memcpy(file->data + position, (const uint8_t *)parts[i].data + done, cut ? size / 2 & ~3u : size);
            if (cut) {
                longjmp(power_cut, 1);
            }
            position += size;
        }
    }
    if (step()) {
        longjmp(power_cut, 1);
    }
    file->closed = true;
    return true;
}

// --- the drive under test --------------------------------------------------------------------------------------------

static flash_store_t store;
static FATFS fs;
static unsigned blocks;
static uint8_t upload_data[FLASH_SECTOR_SIZE]; // what is written straight from here is content of a new file

DRESULT disk_read(void *drive, BYTE *data, DWORD sector, UINT count) {
    (void)drive;
    return flash_store_read(&store, data, sector, count) ? RES_OK : RES_ERROR;
}

DRESULT disk_write(void *drive, const BYTE *data, DWORD sector, UINT count) {
    (void)drive;
    return flash_store_write(&store, data, sector, count) ? RES_OK : RES_ERROR;
}

DRESULT disk_ioctl(void *drive, BYTE command, void *data) {
    (void)drive;
    switch (command) {
        case CTRL_SYNC:
            return flash_store_commit(&store) ? RES_OK : RES_ERROR;
        case GET_SECTOR_COUNT:
            *(DWORD *)data = blocks * FLASH_SECTORS_PER_BLOCK;
            return RES_OK;
        case GET_SECTOR_SIZE:
            *(WORD *)data = FLASH_SECTOR_SIZE;
            return RES_OK;
        case GET_BLOCK_SIZE:
            *(DWORD *)data = 1;
            return RES_OK;
        case IOCTL_INIT:
        case IOCTL_STATUS:
            *(DSTATUS *)data = 0;
            return RES_OK;
        default:
            return RES_PARERR;
    }
}

static FRESULT mount(void) {
    memset(&fs, 0, sizeof(fs));
    fs.drv = &store;
    FRESULT result = flash_volume_mount(&store, &fs, blocks);
    flash_store_unreferenced(&store, upload_data);
    return result;
}

// --- what the drive must hold ----------------------------------------------------------------------------------------

#define MAX_ITEMS 400
#define MAX_FILE 200000

typedef struct {
    char path[128];
    bool folder;
    uint32_t length;
    uint8_t *data;
} item_t;

typedef struct {
    item_t item[MAX_ITEMS];
    int count;
} tree_t;

static tree_t expected, found;
static bool drive_gets_full; // by the operation under test
static char operation[400];

static void print_state(void) {
    fprintf(stderr, "operation: %s, cut in step %ld\n", operation, cut_at);
    for (int i = 0; i < found.count; i++) {
        fprintf(stderr, "%s: %u bytes\n", found.item[i].path, (unsigned)found.item[i].length);
    }
}

static void clear(tree_t *tree) {
    for (int i = 0; i < tree->count; i++) {
        free(tree->item[i].data);
    }
    tree->count = 0;
}

static item_t *find(tree_t *tree, const char *path) {
    for (int i = 0; i < tree->count; i++) {
        if (strcmp(tree->item[i].path, path) == 0) {
            return &tree->item[i];
        }
    }
    return NULL;
}

static void forget(tree_t *tree, const char *path) {
    item_t *item = find(tree, path);
    if (item != NULL) {
        free(item->data);
        *item = tree->item[--tree->count];
    }
}

static item_t *put(tree_t *tree, const char *path, bool folder, const uint8_t *data, uint32_t length) {
    forget(tree, path);
    CHECK(tree->count < MAX_ITEMS, "too many files");
    item_t *item = &tree->item[tree->count++];
    snprintf(item->path, sizeof(item->path), "%s", path);
    item->folder = folder;
    item->length = length;
    item->data = malloc(length + 1);
    if (length != 0) {
        memcpy(item->data, data, length);
    }
    return item;
}

static bool same(const item_t *a, const item_t *b) {
    return a->folder == b->folder && a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

static void read_tree(const char *path) {
    static uint8_t content[MAX_FILE];
    FF_DIR folder;
    CHECK(f_opendir(&fs, &folder, path[0] ? path : "/") == FR_OK, "can't list %s", path);
    for (;;) {
        FILINFO info;
        CHECK(f_readdir(&folder, &info) == FR_OK, "can't go on listing %s", path);
        if (info.fname[0] == 0) {
            break;
        }
        char name[400];
        snprintf(name, sizeof(name), "%s/%s", path, info.fname);
        CHECK(find(&found, name) == NULL, "%s is there twice", name);
        if (info.fattrib & AM_DIR) {
            put(&found, name, true, NULL, 0);
            read_tree(name);
        } else {
            FIL file;
            UINT length;
            CHECK(f_open(&fs, &file, name, FA_READ) == FR_OK, "can't open %s", name);
            CHECK(f_read(&file, content, sizeof(content), &length) == FR_OK, "can't read %s", name);
            CHECK(length == info.fsize, "%s: %u bytes of %u", name, length, (unsigned)info.fsize);
            f_close(&file);
            put(&found, name, false, content, length);
        }
    }
    f_closedir(&folder);
}

// --- a second opinion on the volume, on the raw bytes ----------------------------------------------------------------

static uint8_t image[FLASH_STORE_MAX_BLOCKS * BLOCK_FILE_SIZE];
static uint16_t fat[5000];
static uint8_t owner[5000];
static unsigned clusters, data_sector;

static unsigned le16(const uint8_t *bytes) {
    return bytes[0] | bytes[1] << 8;
}

static bool walk(const uint8_t *entries, unsigned count, unsigned self);

static unsigned follow(unsigned first) {
    unsigned length = 0;
    for (unsigned cluster = first; cluster < 0xff8; cluster = fat[cluster]) {
        CHECK(cluster >= 2 && cluster < clusters + 2, "chain of %u leads to %u", first, cluster);
        CHECK(!owner[cluster], "cluster %u belongs to two", cluster);
        owner[cluster] = 1;
        length++;
    }
    return length;
}

static void walk_folder(unsigned first, unsigned parent) {
    const uint8_t *start = image + (data_sector + first - 2) * 512;
    CHECK(start[0] == '.' && le16(start + 26) == first, "folder at %u has a wrong .", first);
    CHECK(start[32] == '.' && le16(start + 58) == parent, "folder at %u has a wrong ..", first);
    for (unsigned cluster = first; cluster < 0xff8; cluster = fat[cluster]) {
        if (!walk(image + (data_sector + cluster - 2) * 512, 16, first)) {
            return;
        }
    }
}

// False when the end of the directory is among these entries.
static bool walk(const uint8_t *entries, unsigned count, unsigned self) {
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *entry = entries + i * 32;
        if (entry[0] == 0) {
            return false;
        }
        if (entry[0] == 0xe5 || entry[0] == '.' || (entry[11] & 0x08)) {
            continue;
        }
        unsigned first = le16(entry + 26);
        unsigned long length = le16(entry + 28) | (unsigned long)le16(entry + 30) << 16;
        if (entry[11] & 0x10) {
            CHECK(first != 0 && follow(first) > 0, "folder %.11s at %ld has no cluster but %u", entry,
                (long)(entry - image), first);
            walk_folder(first, self);
        } else if (first == 0) {
            CHECK(length == 0, "file of %lu bytes without a cluster", length);
        } else {
            unsigned long chain = follow(first);
            CHECK(chain == (length + 511) / 512, "file of %lu bytes has %lu clusters", length, chain);
        }
    }
    return true;
}

static void check_volume(void) {
    for (unsigned i = 0; i < blocks; i++) {
        const sim_file_t *file = &medium.file[i];
        CHECK(file->exists, "block file %u is not there", i);
        // One that is not whole may only have what nothing refers to: read_tree would miss anything else.
        bool whole = (file->closed || torn_is_readable) && file->length == BLOCK_FILE_SIZE;
        memset(image + i * BLOCK_FILE_SIZE, 0xe5, BLOCK_FILE_SIZE);
        memcpy(image + i * BLOCK_FILE_SIZE, file->data, whole ? BLOCK_FILE_SIZE : 0);
    }
    CHECK(image[510] == 0x55 && image[511] == 0xaa && image[13] == 1 && image[16] == 1, "no volume");
    unsigned fat_sectors = le16(image + 22);
    data_sector = 1 + fat_sectors + le16(image + 17) / 16;
    clusters = le16(image + 19) - data_sector;
    for (unsigned i = 0; i < clusters + 2; i++) {
        unsigned pair = le16(image + 512 + i + i / 2);
        fat[i] = i & 1 ? pair >> 4 : pair & 0xfff;
    }
    memset(owner, 0, sizeof(owner));
    walk(image + (1 + fat_sectors) * 512, le16(image + 17), 0);
    for (unsigned i = 2; i < clusters + 2; i++) {
        CHECK(fat[i] == 0 || fat[i] == 0xff7 || owner[i], "cluster %u is lost, %x", i, fat[i]); // 0xff7: bad
    }
}

// --- operations ------------------------------------------------------------------------------------------------------

typedef enum {
    WRITE,
    APPEND,
    WRITE_TWO,
    UPLOAD,
    DELETE,
    RENAME,
    REPLACE,
    MAKE_FOLDER,
    REMOVE_FOLDER,
    FORMAT,
    KINDS
} kind_t;

typedef struct {
    kind_t kind;
    char path[128], other[128];
    uint32_t length, chunk;
    uint8_t fill;
} action_t;

static uint64_t random_state;

static uint32_t any(uint32_t limit) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % limit;
}

static uint8_t pattern(const action_t *action, uint32_t i) {
    return action->fill + i * 7 + i / 512 * 3;
}

static bool write_pattern(FIL *file, const action_t *action, uint32_t from, uint32_t to) {
    uint8_t data[4096];
    while (from < to) {
        UINT size = to - from < action->chunk ? to - from : action->chunk, written;
        for (UINT i = 0; i < size; i++) {
            data[i] = pattern(action, from + i);
        }
        if (f_write(file, data, size, &written) != FR_OK || written < size) {
            return false;
        }
        from += size;
    }
    return true;
}

// As the FTP server does it: beside the old file, then in its place.
static FRESULT upload(const action_t *action) {
    FIL file;
    FILINFO info;
    FRESULT result = f_open(&fs, &file, action->path, FA_WRITE | FA_CREATE_ALWAYS);
    if (result != FR_OK) {
        return result;
    }
    bool full = false;
    for (uint32_t done = 0; done < action->length && !full;) {
        UINT left = action->length - done, written;
        UINT size = left < sizeof(upload_data) ? left : sizeof(upload_data);
        if (done / FLASH_SECTOR_SIZE % 13 == 12) { // a segment ended: the next piece fills the sector
            UINT rest = FLASH_SECTOR_SIZE - done % FLASH_SECTOR_SIZE;
            UINT most = rest == FLASH_SECTOR_SIZE ? action->chunk % FLASH_SECTOR_SIZE + 1 : rest;
            size = size < most ? size : most;
        }
        for (UINT i = 0; i < size; i++) {
            upload_data[i] = pattern(action, done + i);
        }
        full = f_write(&file, upload_data, size, &written) != FR_OK || written < size;
        done += size;
    }
    result = f_close(&file);
    if (full || result != FR_OK) {
        f_unlink(&fs, action->path);
        flash_store_commit(&store);
        return full ? FR_DENIED : result;
    }
    return f_stat(&fs, action->other, &info) == FR_OK ? flash_volume_replace(&store, &fs, action->path, action->other)
                                                      : f_rename(&fs, action->path, action->other);
}

static FRESULT act(const action_t *action) {
    FIL file, second;
    FRESULT result;
    bool full;
    switch (action->kind) {
        case WRITE:
        case APPEND:
            result = f_open(
                &fs, &file, action->path, FA_WRITE | (action->kind == WRITE ? FA_CREATE_ALWAYS : FA_OPEN_APPEND));
            if (result == FR_OK) {
                full = !write_pattern(&file, action, 0, action->length);
                result = f_close(&file);
                result = result == FR_OK && full ? FR_DENIED : result;
            }
            return result;
        case WRITE_TWO:
            result = f_open(&fs, &file, action->path, FA_WRITE | FA_CREATE_ALWAYS);
            if (result != FR_OK) {
                return result;
            }
            result = f_open(&fs, &second, action->other, FA_WRITE | FA_OPEN_APPEND);
            if (result != FR_OK) {
                f_close(&file);
                return result;
            }
            full = false;
            for (uint32_t done = 0; done < action->length && !full; done += action->chunk) {
                uint32_t end = done + action->chunk < action->length ? done + action->chunk : action->length;
                full = !write_pattern(&file, action, done, end) || !write_pattern(&second, action, done, end);
            }
            result = f_close(&file);
            FRESULT other = f_close(&second);
            return result != FR_OK ? result : other != FR_OK ? other : full ? FR_DENIED : FR_OK;
        case UPLOAD:
            return upload(action);
        case DELETE:
        case REMOVE_FOLDER:
            return f_unlink(&fs, action->path);
        case RENAME:
            return f_rename(&fs, action->path, action->other);
        case REPLACE:
            return flash_volume_replace(&store, &fs, action->path, action->other);
        case MAKE_FOLDER:
            return f_mkdir(&fs, action->path);
        default:
            return flash_volume_format(&store, &fs);
    }
}

static bool is_parent(const char *folder, const char *path) {
    size_t length = strlen(folder);
    return strncmp(folder, path, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static bool touches(const action_t *action, const char *path) {
    return action->kind == FORMAT || is_parent(action->path, path)
        || (action->other[0] && is_parent(action->other, path));
}

// An entry of the directory that FatFs writes in two blocks may be half there when the power goes, if the operation
// changes more blocks than the cache has. The file is then seen by its short name; count it and go on by its own.
static void recognise_short_name(const char *path) {
    size_t folder = strrchr(path, '/') - path + 1;
    if (path[0] == 0 || find(&found, path) != NULL) {
        return;
    }
    for (int i = 0; i < found.count; i++) {
        char *name = found.item[i].path;
        if (strncmp(name, path, folder) == 0 && strchr(name + folder, '~') && !strchr(name + folder, '/')
            && find(&expected, name) == NULL) {
            char alias[128];
            strcpy(alias, name);
            for (int j = 0; j < found.count; j++) {
                if (is_parent(alias, found.item[j].path)) {
                    char full[300];
                    snprintf(full, sizeof(full), "%s%s", path, found.item[j].path + strlen(alias));
                    CHECK(strlen(full) < sizeof(found.item[j].path), "%s is too long", full);
                    strcpy(found.item[j].path, full);
                }
            }
            totals[1]++;
            return;
        }
    }
}

// All items that the action does not touch are as before it, and nothing else came up.
static void check_bystanders(const action_t *action) {
    for (int i = 0; i < expected.count; i++) {
        item_t *item = &expected.item[i];
        if (!touches(action, item->path)) {
            item_t *now = find(&found, item->path);
            CHECK(now != NULL, "%s is gone", item->path);
            CHECK(same(item, now), "%s changed", item->path);
        }
    }
    for (int i = 0; i < found.count; i++) {
        item_t *item = &found.item[i];
        CHECK(touches(action, item->path) || find(&expected, item->path), "%s came up", item->path);
    }
}

// A new file is absent, empty or complete; a file that grows has its old or its new content.
static void check_written(const action_t *action, const char *path, bool append) {
    item_t *before = find(&expected, path), *after = find(&found, path);
    if (before != NULL) {
        CHECK(after != NULL, "%s vanished while it was written", path);
        CHECK(!append || after->length >= before->length, "%s shrank to %u", path, (unsigned)after->length);
        CHECK(!append || memcmp(before->data, after->data, before->length) == 0, "%s lost its beginning", path);
    }
    if (after == NULL || (before != NULL && !append)) {
        return;
    }
    uint32_t start = before ? before->length : 0;
    CHECK(after->length == start || after->length == start + action->length || drive_gets_full, "%s has %u bytes", path,
        (unsigned)after->length);
    for (uint32_t i = start; i < after->length; i++) {
        CHECK(after->data[i] == pattern(action, i - start), "%s is wrong at %u", path, (unsigned)i);
    }
}

// A file or folder with all below it is at `to` as it was at `from`, or not there at all.
static bool moved(const char *from, const char *to) {
    int count = 0, present = 0;
    for (int i = 0; i < expected.count; i++) {
        if (is_parent(from, expected.item[i].path)) {
            char path[300];
            snprintf(path, sizeof(path), "%s%s", to, expected.item[i].path + strlen(from));
            item_t *now = find(&found, path);
            count++;
            present += now != NULL && same(&expected.item[i], now);
        }
    }
    CHECK(present == 0 || present == count, "%s is only partly at %s", from, to);
    return present != 0;
}

static void check_after_cut(const action_t *action, bool complete) {
    item_t *before, *after;
    recognise_short_name(action->path);
    if (action->other[0]) {
        recognise_short_name(action->other);
    }
    check_bystanders(action);
    switch (action->kind) {
        case WRITE:
        case APPEND:
            check_written(action, action->path, action->kind == APPEND);
            break;
        case WRITE_TWO:
            check_written(action, action->path, false);
            after = find(&found, action->other);
            CHECK(after != NULL || find(&expected, action->other) == NULL, "%s vanished", action->other);
            break;
        case UPLOAD:
            before = find(&expected, action->other);
            after = find(&found, action->other);
            if (after == NULL || (before != NULL && same(before, after))) {
                CHECK(before == NULL || after != NULL, "%s vanished while it was replaced", action->other);
            } else {
                CHECK(after->length == action->length, "%s has %u bytes", action->other, (unsigned)after->length);
                for (uint32_t i = 0; i < after->length; i++) {
                    CHECK(after->data[i] == pattern(action, i), "%s is wrong at %u", action->other, (unsigned)i);
                }
            }
            break;
        case RENAME:
            CHECK(moved(action->path, action->other) != moved(action->path, action->path), "%s is at both or none",
                action->path);
            CHECK(!complete || !moved(action->path, action->path), "rename undone");
            break;
        case REPLACE:
            before = find(&expected, action->other);
            after = find(&found, action->other);
            CHECK(after != NULL, "%s vanished while it was replaced", action->other);
            if (same(after, find(&expected, action->path))) { // done, but for the old content on its way out
                after = find(&found, action->path);
                CHECK(after == NULL || same(after, before) || same(after, find(&expected, action->path)), "%s is wrong",
                    action->path);
            } else {
                CHECK(!complete && same(after, before), "%s has neither content", action->other);
                after = find(&found, action->path);
                CHECK(after != NULL && same(after, find(&expected, action->path)), "%s is gone", action->path);
            }
            break;
        case DELETE:
        case REMOVE_FOLDER:
            after = find(&found, action->path);
            CHECK(after == NULL || (!complete && same(after, find(&expected, action->path))), "%s half deleted",
                action->path);
            break;
        default:
            break;
    }
}

// Power-up: the drive must work, whatever the state of the medium.
static void power_up(void) {
    FRESULT result = mount();
    CHECK(result == FR_OK, "mount: %d", result);
    check_volume();
    clear(&found);
    read_tree("");
}

static void check_usable(void) {
    static const uint8_t probe[700] = {1, 2, 3};
    uint8_t back[sizeof(probe)];
    FIL file;
    UINT length;
    if (f_open(&fs, &file, "/lib/probe of a drive.bin", FA_WRITE | FA_CREATE_ALWAYS) == FR_OK) {
        bool full = f_write(&file, probe, sizeof(probe), &length) != FR_OK || length < sizeof(probe);
        CHECK(f_close(&file) == FR_OK, "can't close the probe");
        check_volume();
        CHECK(mount() == FR_OK, "mount after the probe");
        CHECK(f_open(&fs, &file, "/lib/probe of a drive.bin", FA_READ) == FR_OK, "the probe is gone");
        CHECK(f_read(&file, back, sizeof(back), &length) == FR_OK, "can't read the probe");
        CHECK(full || (length == sizeof(back) && memcmp(probe, back, length) == 0), "the probe is wrong");
        f_close(&file);
    }
}

// Runs `body` with the power cut in step `at` (0: never). True when it came to its end.
static bool run_until(long at, FRESULT (*body)(const action_t *), const action_t *action, FRESULT *result) {
    steps = 0;
    cut_at = at;
    if (setjmp(power_cut) == 0) {
        *result = body(action);
        totals[2] += steps;
        cut_at = 0;
        return true;
    }
    totals[0]++;
    return false;
}

static FRESULT mount_action(const action_t *action) {
    (void)action;
    return mount();
}

static const char *const names[] = {"main.py", "a.txt", "Measured temperatures of June.csv", "b",
    "quite a long name that takes several entries.json", "data.bin", "x.y"};
static const char *const folder_names[] = {
    "/lib", "/cert", "/d", "/lib/deep", "/A folder with a long name", "/d/e/", "/d/f"};

static void any_path(char *path, size_t size) {
    const char *folder = any(3) == 0 ? "" : folder_names[any(4)];
    if (any(4) == 0) {
        snprintf(path, size, "%s/file number %u.txt", folder, (unsigned)any(40));
    } else {
        snprintf(path, size, "%s/%s", folder, names[any(sizeof(names) / sizeof(names[0]))]);
    }
}

// Any item but those of a new drive, which come back by themselves.
static item_t *any_item(bool folder) {
    static const char *const permanent[] = {"/boot.py", "/main.py", "/sys", "/lib", "/cert"};
    for (int attempt = 0; attempt < 50 && expected.count; attempt++) {
        item_t *item = &expected.item[any(expected.count)];
        bool kept = false;
        for (size_t i = 0; i < sizeof(permanent) / sizeof(permanent[0]); i++) {
            kept = kept || strcmp(item->path, permanent[i]) == 0;
        }
        if (item->folder == folder && !kept) {
            return item;
        }
    }
    return NULL;
}

static bool parent_exists(const char *path) {
    char parent[128];
    snprintf(parent, sizeof(parent), "%s", path);
    *strrchr(parent, '/') = 0;
    item_t *item = find(&expected, parent);
    return parent[0] == 0 || (item != NULL && item->folder);
}

// Draws an action that makes sense on the drive as it is; false when this draw found none.
static bool draw(action_t *action) {
    memset(action, 0, sizeof(*action));
    static const kind_t weights[] = {WRITE, WRITE, WRITE, APPEND, APPEND, WRITE_TWO, UPLOAD, UPLOAD, DELETE, RENAME,
        RENAME, REPLACE, MAKE_FOLDER, REMOVE_FOLDER};
    action->kind = any(150) == 0 ? FORMAT : weights[any(sizeof(weights) / sizeof(weights[0]))];
    action->fill = any(256);
    action->chunk = 1 + any(any(2) ? 4096 : 600);
    action->length = any(10) == 0 ? any(60000) : any(any(2) ? 500 : 4000);
    item_t *item;
    any_path(action->path, sizeof(action->path));
    switch (action->kind) {
        case WRITE:
        case APPEND:
            return parent_exists(action->path) && !((item = find(&expected, action->path)) && item->folder);
        case WRITE_TWO:
            any_path(action->other, sizeof(action->other));
            action->length %= 3000;
            return parent_exists(action->path) && parent_exists(action->other)
                && strcmp(action->path, action->other) != 0;
        case UPLOAD:
            strcpy(action->other, action->path);
            strcpy(action->path, "/upload.ftp"); // a ~ would be taken for a short name
            action->length = any(4) == 0 ? any(20000) : action->length;
            return parent_exists(action->other) && !((item = find(&expected, action->other)) && item->folder);
        case DELETE:
            item = any_item(false);
            break;
        case REMOVE_FOLDER:
            item = any_item(true);
            break;
        case RENAME:
            item = any_item(any(4) == 0);
            if (item == NULL) {
                return false;
            }
            any_path(action->other, sizeof(action->other));
            if (item->folder) {
                strcat(action->other, " folder");
            }
            if (find(&expected, action->other) || !parent_exists(action->other) || is_parent(item->path, action->other)
                || strlen(action->other) > 60) {
                return false;
            }
            break;
        case REPLACE:
            item = any_item(false);
            if (item == NULL) {
                return false;
            }
            strcpy(action->other, item->path);
            item = any_item(false);
            if (item == NULL || strcmp(item->path, action->other) == 0) {
                return false;
            }
            break;
        case MAKE_FOLDER:
            snprintf(action->path, sizeof(action->path), "%s", folder_names[any(5)]);
            return parent_exists(action->path) && find(&expected, action->path) == NULL;
        default:
            return true;
    }
    if (item == NULL) {
        return false;
    }
    strcpy(action->path, item->path);
    return true;
}

// Cuts the power in every step of body (or, where it has very many, in a random choice of them), each time with another
// cut in the power-up that follows.
static void torture(FRESULT (*body)(const action_t *), const action_t *action, bool creation) {
    saved = medium;
    FRESULT result;
    if (!creation) {
        CHECK(mount() == FR_OK, "mount before the action");
        run_until(0, body, action, &result);
        drive_gets_full = result == FR_DENIED;
        CHECK(result == FR_OK || drive_gets_full, "the action fails with %d", result);
    }
    for (long at = 1;; at += 1 + (at > 400 ? any(60) : 0)) {
        medium = saved;
        if (!creation) {
            CHECK(mount() == FR_OK, "mount before the action");
        }
        if (run_until(at, body, action, &result)) {
            break;
        }
        if (any(4) == 0) {
            at_cut = medium;
            if (!run_until(1 + any(40), mount_action, action, &result)) {
                at_cut = medium;
            }
            medium = at_cut;
        }
        long remember = at;
        cut_at = 0;
        power_up();
        cut_at = remember; // for messages
        steps = remember;
        if (creation) {
            CHECK(found.count == 5 && find(&found, "/boot.py")->length > 0 && find(&found, "/main.py")->length > 0
                    && find(&found, "/sys") && find(&found, "/lib") && find(&found, "/cert"),
                "new drive incomplete");
        } else {
            check_after_cut(action, false);
        }
        cut_at = 0;
        if (any(8) == 0) {
            check_usable();
        }
    }
}

// Each write of a file fails once: what the store has not written is kept, and another try loses nothing of other files.
static void one_failure(const action_t *action) {
    saved = medium;
    for (fail_at = 1;; fail_at++) {
        FRESULT result;
        medium = saved;
        const long failing = fail_at;
        fail_at = 0;
        CHECK(mount() == FR_OK, "mount before the failure");
        fail_at = failing;
        writes = 0;
        run_until(0, act, action, &result);
        bool failed = writes >= failing;
        fail_at = 0;
        if (!failed) {
            break;
        }
        CHECK(flash_store_commit(&store), "the flash works again, the store does not");
        power_up();
        check_bystanders(action);
        fail_at = failing;
    }
    medium = saved;
}

// Whether the journal is used when the last block, which is free, gets four sectors of content, a bit of fresh for each that
// no file has, and has to make room for another.
static bool is_journaled(unsigned fresh, bool commit, unsigned edited) {
    static uint8_t content[FLASH_SECTOR_SIZE];
    const uint32_t first = (blocks - 1) * FLASH_SECTORS_PER_BLOCK;
    content[0]++;
    for (unsigned i = 0; i < FLASH_SECTORS_PER_BLOCK; i++) {
        flash_store_unreferenced(&store, fresh >> i & 1 ? content : NULL);
        CHECK(flash_store_write(&store, content, first + i, 1), "sector %u", i);
    }
    flash_store_unreferenced(&store, NULL);
    CHECK(!commit || flash_store_commit(&store), "commit");
    content[0]++;
    for (unsigned i = 0; i < FLASH_SECTORS_PER_BLOCK; i++) {
        CHECK(!(edited >> i & 1) || flash_store_write(&store, content, first + i, 1), "sector %u", i);
    }
    const unsigned long before = journal_writes;
    CHECK(flash_store_look(&store, first - FLASH_SECTORS_PER_BLOCK), "no room for another block");
    return journal_writes != before;
}

static void check_fresh(void) {
    CHECK(!is_journaled(15, false, 0), "a block of fresh content went through the journal");
    CHECK(!is_journaled(15, false, 6), "it did after changes of that content");
    CHECK(is_journaled(0, false, 0), "content that files may have did not");
    CHECK(is_journaled(11, false, 0), "one sector that files may have did not");
    CHECK(is_journaled(15, true, 15), "what was changed after a commit did not");
    CHECK(is_journaled(14, true, 15), "what was changed after a commit did not");
    CHECK(flash_store_commit(&store), "commit");
}

// Whatever the FAT and the directories hold, the check makes a sound volume of it.
static void damage(long rounds) {
    saved = medium;
    strcpy(operation, "damage");
    for (long round = 0; round < rounds; round++) {
        medium = saved;
        for (uint32_t hits = 1 + any(12); hits > 0; hits--) {
            // Beyond the boot sector: the FAT, the root directory, and the clusters where the first folders are.
            uint32_t position = FLASH_SECTOR_SIZE + any(any(2) ? 3 * FLASH_SECTOR_SIZE : 60 * FLASH_SECTOR_SIZE);
            // But nothing at or behind the end of a directory, which FatFs and the check take to be blank.
            uint8_t *byte = &medium.file[position / BLOCK_FILE_SIZE].data[position % BLOCK_FILE_SIZE];
            bool in_fat = position < (1u + medium.file[0].data[22]) * FLASH_SECTOR_SIZE;
            if (in_fat || byte[-(long)(position % 32)] != 0) {
                *byte = !in_fat && position % 32 == 0 ? 1 + any(255) : any(3) ? any(256) : 0;
            }
        }
        CHECK(mount() == FR_OK, "mount of a damaged volume");
        check_volume();
    }
}

int main(int argc, char **argv) {
    CHECK(argc == 5, "four words wanted");
    random_state = strtoul(argv[1], NULL, 10) * 2 + 1;
    long operations = strtol(argv[2], NULL, 10);
    blocks = strtoul(argv[3], NULL, 10);
    torn_is_readable = strcmp(argv[4], "readable") == 0;
    CHECK(blocks <= FLASH_STORE_MAX_BLOCKS, "too many blocks");

    action_t action = {0};
    strcpy(operation, "creation");
    torture(mount_action, &action, true);
    power_up();
    expected = found;
    memset(&found, 0, sizeof(found));
    check_fresh();

    long done = 0;
    for (long draws = 0; done < operations && draws < 50 * operations; draws++) {
        if (!draw(&action)) {
            continue;
        }
        snprintf(operation, sizeof(operation), "%ld: kind %d, %s, %s, %u bytes", done, action.kind, action.path,
            action.other, (unsigned)action.length);
        if (action.kind != FORMAT) {
            one_failure(&action);
        }
        torture(act, &action, false);
        // The medium now holds the completed action. Its effect, which a full drive may have cut short, is what counts on.
        power_up();
        check_bystanders(&action);
        clear(&expected);
        expected = found;
        memset(&found, 0, sizeof(found));
        done++;
    }
    damage(operations);
    printf("operations %ld cuts %lu steps %lu short_names %lu items %d\n", done, totals[0], totals[2], totals[1],
        expected.count);
    clear(&expected);
    return 0;
}
