// The Python class network.WLAN, as the library documents it for this board.

#include "bindings/network_wlan.h"

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/objlist.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "py/parsenum.h"
#include "py/runtime.h"
#include "shared/runtime/mpirq.h"

#include "genhdr/board_config.h"
#include "nwp/address.h"
#include "bindings/inet.h"
#include "nwp/radio.h"
#include "bindings/network_call.h"
#include "chip/antenna.h"
#include "chip/memory.h"

#define WAKE_SLEEP 2        // machine.SLEEP, the only mode that a WLAN event ends
#define SCAN_CAPACITY 20        // all that the network processor keeps
#define WEP_KEY_MAX 13
#define ANY_EVENT 1         // the one trigger that irq() knows

static const mp_obj_base_t wlan_object = {&network_wlan_type};

MP_REGISTER_ROOT_POINTER(struct _mp_irq_obj_t *wlan_irq);

NORETURN static void bad_value(void) {
    mp_raise_ValueError(MP_ERROR_TEXT("invalid argument(s) value"));
}

// ---- arguments

static mp_int_t checked(mp_int_t value, mp_int_t first, mp_int_t last) {
    if (value < first || value > last) {
        bad_value();
    }
    return value;
}

static uint8_t checked_mode(mp_int_t mode) {
    if (mode != ROLE_STA && mode != ROLE_AP) {
        bad_value();
    }
    return (uint8_t)mode;
}

static uint8_t checked_channel(mp_int_t channel) {
    return (uint8_t)checked(channel, 1, 11);
}

static antenna_t checked_antenna(mp_int_t antenna) {
    return (antenna_t)checked(antenna, ANTENNA_INTERNAL, ANTENNA_EXTERNAL);
}

static void take_ssid(radio_settings_t *settings, mp_obj_t text) {
    size_t length;
    const char *ssid = mp_obj_str_get_data(text, &length);
    checked((mp_int_t)length, 1, sizeof(settings->ssid));
    memcpy(settings->ssid, ssid, length);
    settings->ssid_length = (uint8_t)length;
}

// None, or (security, key). A WEP key is written in hexadecimal digits and handed on as the bytes they mean.
static void take_auth(radio_settings_t *settings, mp_obj_t auth) {
    settings->security = SL_SEC_TYPE_OPEN;
    settings->key_length = 0;
    if (auth == mp_const_none) {
        return;
    }
    mp_obj_t *pair;
    mp_obj_get_array_fixed_n(auth, 2, &pair);
    if (pair[0] == mp_const_none) {
        return; // scan() tells it so
    }
    mp_int_t security = mp_obj_get_int(pair[0]);
    mp_obj_t key = pair[1];
    size_t shortest = 8; // 8 to 63 characters make a passphrase (IEEE 802.11-2012, annex M.4)
    size_t longest = sizeof(settings->key);
    if (security == SL_SEC_TYPE_WEP) {
        key = mp_obj_bytes_fromhex(MP_OBJ_FROM_PTR(&mp_type_bytes), key);
        shortest = 1;
        longest = WEP_KEY_MAX;
    } else if (security != SL_SEC_TYPE_WPA_WPA2) {
        bad_value();
    }
    size_t length;
    const char *text = mp_obj_str_get_data(key, &length);
    checked((mp_int_t)length, (mp_int_t)shortest, (mp_int_t)longest);
    memcpy(settings->key, text, length);
    settings->security = (uint8_t)security;
    settings->key_length = (uint8_t)length;
}

// ---- settings

// Take over settings, or restart the network processor alone.
// False: another thread has changed them since they were copied.
static bool apply(const radio_settings_t *settings) {
    mp_thread_release_interpreter();
    int result = radio_apply(settings);
    mp_thread_take_interpreter();
    return network_checked(result) != RADIO_CHANGED;
}

void wlan_take_over(void) {
    apply(NULL);
}

