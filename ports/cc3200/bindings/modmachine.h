// The port's part of the machine module; included by extmod/modmachine.c alone.
#include "py/mperrno.h"
#include "py/mphal.h"

#include "chip/random.h"
#include "bindings/machine_irq.h"
#include "bindings/machine_pin_irq.h"
#include "bindings/machine_pin.h"
#include "bindings/machine_session.h"
#include "chip/uart.h"
#include "nwp/processor.h"
#include "chip/reset.h"
#include "chip/clock.h"

#define MICROPY_PY_MACHINE_EXTRA_GLOBALS \
    {MP_ROM_QSTR(MP_QSTR_main), MP_ROM_PTR(&machine_main_obj)}, \
        {MP_ROM_QSTR(MP_QSTR_rng), MP_ROM_PTR(&machine_rng_obj)}, \
        {MP_ROM_QSTR(MP_QSTR_freq), MP_ROM_PTR(&machine_cpu_freq_obj)}, \
        {MP_ROM_QSTR(MP_QSTR_unique_id), MP_ROM_PTR(&machine_mac_obj)}, \
        {MP_ROM_QSTR(MP_QSTR_Pin), MP_ROM_PTR(&machine_pin_type)}, \
        {MP_ROM_QSTR(MP_QSTR_IDLE), MP_ROM_INT(MACHINE_IDLE)}, \
        {MP_ROM_QSTR(MP_QSTR_PWRON_RESET), MP_ROM_INT(RESET_POWER_ON)}, \
        {MP_ROM_QSTR(MP_QSTR_HARD_RESET), MP_ROM_INT(RESET_HARD)}, \
        {MP_ROM_QSTR(MP_QSTR_WDT_RESET), MP_ROM_INT(RESET_WATCHDOG)}, \
        {MP_ROM_QSTR(MP_QSTR_DEEPSLEEP_RESET), MP_ROM_INT(RESET_DEEPSLEEP)}, \
        {MP_ROM_QSTR(MP_QSTR_SOFT_RESET), MP_ROM_INT(RESET_SOFT)},

#define CONSOLE_WAIT_MS (20)

// NULL: main.py.
MP_REGISTER_ROOT_POINTER(mp_obj_t machine_main_file);

void machine_session_start(void) {
    MP_STATE_PORT(machine_main_file) = MP_OBJ_NULL;
}

const char *machine_main_file(void) {
    mp_obj_t name = MP_STATE_PORT(machine_main_file);
    return name == MP_OBJ_NULL ? "main.py" : mp_obj_str_get_str(name);
}

static mp_obj_t machine_main(mp_obj_t name) {
    mp_obj_str_get_str(name); // raises TypeError for anything but a string
    MP_STATE_PORT(machine_main_file) = name;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_main_obj, machine_main);

// 24 bits, as on every WiPy.
static mp_obj_t machine_rng(void) {
    return MP_OBJ_NEW_SMALL_INT(random_u32() >> 8);
}
static MP_DEFINE_CONST_FUN_OBJ_0(machine_rng_obj, machine_rng);

static mp_obj_t machine_cpu_freq(void) {
    return MP_OBJ_NEW_SMALL_INT(CPU_HZ);
}
static MP_DEFINE_CONST_FUN_OBJ_0(machine_cpu_freq_obj, machine_cpu_freq);

static mp_obj_t machine_mac(void) {
    uint8_t mac[MAC_BYTES];
    if (!processor_mac(mac)) {
        mp_raise_OSError(MP_EIO);
    }
    return mp_obj_new_bytes(mac, sizeof(mac));
}
static MP_DEFINE_CONST_FUN_OBJ_0(machine_mac_obj, machine_mac);

// Until the next interrupt, or tick of the kernel if another task is due.
static void mp_machine_idle(void) {
    mp_thread_release_interpreter();
    __asm volatile("dsb\n wfi");
    mp_thread_take_interpreter();
}

NORETURN static void mp_machine_reset(void) {
    // What was printed last still leaves the UART.
    for (int ms = 0; ms < CONSOLE_WAIT_MS && !uart_send_done(UART_CONSOLE); ++ms) {
        mp_hal_delay_ms(1);
    }
    reset_now();
}

static mp_int_t mp_machine_reset_cause(void) {
    return reset_cause();
}
