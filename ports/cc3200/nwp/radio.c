// The radio (see radio.h). Options and events: drivers/cc3100/inc/wlan.h, netcfg.h, netapp.h.

#include "nwp/radio.h"

#include <string.h>

#include "genhdr/board_config.h"

#include "FreeRTOS.h"
#include "task.h"

#include "chip/random.h"
#include "nwp/processor.h"
#include "nwp/wait.h"
#include "rtos/event.h"
#include "rtos/sync.h"

#define FACTORY_SSID BOARD_HOST_NAME "-wlan-" // the last bytes of the MAC address follow
#define SUFFIX_BYTES 2
#define FACTORY_KEY BOARD_WLAN_KEY
#define FACTORY_CHANNEL 5
#define SCAN_INTERVAL_S 3600u // one scan is enough: the next would be after this
#define LEAVE_TIMEOUT_MS 1000u // after a disconnect, until it is reported
#define LEAVE_STEP_MS 2u

static struct {
    volatile bool joined;      // station: an access point is joined
    volatile bool addressed;   // station: an address was given
    volatile uint8_t stations; // access point: who has joined
    bool restart_due;          // a setting was changed that the network processor has not taken over yet
    radio_settings_t settings;
} radio LOW_RAM;

// The network that a station is to be in, whether it is or not.
static struct {
    bool wanted;
    bool has_bssid;
    uint8_t bssid[SL_BSSID_LENGTH];
    radio_settings_t network;
} target LOW_RAM;

static int join(void) {
    const radio_settings_t *network = &target.network;
    SlSecParams_t parameters = {.Type = network->security, .Key = (_i8 *)network->key, .KeyLen = network->key_length};
    return sl_WlanConnect(
        (const _i8 *)network->ssid, network->ssid_length, target.has_bssid ? target.bssid : NULL, &parameters, NULL);
}

void (*radio_on_change)(void);

static void note_change(bool before) {
    random_stir_time();
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
            radio.joined = true;
            break;
        case SL_WLAN_DISCONNECT_EVENT:
            radio.joined = radio.addressed = false;
            break;
        case SL_WLAN_STA_CONNECTED_EVENT:
            radio.stations++;
            break;
        case SL_WLAN_STA_DISCONNECTED_EVENT:
            radio.stations -= radio.stations > 0;
            break;
        default:
            return;
    }
    note_change(before);
}

void SimpleLinkNetAppEventHandler(SlNetAppEvent_t *event) {
    bool before = radio_connected();
    if (event->Event == SL_NETAPP_IPV4_IPACQUIRED_EVENT) {
        radio.addressed = true;
        note_change(before);
    }
}

// ---- settings

void radio_factory_settings(radio_settings_t *settings) {
    uint8_t mac[MAC_BYTES];
    if (!processor_mac(mac)) {
        memset(mac, 0, sizeof(mac)); // a name all the same
    }
    settings->revision = radio.settings.revision;
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
    return &radio.settings;
}

// Another task may be applying settings.
static void copy(radio_settings_t *to, const radio_settings_t *from) {
    taskENTER_CRITICAL();
    *to = *from;
    taskEXIT_CRITICAL();
}

void radio_copy_settings(radio_settings_t *settings) {
    copy(settings, &radio.settings);
}

// Set an option of the access point unless it is so already: each is a write to the flash.
static int set_option(_u16 option, const void *value, size_t length) {
    uint8_t now[RADIO_KEY_MAX + 1];
    _u16 now_length = sizeof(now);
    _u16 which = option;
    if (length == 0
        || (sl_WlanGet(SL_WLAN_CFG_AP_ID, &which, &now_length, now) >= 0 && now_length == length
            && memcmp(now, value, length) == 0)) {
        return 0;
    }
    radio.restart_due = true;
    return sl_WlanSet(SL_WLAN_CFG_AP_ID, option, (_u16)length, (_u8 *)value);
}

