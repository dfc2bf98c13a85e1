// IPv4 addresses as Python writes them (see inet.h).

#include "bindings/inet.h"

#include "py/runtime.h"

mp_obj_t inet_format(uint32_t address) {
    vstr_t text;
    vstr_init(&text, sizeof("255.255.255.255"));
    vstr_printf(&text, "%u.%u.%u.%u", (unsigned)(address >> 24), (unsigned)(address >> 16 & 255),
        (unsigned)(address >> 8 & 255), (unsigned)(address & 255));
    return mp_obj_new_str_from_vstr(&text);
}

mp_obj_t inet_format_pair(uint32_t address, uint16_t port) {
    mp_obj_t pair[2] = {inet_format(address), MP_OBJ_NEW_SMALL_INT(port)};
    return mp_obj_new_tuple(MP_ARRAY_SIZE(pair), pair);
}

bool inet_read(const char *text, size_t length, uint32_t *address) {
    uint32_t value = 0;
    *address = 0;
    if (length == 0) {
        return true;
    }
    unsigned parts = 0;
    for (size_t at = 0; at <= length; at++) {
        unsigned number = 0;
        size_t start = at;
        for (; at < length && text[at] >= '0' && text[at] <= '9' && number <= 255; at++) {
            number = number * 10 + (unsigned)(text[at] - '0');
        }
        bool ends = at == length ? parts == 3 : text[at] == '.' && parts < 3;
        if (at == start || number > 255 || !ends) {
            return false;
        }
        value = value << 8 | number;
        parts++;
    }
    *address = value;
    return true;
}

uint32_t inet_parse(mp_obj_t text) {
    size_t length;
    uint32_t address;
    const char *characters = mp_obj_str_get_data(text, &length);
    if (!inet_read(characters, length, &address)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid IP address"));
    }
    return address;
}

uint32_t inet_parse_pair(mp_obj_t pair, uint16_t *port) {
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(pair, 2, &items);
    mp_int_t number = mp_obj_get_int(items[1]);
    if (number < 0 || number > UINT16_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("port must be 0 to 65535"));
    }
    *port = (uint16_t)number;
    return inet_parse(items[0]);
}
