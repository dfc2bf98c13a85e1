// IPv4 addresses as Python writes them: '192.168.1.1', and ('192.168.1.1', 80) with a port.
#ifndef CC3200_BINDINGS_INET_H
#define CC3200_BINDINGS_INET_H

#include <stdbool.h>
#include <stdint.h>

#include "py/obj.h"

// Addresses are in host order here, the first number in the highest byte.
mp_obj_t inet_format(uint32_t address);
mp_obj_t inet_format_pair(uint32_t address, uint16_t port);

// Read an address; false when it is none. "" is 0.0.0.0, as bind() takes it.
bool inet_read(const char *text, size_t length, uint32_t *address);

// The same for Python objects; anything else raises ValueError or TypeError.
uint32_t inet_parse(mp_obj_t text);
uint32_t inet_parse_pair(mp_obj_t pair, uint16_t *port);

#endif // CC3200_BINDINGS_INET_H