static mp_obj_t configure(size_t count, const mp_obj_t *positional, mp_map_t *named) {
    enum { ARG_MODE, ARG_SSID, ARG_AUTH, ARG_CHANNEL, ARG_ANTENNA };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_mode, MP_ARG_INT, {.u_int = ROLE_STA}},
        {MP_QSTR_ssid, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_auth, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_channel, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 1}},
        {MP_QSTR_antenna, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = ANTENNA_INTERNAL}},
    };
    mp_arg_val_t arguments[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count, positional, named, MP_ARRAY_SIZE(allowed), allowed, arguments);
    radio_settings_t settings;
    antenna_t antenna = checked_antenna(arguments[ARG_ANTENNA].u_int);
    do {
        radio_copy_settings(&settings);
        settings.mode = checked_mode(arguments[ARG_MODE].u_int);
        settings.channel = checked_channel(arguments[ARG_CHANNEL].u_int);
        if (settings.mode == ROLE_AP) {
            // Without a name it is the access point that it was, key and all.
            mp_obj_t auth = arguments[ARG_AUTH].u_obj;
            if (arguments[ARG_SSID].u_obj != mp_const_none) {
                take_ssid(&settings, arguments[ARG_SSID].u_obj);
                auth = auth == MP_OBJ_NULL ? mp_const_none : auth;
            }
            if (auth != MP_OBJ_NULL) {
                take_auth(&settings, auth);
            }
        }
        antenna_select(antenna);
    } while (!apply(&settings));
    return mp_const_none;
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t count, size_t named_count, const mp_obj_t *all) {
    (void)type;
    mp_map_t named;
    mp_map_init_fixed_table(&named, named_count, all + count);
    network_require();
    if (count > 0 && mp_obj_get_int(all[0]) != 0) {
        mp_raise_OSError(MP_ENODEV);
    }
    // With no more than the id this names the one WLAN there is.
    if (count > 1 || named_count > 0) {
        configure(count > 0 ? count - 1 : 0, all + 1, &named);
    }
    return MP_OBJ_FROM_PTR(&wlan_object);
}

static mp_obj_t wlan_init(size_t count, const mp_obj_t *all, mp_map_t *named) {
    return configure(count - 1, all + 1, named);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_init_obj, 1, wlan_init);

static mp_obj_t auth_object(const radio_settings_t *settings) {
    if (settings->security == SL_SEC_TYPE_OPEN) {
        return mp_const_none;
    }
    // A passphrase is text, a WEP key any bytes.
    bool wep = settings->security == SL_SEC_TYPE_WEP;
    mp_obj_t key = mp_obj_new_str_of_type(
        wep ? &mp_type_bytes : &mp_type_str, (const byte *)settings->key, settings->key_length);
    mp_obj_t pair[2] = {
        MP_OBJ_NEW_SMALL_INT(settings->security),
        wep ? mp_obj_bytes_hex(1, &key, &mp_type_str) : key,
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(pair), pair);
}

// mode(), ssid(), auth(), channel() and antenna(): without an argument what is set, with one it is set.
ONE_COPY static mp_obj_t setting(size_t count, const mp_obj_t *all, qstr which) {
    radio_settings_t settings;
    bool get = count == 1;
    do {
        radio_copy_settings(&settings);
        switch (which) {
            case MP_QSTR_mode:
                if (get) {
                    return MP_OBJ_NEW_SMALL_INT(settings.mode);
                }
                settings.mode = checked_mode(mp_obj_get_int(all[1]));
                break;
            case MP_QSTR_ssid:
                if (get) {
                    return mp_obj_new_str(settings.ssid, settings.ssid_length);
                }
                take_ssid(&settings, all[1]);
                break;
            case MP_QSTR_auth:
                if (get) {
                    return auth_object(&settings);
                }
                take_auth(&settings, all[1]);
                break;
            case MP_QSTR_channel:
                if (get) {
                    return MP_OBJ_NEW_SMALL_INT(settings.channel);
                }
                settings.channel = checked_channel(mp_obj_get_int(all[1]));
                break;
            default:
                if (get) {
                    return MP_OBJ_NEW_SMALL_INT(antenna_selected());
                }
                antenna_select(checked_antenna(mp_obj_get_int(all[1])));
                return mp_const_none;
        }
    } while (!apply(&settings));
    return mp_const_none;
}

