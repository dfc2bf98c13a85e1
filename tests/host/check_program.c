// Checks images that come in pieces: on standard input a line "PIECE HEX", on standard output "taken", or why it is refused
// and after how many bytes. HEX may be "-": nothing at all.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/check.h"

#include "tests/host/hexline.h"

int main(void) {
    static char line[20000];
    static uint8_t image[sizeof(line) / 2];
    while (fgets(line, sizeof(line), stdin) != NULL) {
        unsigned piece = 0;
        int at = 0;
        if (sscanf(line, "%u %n", &piece, &at) != 1 || piece == 0) {
            return 2;
        }
        line[strcspn(line, "\n")] = '\0';
        size_t size = strcmp(line + at, "-") == 0 ? 0 : strlen(line + at) / 2;
        hex_bytes(line + at, image, size);
        image_check_t check;
        image_check_start(&check);
        refusal_t why = NULL;
        size_t done = 0;
        while (done < size && why == NULL) {
            // Of its own, so that a sanitizer sees who reads past its end.
            size_t now = size - done < piece ? size - done : piece;
            uint8_t *copy = malloc(now);
            memcpy(copy, image + done, now);
            why = image_check_add(&check, copy, now);
            free(copy);
            done += now;
        }
        why = why == NULL ? image_check_end(&check) : why;
        printf("%s\n", why == NULL ? "taken" : why);
    }
    return 0;
}
