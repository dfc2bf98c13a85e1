// The board's own IPv4 addresses (see address.h). Sources: drivers/cc3100/inc/netcfg.h, netapp.h.

#include "nwp/address.h"

#include <string.h>

#include "nwp/processor.h"

#define LEASE_SECONDS 4096u // as netapp.h's example has it

static uint32_t dns; // set while a station had no address yet

static bool is_access_point(void) {
    return processor_role() == ROLE_AP;
}

int address_get(SlNetCfgIpV4Args_t *addresses) {
    bool access_point = is_access_point();
    _u8 length = sizeof(*addresses);
    _u8 by_dhcp = 0;
    int result = PROCESSOR_CALL(sl_NetCfgGet(
        access_point ? SL_IPV4_AP_P2P_GO_GET_INFO : SL_IPV4_STA_P2P_CL_GET_INFO, &by_dhcp, &length, (_u8 *)addresses));
    if (addresses->ipV4 == 0 && dns != 0) {
        addresses->ipV4DnsServer = dns;
    }
    return result < 0 ? result : !access_point && by_dhcp;
}

static int set_dhcp_range(const SlNetCfgIpV4Args_t *addresses) {
    // From the address after ours to the last before the broadcast address.
    SlNetAppDhcpServerBasicOpt_t range = {
        .lease_time = LEASE_SECONDS,
        .ipv4_addr_start = addresses->ipV4 + 1,
        .ipv4_addr_last = (addresses->ipV4 | ~addresses->ipV4Mask) - 1,
    };
    sl_NetAppStop(SL_NET_APP_DHCP_SERVER_ID); // refused when it does not run
    int result = sl_NetAppSet(SL_NET_APP_DHCP_SERVER_ID, NETAPP_SET_DHCP_SRV_BASIC_OPT, sizeof(range), (_u8 *)&range);
    int started = sl_NetAppStart(SL_NET_APP_DHCP_SERVER_ID);
    return result < 0 ? result : started;
}

static int set(const SlNetCfgIpV4Args_t *addresses) {
    bool access_point = is_access_point();
    if (access_point) {
        int result = set_dhcp_range(addresses);
        if (result < 0) {
            return result;
        }
    }
    return sl_NetCfgSet(access_point ? SL_IPV4_AP_P2P_GO_STATIC_ENABLE : SL_IPV4_STA_P2P_CL_STATIC_ENABLE,
        IPCONFIG_MODE_ENABLE_IPV4, sizeof(*addresses), (_u8 *)addresses);
}

int address_set(const SlNetCfgIpV4Args_t *addresses) {
    return PROCESSOR_CALL(set(addresses));
}

int address_set_dns(uint32_t server) {
    SlNetCfgIpV4Args_t addresses;
    int result = address_get(&addresses);
    if (result < 0) {
        return result;
    }
    addresses.ipV4DnsServer = dns = server;
    if (addresses.ipV4 == 0) {
        return 0;
    }
    result = address_set(&addresses);
    return result < 0 ? result : 1;
}

int address_use_dhcp(void) {
    _u8 enable = 1;
    return PROCESSOR_CALL(
        sl_NetCfgSet(SL_IPV4_STA_P2P_CL_DHCP_ENABLE, IPCONFIG_MODE_ENABLE_IPV4, sizeof(enable), &enable));
}

bool address_own(uint8_t address[4]) {
    SlNetCfgIpV4Args_t addresses;
    if (address_get(&addresses) < 0) {
        return false;
    }
    uint32_t in_network_order = __builtin_bswap32(addresses.ipV4);
    memcpy(address, &in_network_order, sizeof(in_network_order));
    return addresses.ipV4 != 0;
}
