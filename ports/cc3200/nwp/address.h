// The board's own IPv4 addresses, in whichever role it is.
#ifndef CC3200_NWP_ADDRESS_H
#define CC3200_NWP_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "simplelink.h"

// Address, mask, gateway and DNS server (all 0: none yet). True when they were given to a station by a DHCP server.
bool network_addresses(SlNetCfgIpV4Args_t *addresses);

// Set fixed ones, and for an access point the range that its DHCP server gives out: the rest of the mask's last byte.
// The network processor takes them over at its next start. An error code below 0 when it refuses.
int network_set_addresses(const SlNetCfgIpV4Args_t *addresses);

// Station: take an address from a DHCP server again. An error code below 0 when it is refused.
int network_use_dhcp(void);

// The address alone, byte by byte in network order. False when there is none (a station that is not connected).
bool network_address(uint8_t address[4]);

#endif // CC3200_NWP_ADDRESS_H