#define SETTING(name) \
    static mp_obj_t wlan_##name(size_t count, const mp_obj_t *all) { \
        return setting(count, all, MP_QSTR_##name); \
    } \
    static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_##name##_obj, 1, 2, wlan_##name)
SETTING(mode);
SETTING(ssid);
SETTING(auth);
SETTING(channel);
SETTING(antenna);

static mp_obj_t wlan_mac(size_t count, const mp_obj_t *all) {
    uint8_t mac[MAC_BYTES];
    if (count == 1) {
        network_checked(processor_mac(mac) ? 0 : PROCESSOR_OFF);
        return mp_obj_new_bytes(mac, sizeof(mac));
    }
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(all[1], &buffer, MP_BUFFER_READ);
    if (buffer.len != sizeof(mac)) {
        bad_value();
    }
    network_checked(PROCESSOR_CALL(sl_NetCfgSet(SL_MAC_ADDRESS_SET, 1, sizeof(mac), buffer.buf)));
    wlan_take_over();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_mac_obj, 1, 2, wlan_mac);

// ---- the station

static void leave(void) {
    mp_thread_release_interpreter();
    int result = radio_disconnect();
    mp_thread_take_interpreter();
    network_checked(result);
}

static mp_obj_t wlan_connect(size_t count, const mp_obj_t *all, mp_map_t *named) {
    enum { ARG_SSID, ARG_AUTH, ARG_BSSID, ARG_TIMEOUT };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_ssid, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_auth, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_bssid, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t arguments[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count - 1, all + 1, named, MP_ARRAY_SIZE(allowed), allowed, arguments);
    if (radio_settings()->mode != ROLE_STA) {
        mp_raise_OSError(MP_EPERM);
    }
    radio_settings_t target;
    const uint8_t *bssid = NULL;
    take_ssid(&target, arguments[ARG_SSID].u_obj);
    take_auth(&target, arguments[ARG_AUTH].u_obj);
    if (arguments[ARG_BSSID].u_obj != mp_const_none) {
        mp_buffer_info_t buffer;
        mp_get_buffer_raise(arguments[ARG_BSSID].u_obj, &buffer, MP_BUFFER_READ);
        if (buffer.len != SL_BSSID_LENGTH) {
            bad_value();
        }
        bssid = buffer.buf;
    }
    // Without a timeout, or with none, the connection is made while the program goes on, as the library's example does it.
    mp_obj_t timeout = arguments[ARG_TIMEOUT].u_obj;
    mp_int_t timeout_ms = timeout != mp_const_none ? mp_obj_get_int(timeout) : 0;
    leave();
    network_checked(radio_connect(&target, bssid));
    uint32_t start = mp_hal_ticks_ms();
    while (timeout_ms != 0 && !radio_connected()) {
        mp_int_t left = timeout_ms - (mp_int_t)(mp_hal_ticks_ms() - start);
        if (left <= 0) {
            leave();
            mp_raise_OSError(MP_ETIMEDOUT);
        }
        mp_event_wait_ms((mp_uint_t)left);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_connect_obj, 1, wlan_connect);

static mp_obj_t wlan_disconnect(mp_obj_t self) {
    (void)self;
    leave();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_disconnect_obj, wlan_disconnect);

static mp_obj_t wlan_isconnected(mp_obj_t self) {
    (void)self;
    return mp_obj_new_bool(radio_connected());
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_isconnected_obj, wlan_isconnected);

static mp_obj_t wlan_scan(mp_obj_t self) {
    (void)self;
    static const qstr fields[] = {MP_QSTR_ssid, MP_QSTR_bssid, MP_QSTR_sec, MP_QSTR_channel, MP_QSTR_rssi};
    if (radio_settings()->mode != ROLE_STA) {
        mp_raise_OSError(MP_EPERM); // an access point stays on its channel
    }
    Sl_WlanNetworkEntry_t *networks = m_new(Sl_WlanNetworkEntry_t, SCAN_CAPACITY);
    network_checked(radio_scan_start());
    mp_hal_delay_ms(RADIO_SCAN_MS);
    int count = network_checked(radio_scan_finish(networks, SCAN_CAPACITY));
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (int at = 0; at < count; at++) {
        const Sl_WlanNetworkEntry_t *network = &networks[at];
        // WPA and WPA2 are one to connect(), and so they are here.
        mp_int_t security = MIN(network->sec_type, SL_SEC_TYPE_WPA_WPA2);
        mp_obj_t values[] = {
            mp_obj_new_str((const char *)network->ssid, MIN(network->ssid_len, sizeof(network->ssid))),
            mp_obj_new_bytes(network->bssid, sizeof(network->bssid)),
            security == SL_SEC_TYPE_OPEN ? mp_const_none : MP_OBJ_NEW_SMALL_INT(security),
            mp_const_none,
            MP_OBJ_NEW_SMALL_INT(network->rssi),
        };
        mp_obj_list_append(list, mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(fields), values));
    }
    m_del(Sl_WlanNetworkEntry_t, networks, SCAN_CAPACITY);
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_scan_obj, wlan_scan);

