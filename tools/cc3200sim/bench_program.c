/* What bench.py lets the core compute: random numbers, a sort, a CRC-32 by table, a byte-code interpreter; r0 rounds,
   then it stays at its last instruction. bench.py holds it compiled, for hosts without the cross compiler:

   arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os -ffreestanding -nostdlib -fno-asynchronous-unwind-tables \
       -Wl,-Ttext=0x20004008,--section-start=.bss=0x20008000 bench_program.c -o p && \
       arm-none-eabi-objcopy -O binary -j .text p p.bin                                                         */

#include <stdint.h>

enum { BYTES = 2048, WORDS = 512 };

static uint32_t crc_table[256], words[WORDS], seed;
static uint8_t bytes[BYTES];
volatile uint32_t result;

static uint32_t next_random(void) {
    seed = seed * 1664525u + 1013904223u; /* Numerical Recipes' linear congruential generator */
    return seed;
}

__attribute__((noinline)) static void shell_sort(uint32_t *array, int count) {
    for (int gap = count / 2; gap > 0; gap /= 2) {
        for (int i = gap; i < count; i++) {
            uint32_t value = array[i];
            int j = i;
            for (; j >= gap && array[j - gap] > value; j -= gap) {
                array[j] = array[j - gap];
            }
            array[j] = value;
        }
    }
}

__attribute__((noinline)) static uint32_t crc32(const uint8_t *data, int length) {
    uint32_t crc = ~0u;
    while (length--) {
        crc = crc_table[(crc ^ *data++) & 0xff] ^ crc >> 8;
    }
    return ~crc;
}

__attribute__((noinline)) static uint32_t interpret(const uint8_t *code, int length) {
    uint32_t a = 0, x = 0;
    for (int i = 0; i < length; i++) {
        switch (code[i] & 7) {
            case 0:
                a += i;
                break;
            case 1:
                a ^= x;
                break;
            case 2:
                x = a >> 3;
                break;
            case 3:
                a -= x;
                break;
            case 4:
                x++;
                break;
            case 5:
                a = a * 5 + 1;
                break;
            case 6:
                x += a & 1 ? a : 0;
                break;
            default:
                x ^= i;
                break;
        }
    }
    return a ^ x;
}

__attribute__((section(".text.startup"), used)) void start(uint32_t rounds) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? 0xEDB88320u ^ crc >> 1 : crc >> 1;
        }
        crc_table[i] = crc;
    }
    seed = 1;
    do {
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = next_random() >> 24;
        }
        for (int i = 0; i < WORDS; i++) {
            words[i] = next_random();
        }
        shell_sort(words, WORDS);
        result ^= crc32(bytes, BYTES) ^ words[100];
        result += interpret(bytes, BYTES);
    } while (--rounds);
    for (;;) {
    }
}
