// The radio: access point or station, its settings, and what it reports. Beneath the Python class WLAN.
#ifndef CC3200_NWP_RADIO_H
#define CC3200_NWP_RADIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simplelink.h"

#define RADIO_SSID_MAX 32 // MAXIMAL_SSID_LENGTH, wlan.h
#define RADIO_KEY_MAX 63  // of a WPA passphrase; the network processor takes no longer one

// What an access point is made of. In station mode only mode counts.
typedef struct {
    uint8_t mode;     // ROLE_STA or ROLE_AP
    uint8_t security; // SL_SEC_TYPE_OPEN, _WEP or _WPA_WPA2
    uint8_t channel;  // 1 to 11
    uint8_t ssid_length;
    uint8_t key_length;
    char ssid[RADIO_SSID_MAX];
    char key[RADIO_KEY_MAX];
} radio_settings_t;

// From the factory: an access point, wipy-wlan- and the last two bytes of the MAC address, key www.wipy.io, channel 5.
void radio_factory_settings(radio_settings_t *settings);

// What the radio is set to.
const radio_settings_t *radio_settings(void);

// Set the radio up. The network processor restarts when something changed that it takes over only then (always, when
// the mode changes): the servers' sessions and all sockets end. False when it does not come back.
bool radio_apply(const radio_settings_t *settings);

// Restart it to take over an address or a MAC address. False when it does not come back.
bool radio_restart(void);

// Station: an access point is joined and an address was given. Access point: somebody has joined.
bool radio_connected(void);

// Begin to join the network that has the SSID, security and key of target; radio_connected tells when that is done.
// bssid: 6 bytes, or NULL for any. Returns what sl_WlanConnect does: 0 or an error code below 0.
int radio_connect(const radio_settings_t *target, const uint8_t *bssid);
// Leave the network, or stop joining one.
void radio_disconnect(void);

// Look for networks: up to room of them. Takes about a second. Returns their count or an error code below 0.
int radio_scan(Sl_WlanNetworkEntry_t *networks, size_t room);

// Called in the spawn task at each change of radio_connected.
extern void (*radio_on_change)(void);

#endif // CC3200_NWP_RADIO_H
