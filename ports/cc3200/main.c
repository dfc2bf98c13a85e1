// The firmware's life: start the tasks, then sessions of the interpreter, each from boot.py to a soft reset.
#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "shared/readline/readline.h"
#include "shared/runtime/gchelper.h"
#include "shared/runtime/pyexec.h"

#include "FreeRTOS.h"
#include "task.h"

#include "inc/hw_types.h"
#include "prcm.h"

#include "chip/random.h"
#include "bindings/socket_io.h"
#include "bindings/machine_irq.h"
#include "bindings/machine_pin.h"
#include "bindings/machine_pin_irq.h"
#include "bindings/machine_session.h"
#include "bindings/modwipy.h"
#include "bindings/uart_io.h"
#include "nwp/processor.h"
#include "nwp/radio.h"
#include "bindings/network_wlan.h"
#include "nwp/wait.h"
#include "servers/ftp/session.h"
#include "servers/servers.h"
#include "servers/telnet/session.h"
#include "servers/trial.h"
#include "storage/flash_drive.h"
#include "bindings/vfs_drives.h"
#include "chip/antenna.h"
#include "chip/rtc.h"
#include "chip/fault.h"
#include "chip/led.h"
#include "chip/memory.h"
#include "chip/reset.h"
#include "console.h"
#include "osi.h"

// How much of the heap's RAM, as power-up left it, seeds the random numbers. Memory cells settle the same way most times;
// 4 KiB hold far more than 256 bits that differ.
#define RANDOM_MEMORY_BYTES (4096)

extern uint8_t heap_start, heap_end;
int main(void);

static StackType_t interpreter_stack[INTERPRETER_STACK_BYTES / sizeof(StackType_t)] STACK_SECTION;

static inline void nothing(void) {
}

// What modules do at the start and the end of a session: a row a module, in the order of both. At a start mp_init() has been
// called; at an end threads may still run, and their sockets and files are open. A module that must do something at
// another event, such as before a sleep, gets a column here.
#define LIFECYCLE(ROW) \
    ROW(machine_session_start, nothing) \
    ROW(machine_pins_init, machine_pin_irq_session) \
    ROW(machine_irq_session, machine_irq_session) \
    ROW(led_init, nothing) \
    ROW(uart_io_session_start, uart_io_session_end) \
    ROW(wlan_session_start, nothing)

// After a reset the board is an access point, until a script or a user says otherwise.
static void radio_start(void) {
    if (processor_start()) {
        radio_settings_t settings;
        radio_factory_settings(&settings);
        if (radio_apply(&settings) < 0) {
            mp_hal_stdout_tx_str("No radio\r\n");
        }
    }
}

// The first session since a reset also brings up what outlives a session: the radio before the drive, which would have
// to wait for it, and the servers after it, as FTP serves it.
ONE_COPY static void start_session(void) {
    static bool is_up;
    mp_thread_init(interpreter_stack, sizeof(interpreter_stack));
    mp_cstack_init_with_top(
        (uint8_t *)interpreter_stack + sizeof(interpreter_stack), PYTHON_STACK_BYTES(sizeof(interpreter_stack)));
    gc_init(&heap_start, &heap_end);
    mp_init();
    readline_init0();
#define START(session_start, session_end) session_start();
    LIFECYCLE(START)
    if (!is_up) {
        radio_start();
    }
    FRESULT result = vfs_drives_mount();
    if (result != FR_OK) {
        mp_printf(&mp_plat_print, "No /flash: %s\n",
            result == FR_NOT_READY ? "the network processor does not answer" : "the serial flash fails");
    }
    if (!is_up) {
        servers_start();
        is_up = true;
    }
}

// Runs a script if it is there. False: it asks for a soft reset. One that fails leaves the LED flashing.
static bool run_script(const char *name) {
    MP_STATE_VM(mp_kbd_exception).traceback_data = NULL;
    int result = pyexec_file_if_exists(name);
    // Raising the keyboard's exception gives it a traceback: to be interrupted is not to fail.
    if (result == 0 && MP_STATE_VM(mp_kbd_exception).traceback_data == NULL) {
        led_script_error();
    }
    return !(result & PYEXEC_FORCED_EXIT);
}

// False: a script asks for a soft reset.
static bool run_scripts(void) {
    if (!run_script("boot.py")) {
        return false;
    }
    trial_note_up();
    return pyexec_mode_kind != PYEXEC_MODE_FRIENDLY_REPL || run_script(machine_main_file());
}

ONE_COPY static void run_prompt(void) {
    int ended = 0;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        while (!ended) {
            ended = pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl();
        }
        nlr_pop();
    } else {
        // The prompt itself needs a little memory. When a program's objects leave none, only a soft reset frees it.
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
        pyexec_mode_kind = PYEXEC_MODE_FRIENDLY_REPL;
    }
}

static void end_session(void) {
    mp_hal_stdout_tx_str("MPY: soft reboot\r\n");
#define END(session_start, session_end) session_end();
    LIFECYCLE(END)
    mp_thread_deinit();
    wipy_threads_ended();
    gc_sweep_all(); // closes what files are open
    vfs_drives_sync();
    mp_deinit();
}

__attribute__((noreturn)) static void interpreter(void *unused) {
    (void)unused;
    rtc_init();
    random_init(&heap_start, RANDOM_MEMORY_BYTES);
    flash_drive_init(); // the last of the start-up code has run
    // The bootloader says so when the safe boot pin was held at reset.
    bool safe_boot = PRCMGetSpecialBit(PRCM_SAFE_BOOT_BIT);
    for (;;) {
        start_session();
        if (safe_boot || run_scripts()) {
            run_prompt();
        }
        end_session();
        reset_note_soft();
    }
}

// Terminals of the console besides UARTs.
const console_terminal_t *const console_terminals[] = {&telnet_terminal};
const size_t console_terminal_count = MP_ARRAY_SIZE(console_terminals);

// Who has sockets.
static const wait_client_t *const network_clients[] = {&socket_client, &telnet_client, &ftp_client, &trial_client};

BOOT_CODE
int main(void) {
    led_init();
    antenna_select(ANTENNA_INTERNAL);
    servers_init();
    wait_init(network_clients, MP_ARRAY_SIZE(network_clients));
    VStartSimpleLinkSpawnTask(SPAWN_PRIORITY);
    xTaskCreateStatic(interpreter, "Python", INTERPRETER_STACK_BYTES / sizeof(StackType_t), NULL, INTERPRETER_PRIORITY,
        interpreter_stack, mp_thread_main_task());
    vTaskStartScheduler();
    return 0;
}

void gc_collect(void) {
    gc_collect_start();
    mp_thread_gc_others();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

void nlr_jump_fail(void *value) {
    (void)value;
    fault_stop("uncaught exception", NULL);
}

const char cc3200_help_text[] = "Welcome to MicroPython on the " MICROPY_HW_BOARD_NAME "!\n"
                                "\n"
                                "Integers only: use // to divide.\n"
                                "\n"
                                "CTRL-A  raw REPL      CTRL-B  normal REPL\n"
                                "CTRL-C  interrupt     CTRL-D  soft reset\n"
                                "CTRL-E  paste mode\n"
                                "\n"
                                "help(object) describes an object, help('modules') lists modules.\n";
