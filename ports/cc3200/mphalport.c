// Console, delays and clock, as the MicroPython core asks for them.
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/misc.h"

#include "FreeRTOS.h"
#include "task.h"

#include "console.h"
#include "bindings/machine_uart_object.h"
#include "chip/irq.h"
#include "chip/memory.h"
#include "chip/rtc.h"
#include "chip/led.h"

// Delays up to this many microseconds are waited out; longer ones sleep.
#define LONGEST_SPIN_US (2000)

// A callback of the scheduler that sleeps takes events away from the code it interrupted, which may be about to wait for
// just those: that wait then ends at once.
static bool taken_by_callback;

void mp_hal_event_wait(uint32_t timeout_ms) {
    if (!event_may_block()) {
        return;
    }
    bool in_callback = MP_STATE_VM(sched_state) == MP_SCHED_LOCKED;
    if (taken_by_callback && !in_callback) {
        taken_by_callback = false;
        return;
    }
    bool all_shown = console_flush();
    mp_thread_release_interpreter();
    bool taken = event_take(all_shown ? timeout_ms : MIN(timeout_ms, 1));
    mp_thread_take_interpreter();
    if (taken && in_callback) {
        taken_by_callback = true;
    }
}

ONE_COPY mp_uint_t mp_hal_ticks_ms(void) {
    return xTaskGetTickCountFromISR();
}

void mp_hal_delay_us(mp_uint_t us) {
    uint32_t start = system_time_us();
    if (us > LONGEST_SPIN_US && event_may_block()) {
        mp_hal_delay_ms(us / 1000 - 1);
    } else if (event_may_block()) {
        // An interrupt of a moment ago is served now, and its handler's time counts.
        mp_event_handle_nowait();
    }
    while (system_time_us() - start < us) {
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    if (!event_may_block()) {
        for (; ms; ms--) {
            mp_hal_delay_us(1000);
        }
        return;
    }
    // A tick is already under way: one more makes sure that all of ms passes.
    uint32_t start = mp_hal_ticks_ms();
    uint32_t passed = 0;
    do {
        mp_event_wait_ms(ms + (ms > 0) - passed);
        passed = mp_hal_ticks_ms() - start;
    } while (passed < ms + (ms > 0));
    mp_event_handle_nowait();
}

// Nanoseconds since the epoch of the time module, 2000-01-01.
uint64_t mp_hal_time_ns(void) {
    rtc_time_t now = rtc_get();
    return now.seconds * 1000000000ull + now.ms * 1000000;
}

uintptr_t mp_hal_stdio_poll(uintptr_t flags) {
    uintptr_t ready = mp_os_dupterm_poll(flags);
    if ((flags & MP_STREAM_POLL_RD) && console_waiting()) {
        ready |= MP_STREAM_POLL_RD;
    }
    return ready;
}

int mp_hal_stdin_rx_chr(void) {
    for (;;) {
        int character = console_read();
        if (character < 0 && !uart_object_is_quiet(MP_STATE_VM(dupterm_objs[0]))) {
            character = mp_os_dupterm_rx_chr();
        }
        if (character >= 0) {
            // Whoever types has seen the flashing.
            led_acknowledge();
            return character;
        }
        interrupts_restore(0); // nothing arrives while they are off, as a program that failed may have left them
        mp_event_wait_indefinite();
    }
}

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t length) {
    console_write(text, length);
    int written = mp_os_dupterm_tx_strn(text, length);
    return written < 0 ? length : (mp_uint_t)written;
}

void mp_hal_move_cursor_back(unsigned columns) {
    for (; columns; columns--) {
        mp_hal_stdout_tx_strn("\b", 1);
    }
}

void mp_hal_erase_line_from_cursor(unsigned columns) {
    (void)columns;
    mp_hal_stdout_tx_strn("\x1b[K", 3);
}
