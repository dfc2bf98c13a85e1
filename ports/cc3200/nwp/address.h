// The board's own IPv4 addresses, in whichever role it is.
#ifndef CC3200_NWP_ADDRESS_H
#define CC3200_NWP_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "simplelink.h"

#include "chip/memory.h"

// All results: an error code below 0 when the network processor refuses or does not run.

// Address, mask, gateway and DNS server (all 0: none yet). 1 when a DHCP server gave them to a station, 0 otherwise.
RESULT_MATTERS int address_get(SlNetCfgIpV4Args_t *addresses);

// Set fixed ones, and for an access point the range that its DHCP server gives out: the rest of the mask's last byte.
// The network processor takes them over at its next start.
RESULT_MATTERS int address_set(const SlNetCfgIpV4Args_t *addresses);

// Set the DNS server alone. 0: it is kept for the address that address_set is given later, as there is none yet. 1: the address
// that there is has become a fixed one, and is taken over at the next start.
RESULT_MATTERS int address_set_dns(uint32_t server);

// Station: take an address from a DHCP server again.
RESULT_MATTERS int address_use_dhcp(void);

// The address alone, byte by byte in network order. False when there is none (a station that is not connected).
RESULT_MATTERS bool address_own(uint8_t address[4]);

#endif // CC3200_NWP_ADDRESS_H