static int set_access_point(const radio_settings_t *settings) {
#define OFFSET(member) offsetof(radio_settings_t, member)
    static const struct {
        uint8_t option;
        uint8_t length; // where it is; 0: it is 1
        uint8_t value;
    } options[] = {
        {WLAN_AP_OPT_SSID, OFFSET(ssid_length), OFFSET(ssid)},
        {WLAN_AP_OPT_SECURITY_TYPE, 0, OFFSET(security)},
        {WLAN_AP_OPT_CHANNEL, 0, OFFSET(channel)},
        {WLAN_AP_OPT_PASSWORD, OFFSET(key_length), OFFSET(key)},
    };
    const uint8_t *bytes = (const uint8_t *)settings;
    int result = 0;
    for (size_t index = 0; index < sizeof(options) / sizeof(options[0]) && result >= 0; index++) {
        size_t length = options[index].length ? bytes[options[index].length] : 1;
        result = set_option(options[index].option, bytes + options[index].value, length);
    }
    return result;
}

static int set(const radio_settings_t *settings) {
    int result = settings->mode == ROLE_AP ? set_access_point(settings) : 0;
    radio.restart_due |= processor_role() != settings->mode;
    return result >= 0 && radio.restart_due ? sl_WlanSetMode(settings->mode) : result;
}

// One task at a time changes it.
static sync_t changing = SYNC_GIVEN;

static int restart(void) {
    wait_suspend();
    bool before = radio_connected();
    radio.joined = radio.addressed = false;
    radio.stations = 0;
    note_change(before);
    radio.restart_due = !processor_restart();
    wait_resume();
    if (radio.restart_due) {
        return PROCESSOR_OFF;
    }
    target.wanted &= processor_role() == ROLE_STA;
    return target.wanted ? PROCESSOR_CALL(join()) : 0;
}

static int apply(const radio_settings_t *settings) {
    if (settings == NULL) {
        return restart();
    }
    if (settings->revision != radio.settings.revision) {
        return RADIO_CHANGED;
    }
    int result = PROCESSOR_CALL(set(settings));
    if (result >= 0 && radio.restart_due) {
        result = restart();
    }
    if (result >= 0) {
        copy(&radio.settings, settings);
        radio.settings.revision++;
        result = 0;
    }
    return result;
}

int radio_apply(const radio_settings_t *settings) {
    if (!event_may_block()) {
        return PROCESSOR_OFF;
    }
    sync_take(&changing, true);
    int result = apply(settings);
    sync_give(&changing);
    return result;
}

bool radio_connected(void) {
    return processor_role() == ROLE_AP ? radio.stations > 0 : radio.joined && radio.addressed;
}

// ---- the station

int radio_connect(const radio_settings_t *network, const uint8_t *bssid) {
    target.network = *network;
    target.has_bssid = bssid != NULL;
    if (bssid != NULL) {
        memcpy(target.bssid, bssid, sizeof(target.bssid));
    }
    int result = PROCESSOR_CALL(join());
    target.wanted = result >= 0;
    return result;
}

int radio_disconnect(void) {
    target.wanted = false;
    int result = PROCESSOR_CALL(sl_WlanDisconnect());
    // 0: it was connected, and an event tells when it is no more
    for (unsigned waited = 0; result == 0 && radio.joined && waited < LEAVE_TIMEOUT_MS; waited += LEAVE_STEP_MS) {
        vTaskDelay(LEAVE_STEP_MS);
    }
    radio.joined = radio.addressed = false;
    return result == PROCESSOR_OFF ? result : 0;
}

int radio_scan_start(void) {
    _u32 interval = SCAN_INTERVAL_S;
    return PROCESSOR_CALL(sl_WlanPolicySet(SL_POLICY_SCAN, SL_SCAN_POLICY(1), (_u8 *)&interval, sizeof(interval)));
}

static int finish_scan(Sl_WlanNetworkEntry_t *networks, size_t capacity) {
    int count = sl_WlanGetNetworkList(0, (_u8)capacity, networks);
    int stopped = sl_WlanPolicySet(SL_POLICY_SCAN, SL_SCAN_POLICY(0), NULL, 0);
    return stopped < 0 ? stopped : count;
}

int radio_scan_finish(Sl_WlanNetworkEntry_t *networks, size_t capacity) {
    return PROCESSOR_CALL(finish_scan(networks, capacity));
}
