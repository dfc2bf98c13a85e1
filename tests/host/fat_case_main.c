// Compares storage/fat_case.c with FatFs's own table for every character that code page 437 has.
#include <stdio.h>

#define ff_wtoupper ff_wtoupper_of_all
#include "lib/oofatfs/ffunicode.c"
#undef ff_wtoupper

DWORD ff_wtoupper(DWORD character);

int main(void) {
    int wrong = 0;
    for (WCHAR code = 1; code < 256; code++) {
        DWORD character = ff_oem2uni(code, 437);
        if (ff_wtoupper(character) != ff_wtoupper_of_all(character)) {
            printf("code %u, U+%04x: U+%04x, not U+%04x\n", code, (unsigned)character, (unsigned)ff_wtoupper(character),
                (unsigned)ff_wtoupper_of_all(character));
            wrong++;
        }
        // And nothing else may become the capital of one of them, so that no two names are taken for one.
        for (DWORD other = 0x80; other < 0x10000; other++) {
            if (ff_wtoupper(other) == ff_wtoupper(character)
                && ff_wtoupper_of_all(other) != ff_wtoupper_of_all(character)) {
                printf("U+%04x is taken for U+%04x\n", (unsigned)other, (unsigned)character);
                wrong++;
            }
        }
    }
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
