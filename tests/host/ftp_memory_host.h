// An FTP host in memory: a small file system with a capacity, and a data connection that a script drives.
#ifndef TESTS_HOST_FTP_MEMORY_HOST_H
#define TESTS_HOST_FTP_MEMORY_HOST_H

#include "servers/ftp/host.h"

#define MEMORY_NODES 24
#define MEMORY_FILE_ROOM 8192

typedef struct {
    bool used;
    bool directory;
    char path[FTP_PATH_ROOM];
    uint8_t data[MEMORY_FILE_ROOM];
    uint32_t size;
    ftp_time_t modified;
} memory_node_t;

typedef struct {
    memory_node_t nodes[MEMORY_NODES];
    uint32_t capacity;       // bytes of all files together
    uint32_t time_ms;
    // the open file or listing
    memory_node_t *file;
    memory_node_t upload;
    uint32_t at;
    ftp_open_t how;
    bool file_open;
    bool listing;
    size_t list_next;
    char list_path[FTP_PATH_ROOM];
    // the data connection
    bool listening;
    bool connected;
    bool connects;           // the client opens the connection when asked
    uint8_t incoming[65536];
    size_t incoming_length;
    size_t incoming_at;
    int incoming_end;        // FTP_DATA_CLOSED, FTP_DATA_LOST, or 0: nothing more for now
    uint8_t outgoing[65536];
    size_t outgoing_length;
    size_t send_limit;       // bytes taken a call, 0: the peer takes nothing
    bool send_lost;
} memory_host_t;

// The one that the functions of host.h work on.
extern memory_host_t memory_host;

// An empty system with / and /flash.
void memory_host_start(memory_host_t *memory);
memory_node_t *memory_find(memory_host_t *memory, const char *path);
memory_node_t *memory_add(memory_host_t *memory, const char *path, bool directory, const void *data, uint32_t size);

#endif // TESTS_HOST_FTP_MEMORY_HOST_H
