// The radio (see radio.h). Options and events: drivers/cc3100/inc/wlan.h, netcfg.h, netapp.h.

#include "nwp/radio.h"

#include <string.h>

#include "py/mpconfig.h"
#include "py/mphal.h"

#include "nwp/processor.h"
#include "servers/servers.h"
#include "rtos/event.h"
#include "chip/memory.h"

#define FACTORY_SSID "wipy-wlan-" // the last bytes of the MAC address follow
#define SUFFIX_BYTES 2
#define FACTORY_KEY "www.wipy.io"
#define FACTORY_CHANNEL 5
#define SCAN_INTERVAL_S 3600u // one scan is enough: the next would be after this
#define SCAN_WAIT_MS 1500u

static radio_settings_t current LOW_RAM;
static volatile bool joined;      // station: an access point is joined
static volatile bool addressed;   // station: an address was given
static volatile uint8_t stations; // access point: who has joined

void (*radio_on_change)(void);

static void note_change(bool before) {
    if (radio_connected() != before && radio_on_change != NULL) {
        radio_on_change();
    }
    event_signal();
}

// ---- what the network processor reports; called in the spawn task

void SimpleLinkWlanEventHandler(SlWlanEvent_t *event) {
    bool before = radio_connected();
    switch (event->Event) {
        case SL_WLAN_CONNECT_EVENT:
            joined = true;
            break;
        case SL_WLAN_DISCONNECT_EVENT:
            joined = addressed = false;
            break;
        case SL_WLAN_STA_CONNECTED_EVENT:
            stations++;
            break;
        case SL_WLAN_STA_DISCONNECTED_EVENT:
            stations -= stations > 0;
            break;
        default:
            return;
    }
    note_change(before);
}

void SimpleLinkNetAppEventHandler(SlNetAppEvent_t *event) {
    bool before = radio_connected();
    if (event->Event == SL_NETAPP_IPV4_IPACQUIRED_EVENT) {
        addressed = true;
        note_change(before);
    }
}

// ---- settings

void radio_factory_settings(radio_settings_t *settings) {
    uint8_t mac[MAC_BYTES] = {0};
    processor_mac(mac);
    settings->mode = ROLE_AP;
    settings->security = SL_SEC_TYPE_WPA_WPA2;
    settings->channel = FACTORY_CHANNEL;
    settings->ssid_length = sizeof(FACTORY_SSID) - 1 + 2 * SUFFIX_BYTES;
    memcpy(settings->ssid, FACTORY_SSID, sizeof(FACTORY_SSID) - 1);
    settings->key_length = sizeof(FACTORY_KEY) - 1;
    memcpy(settings->key, FACTORY_KEY, sizeof(FACTORY_KEY) - 1);
    char *digit = settings->ssid + sizeof(FACTORY_SSID) - 1;
    for (unsigned at = MAC_BYTES - SUFFIX_BYTES; at < MAC_BYTES; at++) {
        *digit++ = "0123456789abcdef"[mac[at] >> 4];
        *digit++ = "0123456789abcdef"[mac[at] & 15];
    }
}

const radio_settings_t *radio_settings(void) {
    return &current;
}

// Set an option of the access point unless it is so already: each is a write to the flash. True when it was changed.
static bool set_option(_u16 option, const void *value, size_t length) {
    uint8_t now[RADIO_KEY_MAX + 1];
    _u16 now_length = sizeof(now);
    _u16 which = option;
    if (sl_WlanGet(SL_WLAN_CFG_AP_ID, &which, &now_length, now) >= 0 && now_length == length
        && memcmp(now, value, length) == 0) {
        return false;
    }
    sl_WlanSet(SL_WLAN_CFG_AP_ID, option, (_u16)length, (_u8 *)value);
    return true;
}

static bool set_access_point(const radio_settings_t *settings) {
    bool changed = set_option(WLAN_AP_OPT_SSID, settings->ssid, settings->ssid_length);
    changed |= set_option(WLAN_AP_OPT_SECURITY_TYPE, &settings->security, sizeof(settings->security));
    changed |= set_option(WLAN_AP_OPT_CHANNEL, &settings->channel, sizeof(settings->channel));
    if (settings->key_length > 0) {
        changed |= set_option(WLAN_AP_OPT_PASSWORD, settings->key, settings->key_length);
    }
    return changed;
}

bool radio_restart(void) {
    servers_suspend();
    bool before = radio_connected();
    joined = addressed = false;
    stations = 0;
    note_change(before);
    bool running = processor_restart();
    servers_resume();
    return running;
}

bool radio_apply(const radio_settings_t *settings) {
    bool restart = processor_role() != settings->mode;
    if (settings->mode == ROLE_AP) {
        restart |= set_access_point(settings);
    }
    if (restart) {
        sl_WlanSetMode(settings->mode);
    }
    current = *settings;
    return !restart || radio_restart();
}

bool radio_connected(void) {
    return processor_role() == ROLE_AP ? stations > 0 : joined && addressed;
}

// ---- the station

int radio_connect(const radio_settings_t *target, const uint8_t *bssid) {
    SlSecParams_t parameters = {.Type = target->security, .Key = (_i8 *)target->key, .KeyLen = target->key_length};
    radio_disconnect();
    return sl_WlanConnect((const _i8 *)target->ssid, target->ssid_length, (const _u8 *)bssid, &parameters, NULL);
}

void radio_disconnect(void) {
    // 0: it was connected, and an event tells when it is no more
    if (sl_WlanDisconnect() == 0) {
        for (unsigned waited = 0; joined && waited < 1000; waited += 10) {
            event_wait(10);
        }
    }
    joined = addressed = false;
}

int radio_scan(Sl_WlanNetworkEntry_t *networks, size_t room) {
    _u32 interval = SCAN_INTERVAL_S;
    int result = sl_WlanPolicySet(SL_POLICY_SCAN, SL_SCAN_POLICY(1), (_u8 *)&interval, sizeof(interval));
    if (result >= 0) {
        mp_hal_delay_ms(SCAN_WAIT_MS);
        result = sl_WlanGetNetworkList(0, (_u8)room, networks);
        sl_WlanPolicySet(SL_POLICY_SCAN, SL_SCAN_POLICY(0), NULL, 0);
    }
    return result;
}
