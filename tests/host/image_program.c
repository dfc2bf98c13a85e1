// Answers questions about images and boot info: a command a line on standard input, an answer a line on standard output.
#include <stdio.h>
#include <string.h>

#include "image/boot_info.h"
#include "image/image.h"

#include "tests/host/hexline.h"

static void show(const boot_info_t *info, int more) {
    printf("%u %u %u %u %d\n", info->active, info->status, info->previous, info->unused, more);
}

static void answer(const char *word, unsigned a, unsigned b, unsigned c, unsigned d, unsigned e) {
    boot_info_t info = {(uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d};
    if (strcmp(word, "init") == 0) {
        boot_info_init(&info);
        show(&info, 0);
    } else if (strcmp(word, "order") == 0) {
        image_id_t order[IMAGE_COUNT];
        boot_info_order(&info, (image_id_t)e, order);
        printf("%d %d %d\n", (int)order[0], (int)order[1], (int)order[2]);
    } else if (strcmp(word, "started") == 0) {
        bool changed = boot_info_started(&info, (image_id_t)(e & 15), e & 16);
        show(&info, changed);
    } else if (strcmp(word, "expire") == 0) {
        bool changed = boot_info_expire(&info);
        show(&info, changed);
    } else if (strcmp(word, "confirm") == 0) {
        bool changed = boot_info_confirm(&info);
        show(&info, changed);
    } else if (strcmp(word, "trial") == 0) {
        printf("%u\n", boot_info_trial(&info));
    } else if (strcmp(word, "slot") == 0) {
        printf("%d\n", (int)boot_info_slot(&info));
    } else if (strcmp(word, "reserve") == 0) {
        bool changed = boot_info_reserve(&info, (image_id_t)e);
        show(&info, changed);
    } else if (strcmp(word, "switch") == 0) {
        boot_info_switch(&info, (image_id_t)e);
        show(&info, 0);
    } else if (strcmp(word, "file") == 0) {
        printf("%s\n", image_file((image_id_t)e));
    } else if (strcmp(word, "length") == 0) {
        printf("%d\n", image_length_fits(a, b));
    } else if (strcmp(word, "header") == 0) {
        const image_header_t header = {a, b};
        printf("%d\n", image_header_fits(&header, c));
    }
}

int main(void) {
    char line[256];
    while (fgets(line, sizeof(line), stdin) != NULL) {
        char word[16], first[80], second[80];
        unsigned a = 0, b = 0, c = 0, d = 0, e = 0;
        uint8_t signature[IMAGE_SIGNATURE_BYTES], digest[IMAGE_DIGEST_BYTES];
        if (sscanf(line, "signature %79s %79s", first, second) == 2) {
            hex_bytes(first, signature, sizeof(signature));
            hex_bytes(second, digest, sizeof(digest));
            printf("%d\n", image_signature_fits(signature, digest));
        } else if (sscanf(line, "%15s %u %u %u %u %u", word, &a, &b, &c, &d, &e) >= 1) {
            answer(word, a, b, c, d, e);
        }
    }
    return 0;
}