// ---- addresses

static bool get_addresses(SlNetCfgIpV4Args_t *addresses) {
    return network_checked(address_get(addresses));
}

static void set_addresses(const SlNetCfgIpV4Args_t *addresses) {
    network_checked(address_set(addresses));
    wlan_take_over();
}

static void use_dhcp(void) {
    network_checked(address_use_dhcp());
}

static mp_obj_t wlan_ifconfig(size_t count, const mp_obj_t *all, mp_map_t *named) {
    enum { ARG_ID, ARG_CONFIG };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_id, MP_ARG_INT, {.u_int = 0}},
        {MP_QSTR_config, MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
    };
    mp_arg_val_t arguments[MP_ARRAY_SIZE(allowed)];
    // ifconfig((...)) as on every port, and ifconfig(config=(...)) as on this one
    if (count == 2 && !mp_obj_is_int(all[1])) {
        mp_obj_t shifted[2] = {MP_OBJ_NEW_SMALL_INT(0), all[1]};
        mp_arg_parse_all(2, shifted, named, MP_ARRAY_SIZE(allowed), allowed, arguments);
    } else {
        mp_arg_parse_all(count - 1, all + 1, named, MP_ARRAY_SIZE(allowed), allowed, arguments);
    }
    if (arguments[ARG_ID].u_int != 0) {
        mp_raise_OSError(MP_ENODEV);
    }
    union { // address, mask, gateway and DNS server
        SlNetCfgIpV4Args_t named;
        uint32_t in_turn[4];
    } addresses;
    _Static_assert(sizeof(addresses.named) == sizeof(addresses.in_turn), "netcfg.h");
    mp_obj_t config = arguments[ARG_CONFIG].u_obj;
    if (config == MP_OBJ_NULL) {
        mp_obj_t values[MP_ARRAY_SIZE(addresses.in_turn)];
        get_addresses(&addresses.named);
        for (size_t at = 0; at < MP_ARRAY_SIZE(values); at++) {
            values[at] = inet_format(addresses.in_turn[at]);
        }
        return mp_obj_new_tuple(MP_ARRAY_SIZE(values), values);
    }
    if (mp_obj_is_str(config)) {
        if (strcmp(mp_obj_str_get_str(config), "dhcp") != 0) {
            bad_value();
        }
        use_dhcp();
        return mp_const_none;
    }
    mp_obj_t *values;
    mp_obj_get_array_fixed_n(config, MP_ARRAY_SIZE(addresses.in_turn), &values);
    for (size_t at = 0; at < MP_ARRAY_SIZE(addresses.in_turn); at++) {
        addresses.in_turn[at] = inet_parse(values[at]);
    }
    set_addresses(&addresses.named);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_ifconfig_obj, 1, wlan_ifconfig);

