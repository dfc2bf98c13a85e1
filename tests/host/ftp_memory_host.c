// An FTP host in memory (see ftp_memory_host.h). It asserts what the engine promises its host: plain paths, one file,
// one listing and one data connection at a time, each closed.

#include "ftp_memory_host.h"

#include <assert.h>
#include <string.h>

memory_host_t memory_host;

static void check_path(const char *path) {
    assert(path[0] == '/' && strlen(path) < FTP_PATH_ROOM);
    assert(strstr(path, "//") == NULL);
    size_t length = strlen(path);
    assert(length == 1 || path[length - 1] != '/');
    for (const char *part = path; part != NULL; part = strchr(part + 1, '/')) {
        assert(strncmp(part, "/./", 3) != 0 && strncmp(part, "/../", 4) != 0);
        assert(strcmp(part, "/.") != 0 && strcmp(part, "/..") != 0);
    }
}

memory_node_t *memory_find(memory_host_t *memory, const char *path) {
    for (size_t at = 0; at < MEMORY_NODES; at++) {
        if (memory->nodes[at].used && strcmp(memory->nodes[at].path, path) == 0) {
            return &memory->nodes[at];
        }
    }
    return NULL;
}

memory_node_t *memory_add(memory_host_t *memory, const char *path, bool directory, const void *data, uint32_t size) {
    for (size_t at = 0; at < MEMORY_NODES; at++) {
        memory_node_t *node = &memory->nodes[at];
        if (!node->used) {
            memset(node, 0, sizeof(*node));
            node->used = true;
            node->directory = directory;
            strcpy(node->path, path);
            memcpy(node->data, data, size);
            node->size = size;
            node->modified = (2026u - 1980) << 25 | 8u << 21 | 9u << 16 | 10u << 11 | 11u << 5 | 6;
            return node;
        }
    }
    return NULL;
}

void memory_host_start(memory_host_t *memory) {
    memset(memory, 0, sizeof(*memory));
    memory->capacity = 3 * MEMORY_FILE_ROOM;
    memory->send_limit = SIZE_MAX;
    memory->connects = true;
    memory_add(memory, "/", true, "", 0);
    memory_add(memory, "/flash", true, "", 0);
}

// The last slash of a path: what stands before is the parent.
static size_t parent_length(const char *path) {
    return (size_t)(strrchr(path, '/') - path);
}

static bool in_directory(const char *path, const char *directory) {
    size_t length = strcmp(directory, "/") == 0 ? 0 : strlen(directory);
    return path[1] != '\0' && parent_length(path) == length && strncmp(path, directory, length) == 0;
}

static bool parent_exists(memory_host_t *memory, const char *path) {
    char parent[FTP_PATH_ROOM] = "/";
    size_t length = parent_length(path);
    if (length > 0) {
        memcpy(parent, path, length);
        parent[length] = '\0';
    }
    memory_node_t *node = memory_find(memory, parent);
    return node != NULL && node->directory;
}

static uint32_t used_bytes(const memory_host_t *memory) {
    uint32_t bytes = memory->file_open ? memory->upload.size : 0;
    for (size_t at = 0; at < MEMORY_NODES; at++) {
        bytes += memory->nodes[at].used ? memory->nodes[at].size : 0;
    }
    return bytes;
}

static void fill_entry(ftp_entry_t *entry, const memory_node_t *node) {
    memset(entry, 0, sizeof(*entry));
    const char *name = node->path + parent_length(node->path) + 1;
    strcpy(entry->name, name);
    entry->directory = node->directory;
    entry->size = node->size;
    entry->modified = node->modified;
}

ftp_status_t ftp_host_stat(const char *path, ftp_entry_t *entry) {
    check_path(path);
    memory_node_t *node = memory_find(&memory_host, path);
    if (node == NULL) {
        return FTP_NOT_FOUND;
    }
    fill_entry(entry, node);
    return FTP_OK;
}

ftp_status_t ftp_host_list_open(const char *path) {
    memory_host_t *memory = &memory_host;
    check_path(path);
    assert(!memory->listing && !memory->file_open);
    memory_node_t *node = memory_find(memory, path);
    if (node == NULL || !node->directory) {
        return FTP_NOT_FOUND;
    }
    memory->listing = true;
    memory->list_next = 0;
    strcpy(memory->list_path, path);
    return FTP_OK;
}

ftp_status_t ftp_host_list_next(ftp_entry_t *entry) {
    memory_host_t *memory = &memory_host;
    assert(memory->listing);
    while (memory->list_next < MEMORY_NODES) {
        memory_node_t *node = &memory->nodes[memory->list_next++];
        if (node->used && in_directory(node->path, memory->list_path)) {
            fill_entry(entry, node);
            return FTP_OK;
        }
    }
    return FTP_END;
}

void ftp_host_list_close(void) {
    memory_host_t *memory = &memory_host;
    assert(memory->listing);
    memory->listing = false;
}

ftp_status_t ftp_host_file_open(const char *path, ftp_open_t how, uint32_t offset) {
    memory_host_t *memory = &memory_host;
    check_path(path);
    assert(!memory->listing && !memory->file_open);
    memory_node_t *node = memory_find(memory, path);
    if (node != NULL && node->directory) {
        return FTP_DENIED;
    }
    if (node == NULL && (how == FTP_READ || how == FTP_PATCH || !parent_exists(memory, path))) {
        return FTP_NOT_FOUND;
    }
    memset(&memory->upload, 0, sizeof(memory->upload));
    strcpy(memory->upload.path, path);
    if (node != NULL && (how == FTP_APPEND || how == FTP_PATCH)) {
        memory->upload = *node;
    }
    memory->file = node;
    memory->how = how;
    memory->at = how == FTP_APPEND ? memory->upload.size : offset;
    if ((how == FTP_PATCH && offset > node->size) || (how == FTP_READ && offset > node->size)) {
        return FTP_DENIED;
    }
    memory->file_open = true;
    return FTP_OK;
}

