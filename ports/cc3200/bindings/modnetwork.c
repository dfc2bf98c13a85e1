// The network module: the classes WLAN and Server, the board's name and what concerns every interface.

#include <string.h>

#include "py/runtime.h"

#include "nwp/address.h"
#include "bindings/inet.h"
#include "bindings/network_call.h"
#include "bindings/network_server.h"
#include "bindings/network_wlan.h"

// The longest name that the network processor takes (netapp.h, MAX_DEVICE_URN_LEN with its NUL).
#define NAME_MAX_BYTES (MAX_DEVICE_URN_LEN - 1)

static mp_obj_t module_hostname(size_t count, const mp_obj_t *all) {
    if (count == 0) {
        char name[MAX_DEVICE_URN_LEN] = {0};
        _u8 length = sizeof(name);
        _u8 option = NETAPP_SET_GET_DEV_CONF_OPT_DEVICE_URN;
        network_checked(PROCESSOR_CALL(sl_NetAppGet(SL_NET_APP_DEVICE_CONFIG_ID, option, &length, (_u8 *)name)));
        return mp_obj_new_str(name, strnlen(name, MIN(length, sizeof(name))));
    }
    size_t length;
    const char *name = mp_obj_str_get_data(all[0], &length);
    if (length == 0 || length > NAME_MAX_BYTES) {
        mp_raise_ValueError(MP_ERROR_TEXT("hostname must have 1 to 15 bytes"));
    }
    network_checked(PROCESSOR_CALL(
        sl_NetAppSet(SL_NET_APP_DEVICE_CONFIG_ID, NETAPP_SET_GET_DEV_CONF_OPT_DEVICE_URN, (_u8)length, (_u8 *)name)));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(module_hostname_obj, 0, 1, module_hostname);

// network.ipconfig('dns'), network.ipconfig(dns='8.8.8.8')
static mp_obj_t module_ipconfig(size_t count, const mp_obj_t *all, mp_map_t *named) {
    bool query = count == 1 && named->used == 0;
    mp_map_elem_t *setting = mp_map_lookup(named, MP_OBJ_NEW_QSTR(MP_QSTR_dns), MP_MAP_LOOKUP);
    if (query && mp_obj_str_get_qstr(all[0]) == MP_QSTR_dns) {
        SlNetCfgIpV4Args_t addresses;
        network_checked(address_get(&addresses));
        return inet_format(addresses.ipV4DnsServer);
    }
    if (count > 0 || named->used != 1 || setting == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("only dns can be asked for or set"));
    }
    if (network_checked(address_set_dns(inet_parse(setting->value)))) {
        wlan_take_over();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(module_ipconfig_obj, 0, module_ipconfig);

static const mp_rom_map_elem_t module_names[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_network)},
    {MP_ROM_QSTR(MP_QSTR_WLAN), MP_ROM_PTR(&network_wlan_type)},
    {MP_ROM_QSTR(MP_QSTR_Server), MP_ROM_PTR(&network_server_type)},
    {MP_ROM_QSTR(MP_QSTR_hostname), MP_ROM_PTR(&module_hostname_obj)},
    {MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&module_ipconfig_obj)},
};
static MP_DEFINE_CONST_DICT(module_dict, module_names);

const mp_obj_module_t network_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&module_dict,
};
MP_REGISTER_MODULE(MP_QSTR_network, network_module);