static mp_obj_t get_ipconfig(mp_obj_t name) {
    SlNetCfgIpV4Args_t addresses;
    bool by_dhcp = get_addresses(&addresses);
    switch (mp_obj_str_get_qstr(name)) {
        case MP_QSTR_dhcp4:
            return mp_obj_new_bool(by_dhcp);
        case MP_QSTR_has_dhcp4:
            return mp_obj_new_bool(by_dhcp && addresses.ipV4 != 0);
        case MP_QSTR_addr4: {
            mp_obj_t pair[2] = {inet_format(addresses.ipV4), inet_format(addresses.ipV4Mask)};
            return mp_obj_new_tuple(MP_ARRAY_SIZE(pair), pair);
        }
        case MP_QSTR_gw4:
            return inet_format(addresses.ipV4Gateway);
        default:
            bad_value();
    }
}

// addr4 is ('address', 'mask'), or 'address/bits'.
static void take_address(SlNetCfgIpV4Args_t *addresses, mp_obj_t value) {
    if (!mp_obj_is_str(value)) {
        mp_obj_t *pair;
        mp_obj_get_array_fixed_n(value, 2, &pair);
        addresses->ipV4 = inet_parse(pair[0]);
        addresses->ipV4Mask = inet_parse(pair[1]);
        return;
    }
    size_t length;
    const char *text = mp_obj_str_get_data(value, &length);
    const char *slash = memchr(text, '/', length);
    if (slash != NULL) {
        size_t at = (size_t)(slash - text);
        mp_int_t bits = mp_obj_get_int(mp_parse_num_integer(slash + 1, length - at - 1, 10, NULL));
        addresses->ipV4Mask = UINT32_MAX << (32 - checked(bits, 1, 32));
        value = mp_obj_new_str(text, at);
    }
    addresses->ipV4 = inet_parse(value);
}

static mp_obj_t wlan_ipconfig(size_t count, const mp_obj_t *all, mp_map_t *named) {
    if (named->used == 0) {
        if (count != 2) {
            mp_raise_TypeError(MP_ERROR_TEXT("must query one param"));
        }
        return get_ipconfig(all[1]);
    }
    if (count > 1) {
        mp_raise_TypeError(MP_ERROR_TEXT("can't specify pos and kw args"));
    }
    SlNetCfgIpV4Args_t addresses;
    bool changed = false;
    bool dhcp = false;
    get_addresses(&addresses);
    for (size_t at = 0; at < named->alloc; at++) {
        if (!mp_map_slot_is_filled(named, at)) {
            continue;
        }
        mp_obj_t value = named->table[at].value;
        switch (mp_obj_str_get_qstr(named->table[at].key)) {
            case MP_QSTR_dhcp4:
                dhcp = mp_obj_is_true(value);
                changed |= !dhcp; // the address it has becomes a fixed one
                break;
            case MP_QSTR_addr4:
                take_address(&addresses, value);
                changed = true;
                break;
            case MP_QSTR_gw4:
                addresses.ipV4Gateway = inet_parse(value);
                changed = true;
                break;
            default:
                bad_value();
        }
    }
    if (changed) {
        set_addresses(&addresses);
    } else if (dhcp) {
        use_dhcp();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_ipconfig_obj, 1, wlan_ipconfig);

// ---- events

static void on_change(void) {
    struct _mp_irq_obj_t *irq = MP_STATE_PORT(wlan_irq);
    if (irq != NULL && irq->handler != mp_const_none) {
        mp_sched_schedule(irq->handler, irq->parent);
    }
}

static mp_uint_t irq_trigger(mp_obj_t self, mp_uint_t trigger) {
    (void)self;
    radio_on_change = trigger ? on_change : NULL;
    return 0;
}

static mp_uint_t irq_info(mp_obj_t self, mp_uint_t kind) {
    (void)self;
    return kind == MP_IRQ_INFO_TRIGGERS ? radio_on_change != NULL : 0;
}

static const mp_irq_methods_t irq_methods = {
    .trigger = irq_trigger,
    .info = irq_info,
};

static mp_obj_t wlan_make_irq(size_t count, const mp_obj_t *all, mp_map_t *named) {
    enum { ARG_TRIGGER, ARG_HANDLER, ARG_WAKE };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_trigger, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = ANY_EVENT}},
        {MP_QSTR_handler, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_wake, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t arguments[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count - 1, all + 1, named, MP_ARRAY_SIZE(allowed), allowed, arguments);
    mp_obj_t wake = arguments[ARG_WAKE].u_obj;
    if (wake != mp_const_none && mp_obj_get_int(wake) != WAKE_SLEEP) {
        bad_value();
    }
    struct _mp_irq_obj_t *irq = MP_STATE_PORT(wlan_irq);
    if (irq == NULL) {
        irq = mp_irq_new(&irq_methods, MP_OBJ_FROM_PTR(&wlan_object));
        MP_STATE_PORT(wlan_irq) = irq;
    }
    irq->handler = arguments[ARG_HANDLER].u_obj;
    irq_trigger(MP_OBJ_NULL, arguments[ARG_TRIGGER].u_int != 0 && irq->handler != mp_const_none);
    return MP_OBJ_FROM_PTR(irq);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_irq_obj, 1, wlan_make_irq);

