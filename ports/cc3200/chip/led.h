// The system LED: heartbeat, script error, fault.
#ifndef CC3200_CHIP_LED_H
#define CC3200_CHIP_LED_H

#include <stdbool.h>
#include <stdint.h>

// Makes the pin an output and starts the heartbeat: on for 80 ms, once every 4 s.
void led_init(void);

// Heartbeat on or off. Off also gives the pin away: nothing but a fault drives it any more.
void led_heartbeat_enable(bool enable);
bool led_heartbeat_enabled(void);

// Flashes quickly, for a script that failed, until led_acknowledge().
void led_script_error(void);
void led_acknowledge(void);

// On for good; safe in any state of the system.
void led_fault(void);

// By hand, after led_init(), for who calls no led_tick().
void led_set(bool on);
bool led_is_on(void);

// Called at each tick with the time in ms; drives the LED.
void led_tick(uint32_t now);

// The time alone, after a sleep between two ticks.
void led_set_time(uint32_t now);

// The longest sleep that does not miss a change of the LED, in ms, from `now`.
uint32_t led_quiet_ms(uint32_t now);

#endif