ftp_status_t ftp_host_file_read(uint8_t *data, size_t room, size_t *length) {
    memory_host_t *memory = &memory_host;
    assert(memory->file_open && memory->how == FTP_READ);
    size_t left = memory->file->size - memory->at;
    *length = left < room ? left : room;
    memcpy(data, memory->file->data + memory->at, *length);
    memory->at += (uint32_t)*length;
    return FTP_OK;
}

const char *ftp_host_why(void) {
    return "550 the host does not want it";
}

ftp_status_t ftp_host_file_write(const uint8_t *data, size_t length) {
    memory_host_t *memory = &memory_host;
    assert(memory->file_open && memory->how != FTP_READ);
    if (length > 3 && memcmp(data, "told", 4) == 0) {
        return FTP_TOLD;
    }
    if (used_bytes(memory) + length > memory->capacity || memory->at + length > MEMORY_FILE_ROOM) {
        return FTP_FULL;
    }
    memcpy(memory->upload.data + memory->at, data, length);
    memory->at += (uint32_t)length;
    if (memory->at > memory->upload.size) {
        memory->upload.size = memory->at;
    }
    return FTP_OK;
}

ftp_status_t ftp_host_file_close(const char *path, bool keep) {
    memory_host_t *memory = &memory_host;
    assert(memory->file_open && strcmp(path, memory->upload.path) == 0);
    memory->file_open = false;
    if (!keep || memory->how == FTP_READ) {
        return FTP_OK;
    }
    if (memory->file == NULL) {
        memory->file = memory_add(memory, memory->upload.path, false, "", 0);
    }
    if (memory->file == NULL) {
        return FTP_FULL;
    }
    memcpy(memory->file->data, memory->upload.data, memory->upload.size);
    memory->file->size = memory->upload.size;
    return FTP_OK;
}

ftp_status_t ftp_host_remove(const char *path, bool directory) {
    memory_host_t *memory = &memory_host;
    check_path(path);
    memory_node_t *node = memory_find(memory, path);
    if (node == NULL) {
        return FTP_NOT_FOUND;
    }
    if (node->directory != directory || strcmp(path, "/") == 0 || strcmp(path, "/flash") == 0) {
        return FTP_DENIED;
    }
    for (size_t at = 0; at < MEMORY_NODES; at++) {
        if (memory->nodes[at].used && in_directory(memory->nodes[at].path, path)) {
            return FTP_DENIED;
        }
    }
    node->used = false;
    return FTP_OK;
}

ftp_status_t ftp_host_make_directory(const char *path) {
    check_path(path);
    if (memory_find(&memory_host, path) != NULL) {
        return FTP_EXISTS;
    }
    if (!parent_exists(&memory_host, path)) {
        return FTP_NOT_FOUND;
    }
    return memory_add(&memory_host, path, true, "", 0) != NULL ? FTP_OK : FTP_FULL;
}

ftp_status_t ftp_host_rename(const char *from, const char *to) {
    check_path(from);
    check_path(to);
    memory_node_t *node = memory_find(&memory_host, from);
    if (node == NULL) {
        return FTP_NOT_FOUND;
    }
    if (memory_find(&memory_host, to) != NULL) {
        return FTP_EXISTS;
    }
    if (node->directory || !parent_exists(&memory_host, to)) {
        return FTP_DENIED; // a directory's children would have to move too: more than the tests need
    }
    strcpy(node->path, to);
    return FTP_OK;
}

bool ftp_host_data_listen(uint8_t address[4], uint16_t *port) {
    static const uint8_t here[4] = {192, 168, 1, 1};
    memory_host_t *memory = &memory_host;
    assert(!memory->listening && !memory->connected);
    memory->listening = true;
    memcpy(address, here, sizeof(here));
    *port = 2024;
    return true;
}

int ftp_host_data_accept(void) {
    memory_host_t *memory = &memory_host;
    assert(memory->listening && !memory->connected);
    memory->connected = memory->connects;
    return memory->connects;
}

int ftp_host_data_send(const uint8_t *data, size_t length) {
    memory_host_t *memory = &memory_host;
    assert(memory->connected && length > 0);
    if (memory->send_lost) {
        return FTP_DATA_LOST;
    }
    length = length < memory->send_limit ? length : memory->send_limit;
    size_t left = sizeof(memory->outgoing) - memory->outgoing_length;
    length = length < left ? length : left;
    memcpy(memory->outgoing + memory->outgoing_length, data, length);
    memory->outgoing_length += length;
    return (int)length;
}

int ftp_host_data_receive(uint8_t *data, size_t room) {
    memory_host_t *memory = &memory_host;
    assert(memory->connected && room > 0);
    size_t left = memory->incoming_length - memory->incoming_at;
    if (left == 0) {
        return memory->incoming_end;
    }
    size_t length = left < room ? left : room;
    memcpy(data, memory->incoming + memory->incoming_at, length);
    memory->incoming_at += length;
    return (int)length;
}

void ftp_host_data_close(void) {
    memory_host_t *memory = &memory_host;
    memory->listening = false;
    memory->connected = false;
}

uint32_t ftp_host_milliseconds(void) {
    memory_host_t *memory = &memory_host;
    return memory->time_ms;
}

ftp_time_t ftp_host_now(void) {
    return (2026u - 1980) << 25 | 11u << 21 | 22u << 16 | 12u << 11;
}
