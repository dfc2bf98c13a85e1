// The board's own IPv4 addresses (see address.h). Sources: drivers/cc3100/inc/netcfg.h, netapp.h.

#include "nwp/address.h"

#include <string.h>

#include "nwp/processor.h"

#define LEASE_SECONDS 4096u // as netapp.h's example has it

static bool is_access_point(void) {
    return processor_role() == ROLE_AP;
}

bool network_addresses(SlNetCfgIpV4Args_t *addresses) {
    bool access_point = is_access_point();
    _u8 length = sizeof(*addresses);
    _u8 by_dhcp = 0;
    memset(addresses, 0, sizeof(*addresses));
    sl_NetCfgGet(access_point ? SL_IPV4_AP_P2P_GO_GET_INFO : SL_IPV4_STA_P2P_CL_GET_INFO, &by_dhcp, &length,
        (_u8 *)addresses);
    return !access_point && by_dhcp;
}

static int set_dhcp_range(const SlNetCfgIpV4Args_t *addresses) {
    // From the address after ours to the last before the broadcast address.
    SlNetAppDhcpServerBasicOpt_t range = {
        .lease_time = LEASE_SECONDS,
        .ipv4_addr_start = addresses->ipV4 + 1,
        .ipv4_addr_last = (addresses->ipV4 | ~addresses->ipV4Mask) - 1,
    };
    sl_NetAppStop(SL_NET_APP_DHCP_SERVER_ID);
    int result = sl_NetAppSet(SL_NET_APP_DHCP_SERVER_ID, NETAPP_SET_DHCP_SRV_BASIC_OPT, sizeof(range), (_u8 *)&range);
    sl_NetAppStart(SL_NET_APP_DHCP_SERVER_ID);
    return result;
}

int network_set_addresses(const SlNetCfgIpV4Args_t *addresses) {
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

int network_use_dhcp(void) {
    _u8 enable = 1;
    return sl_NetCfgSet(SL_IPV4_STA_P2P_CL_DHCP_ENABLE, IPCONFIG_MODE_ENABLE_IPV4, sizeof(enable), &enable);
}

bool network_address(uint8_t address[4]) {
    SlNetCfgIpV4Args_t addresses;
    network_addresses(&addresses);
    for (unsigned at = 0; at < 4; at++) {
        address[at] = (uint8_t)(addresses.ipV4 >> (24 - 8 * at));
    }
    return addresses.ipV4 != 0;
}
