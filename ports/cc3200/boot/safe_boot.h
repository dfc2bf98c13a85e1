// The pin that asks for a safe boot, and the LED that answers.
#ifndef CC3200_BOOT_SAFE_BOOT_H
#define CC3200_BOOT_SAFE_BOOT_H

typedef enum {
    SAFE_BOOT_NOT_ASKED,
    SAFE_BOOT_LATEST,
    SAFE_BOOT_PREVIOUS,
    SAFE_BOOT_FACTORY,
} safe_boot_t;

// Looks at the pin and follows it until it is let go, or for 8 s.
safe_boot_t safe_boot_ask(void);

#endif
