// Fuzzes path resolution: the result is plain and absolute, and resolving it again changes nothing.

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "servers/ftp/path.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    char directory[FTP_PATH_ROOM] = "/flash/lib";
    char again[FTP_PATH_ROOM];
    char *names = malloc(size + 1);
    memcpy(names, data, size);
    names[size] = '\0';
    // Names are separated by NUL: each is resolved against what the one before led to.
    for (char *name = names; name < names + size; name += strlen(name) + 1) {
        char before[FTP_PATH_ROOM];
        memcpy(before, directory, sizeof(before));
        if (!ftp_path_resolve(directory, before, name)) {
            assert(strcmp(directory, before) == 0);
            continue;
        }
        size_t length = strlen(directory);
        assert(directory[0] == '/' && length < sizeof(directory));
        assert(length == 1 || directory[length - 1] != '/');
        assert(strstr(directory, "//") == NULL && strstr(directory, "/../") == NULL);
        assert(ftp_path_resolve(again, "/", directory) && strcmp(again, directory) == 0);
        assert(ftp_path_resolve(again, directory, "") && strcmp(again, directory) == 0);
    }
    free(names);
    return 0;
}
