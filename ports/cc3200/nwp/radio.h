// The radio: access point or station, its settings, and what it reports. Beneath the Python class WLAN.
#ifndef CC3200_NWP_RADIO_H
#define CC3200_NWP_RADIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simplelink.h"

#include "chip/memory.h"

#define RADIO_SSID_MAX 32 // MAXIMAL_SSID_LENGTH, wlan.h
#define RADIO_KEY_MAX 63  // of a WPA passphrase; the network processor takes no longer one

// What an access point is made of. In station mode only mode counts.
typedef struct {
    uint8_t revision; // of what radio_settings() told, which the others were before they were changed
    uint8_t mode;     // ROLE_STA or ROLE_AP
    uint8_t security; // SL_SEC_TYPE_OPEN, _WEP or _WPA_WPA2
    uint8_t channel;  // 1 to 11
    uint8_t ssid_length;
    uint8_t key_length;
    char ssid[RADIO_SSID_MAX];
    char key[RADIO_KEY_MAX];
} radio_settings_t;

// From the factory: an access point, the board's host name, -wlan- and the last two bytes of the MAC address, the board's
// key, channel 5.
void radio_factory_settings(radio_settings_t *settings);

// What the radio is set to, to be read; and a copy, to be changed and applied.
const radio_settings_t *radio_settings(void);
void radio_copy_settings(radio_settings_t *settings);

// The results below: 0 or more, or an error code below 0 when the network processor refuses, does not run or does not come back.

// Set the radio up. The network processor restarts when something changed that it takes over only then (always, when
// the mode changes): the servers' sessions and all sockets end. Refused settings are not those that radio_settings tells.
// NULL: it restarts to take over an address or a MAC address.
// RADIO_CHANGED: others were applied since these were copied, and nothing was done.
#define RADIO_CHANGED (1)
RESULT_MATTERS int radio_apply(const radio_settings_t *settings);

// Station: an access point is joined and an address was given. Access point: somebody has joined.
bool radio_connected(void);

// Begin to join, once another is left, the network that has the SSID, security and key of `network`; radio_connected tells when that is done.
// bssid: 6 bytes, or NULL for any. A restart for an address joins it again.
RESULT_MATTERS int radio_connect(const radio_settings_t *network, const uint8_t *bssid);
// Leave the network, or stop joining one. Takes up to a second.
RESULT_MATTERS int radio_disconnect(void);

// Look for networks: those that were found RADIO_SCAN_MS after the start, up to capacity of them. radio_scan_finish
// returns their count.
#define RADIO_SCAN_MS 1500u
RESULT_MATTERS int radio_scan_start(void);
RESULT_MATTERS int radio_scan_finish(Sl_WlanNetworkEntry_t *networks, size_t capacity);

// Called in the spawn task at each change of radio_connected.
extern void (*radio_on_change)(void);

#endif // CC3200_NWP_RADIO_H
