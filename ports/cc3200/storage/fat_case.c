// Capital letters for FatFs, in the place of its own table of all of Unicode: a name that the firmware looks for has
// characters of code page 437 only, so no other pair of letters can make two names equal.
#include <stdbool.h>

#include "lib/oofatfs/ff.h"

DWORD ff_wtoupper(DWORD character) {
    bool latin = (character >= 'a' && character <= 'z')
        || (character >= 0xe0 && character <= 0xfe && character != 0xf7);
    bool greek = character >= 0x3b1 && character <= 0x3c9;
    if (latin || greek) {
        return character - 0x20;
    }
    return character == 0xff ? 0x178 : character == 0x192 ? 0x191 : character; // y with dots, f with hook
}