void wlan_session_start(void) {
    MP_STATE_PORT(wlan_irq) = NULL;
    radio_on_change = NULL;
}

static const mp_rom_map_elem_t wlan_names[] = {
    {MP_ROM_QSTR(MP_QSTR_AP), MP_ROM_INT(ROLE_AP)},
    {MP_ROM_QSTR(MP_QSTR_ANY_EVENT), MP_ROM_INT(ANY_EVENT)},
    {MP_ROM_QSTR(MP_QSTR_EXT_ANT), MP_ROM_INT(ANTENNA_EXTERNAL)},
    {MP_ROM_QSTR(MP_QSTR_INT_ANT), MP_ROM_INT(ANTENNA_INTERNAL)},
    {MP_ROM_QSTR(MP_QSTR_STA), MP_ROM_INT(ROLE_STA)},
    {MP_ROM_QSTR(MP_QSTR_WEP), MP_ROM_INT(SL_SEC_TYPE_WEP)},
    {MP_ROM_QSTR(MP_QSTR_WPA), MP_ROM_INT(SL_SEC_TYPE_WPA_WPA2)},
    {MP_ROM_QSTR(MP_QSTR_WPA2), MP_ROM_INT(SL_SEC_TYPE_WPA_WPA2)},
    {MP_ROM_QSTR(MP_QSTR_antenna), MP_ROM_PTR(&wlan_antenna_obj)},
    {MP_ROM_QSTR(MP_QSTR_auth), MP_ROM_PTR(&wlan_auth_obj)},
    {MP_ROM_QSTR(MP_QSTR_channel), MP_ROM_PTR(&wlan_channel_obj)},
    {MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&wlan_connect_obj)},
    {MP_ROM_QSTR(MP_QSTR_disconnect), MP_ROM_PTR(&wlan_disconnect_obj)},
    {MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&wlan_ifconfig_obj)},
    {MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&wlan_init_obj)},
    {MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&wlan_ipconfig_obj)},
    {MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&wlan_irq_obj)},
    {MP_ROM_QSTR(MP_QSTR_isconnected), MP_ROM_PTR(&wlan_isconnected_obj)},
    {MP_ROM_QSTR(MP_QSTR_mac), MP_ROM_PTR(&wlan_mac_obj)},
    {MP_ROM_QSTR(MP_QSTR_mode), MP_ROM_PTR(&wlan_mode_obj)},
    {MP_ROM_QSTR(MP_QSTR_scan), MP_ROM_PTR(&wlan_scan_obj)},
    {MP_ROM_QSTR(MP_QSTR_ssid), MP_ROM_PTR(&wlan_ssid_obj)},
};
static MP_DEFINE_CONST_DICT(wlan_dict, wlan_names);

MP_DEFINE_CONST_OBJ_TYPE(
    network_wlan_type, MP_QSTR_WLAN, MP_TYPE_FLAG_NONE, make_new, make_new, locals_dict, &wlan_dict);
