// The socket module: the class, and streams and polling on it; what may have to wait is in socket_io.c.

#include "bindings/modsocket.h"

#include <string.h>

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "bindings/inet.h"
#include "bindings/socket_io.h"
#include "chip/memory.h"

#define SOCKET_REUSE_ADDRESS 4 // the network processor always does: taken and ignored, as programs ask for it

socket_object_t *socket_of(mp_obj_t object) {
    if (!mp_obj_is_type(object, &socket_type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("socket expected"));
    }
    socket_object_t *self = MP_OBJ_TO_PTR(object);
    if (!socket_is_open(self)) {
        mp_raise_OSError(MP_EBADF);
    }
    return self;
}

// The host driver takes addresses in network order. Its sl_Htonl() is four shifts; this is one instruction.
static void parse_address(mp_obj_t pair, SlSockAddrIn_t *address) {
    uint16_t port;
    memset(address, 0, sizeof(*address));
    address->sin_family = SL_AF_INET;
    address->sin_addr.s_addr = __builtin_bswap32(inet_parse_pair(pair, &port));
    address->sin_port = __builtin_bswap16(port);
}

static mp_obj_t format_address(const SlSockAddrIn_t *address) {
    return inet_format_pair(__builtin_bswap32(address->sin_addr.s_addr), __builtin_bswap16(address->sin_port));
}

// ---- the class

ONE_COPY static socket_object_t *new_object(int descriptor, bool datagram, bool secure) {
    socket_object_t *self = mp_obj_malloc_with_finaliser(socket_object_t, &socket_type);
    self->descriptor = (int16_t)descriptor;
    self->datagram = datagram;
    self->secure = secure;
    self->verify = self->settled = self->dead = false;
    self->timeout_ms = SOCKET_FOREVER;
    self->start = processor_starts();
    return self;
}

static void close_socket(socket_object_t *self);

// What every new descriptor needs. descriptor: or a result below 0.
static void set_up(socket_object_t *self, int descriptor) {
    self->descriptor = (int16_t)socket_checked(descriptor);
    socket_note(descriptor, true);
    int result = SOCKET_CALL(self, tcp_set_non_blocking(self->descriptor));
    if (result < 0) {
        close_socket(self);
        socket_raise(result);
    }
}

static int open_socket(socket_object_t *self, mp_int_t kind, mp_int_t protocol) {
    int descriptor = network_enter() ? sl_Socket(SL_AF_INET, (_i16)kind, (_i16)protocol) : PROCESSOR_OFF;
    self->start = processor_starts();
    return network_leave(descriptor);
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t count, size_t named, const mp_obj_t *arguments) {
    (void)type;
    mp_arg_check_num(count, named, 0, 4, false);
    mp_int_t family = count > 0 ? mp_obj_get_int(arguments[0]) : SL_AF_INET;
    mp_int_t kind = count > 1 ? mp_obj_get_int(arguments[1]) : SL_SOCK_STREAM;
    mp_int_t protocol = count > 2 ? mp_obj_get_int(arguments[2]) : 0;
    if (family != SL_AF_INET) {
        mp_raise_OSError(MP_EAFNOSUPPORT);
    }
    if (protocol == 0) {
        protocol = kind == SL_SOCK_DGRAM ? SL_IPPROTO_UDP : SL_IPPROTO_TCP;
    }
    // The object comes first: when memory runs out, no socket of the network processor is left behind.
    socket_object_t *self = new_object(-1, kind == SL_SOCK_DGRAM, protocol == SL_SEC_SOCKET);
    int descriptor = open_socket(self, kind, protocol);
    if (descriptor == SL_ENSOCK) {
        gc_collect(); // which closes those that nobody has any more
        descriptor = open_socket(self, kind, protocol);
    }
    set_up(self, descriptor);
    return MP_OBJ_FROM_PTR(self);
}

static void print(const mp_print_t *out, mp_obj_t object, mp_print_kind_t kind) {
    (void)kind;
    const socket_object_t *self = MP_OBJ_TO_PTR(object);
    mp_printf(
        out, "<socket %d%s%s>", self->descriptor, self->datagram ? " datagram" : "", self->secure ? " secure" : "");
}

// Keeps the interpreter lock: as a finaliser this runs while the collector sweeps, and nobody may allocate then.
static void close_socket(socket_object_t *self) {
    if (self->descriptor >= 0) {
        if (processor_enter() && socket_is_open(self)) {
            socket_note(self->descriptor, false);
            tcp_close_descriptor(self->descriptor);
        }
        processor_leave(0);
        self->descriptor = -1;
    }
}

static mp_obj_t socket_close(mp_obj_t object) {
    close_socket(MP_OBJ_TO_PTR(object));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(socket_close_obj, socket_close);

static mp_obj_t socket_bind(mp_obj_t object, mp_obj_t pair) {
    SlSockAddrIn_t address;
    parse_address(pair, &address);
    const socket_object_t *self = socket_of(object);
    socket_checked(SOCKET_CALL(self, sl_Bind(self->descriptor, (SlSockAddr_t *)&address, sizeof(address))));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_bind_obj, socket_bind);

static mp_obj_t socket_listen(size_t count, const mp_obj_t *arguments) {
    mp_int_t backlog = count > 1 ? mp_obj_get_int(arguments[1]) : 1;
    socket_object_t *self = socket_of(arguments[0]);
    self->settled = true;
    socket_checked(SOCKET_CALL(self, sl_Listen(self->descriptor, (_i16)MAX(backlog, 1))));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_listen_obj, 1, 2, socket_listen);

static mp_obj_t socket_accept(mp_obj_t object) {
    socket_object_t *self = socket_of(object);
    socket_object_t *client = new_object(-1, false, self->secure);
    SlSockAddrIn_t address;
    int descriptor = socket_perform(self, SOCKET_ACCEPT, NULL, 0, &address);
    client->start = self->start;
    client->settled = true;
    set_up(client, descriptor);
    mp_obj_t pair[2] = {MP_OBJ_FROM_PTR(client), format_address(&address)};
    return mp_obj_new_tuple(2, pair);
}
static MP_DEFINE_CONST_FUN_OBJ_1(socket_accept_obj, socket_accept);

// The network processor reports a secure connection whose peer was not verified, or whose certificate is out of date,
// as these: connected all the same, and for the program to decide (socket.h).
static bool connected(const socket_object_t *self, int result) {
    bool unverified = result == SL_ESECSNOVERIFY || result == SL_ESECDATEERROR;
    return result >= 0 || (self->secure && unverified && !self->verify);
}

static mp_obj_t socket_connect(mp_obj_t object, mp_obj_t pair) {
    socket_object_t *self = socket_of(object);
    SlSockAddrIn_t address;
    parse_address(pair, &address);
    self->settled = true;
    int result = socket_perform(self, SOCKET_CONNECT, NULL, 0, &address);
    if (!connected(self, result)) {
        if (self->secure && result != -MP_EINPROGRESS) {
            close_socket(self); // a half-made secure session must not be used
        }
        socket_raise(result);
    }
    self->verify = false;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_connect_obj, socket_connect);

static mp_obj_t send_object(mp_obj_t object, mp_obj_t data, SlSockAddrIn_t *to) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
    return MP_OBJ_NEW_SMALL_INT(socket_checked(socket_send(socket_of(object), buffer.buf, buffer.len, to)));
}

static mp_obj_t send_method(mp_obj_t object, mp_obj_t data) {
    return send_object(object, data, NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_send_obj, send_method);

static mp_obj_t socket_sendall(mp_obj_t object, mp_obj_t data) {
    socket_object_t *self = socket_of(object);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
    for (size_t at = 0; at < buffer.len;) {
        at += (size_t)socket_checked(socket_send(self, (const uint8_t *)buffer.buf + at, buffer.len - at, NULL));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_sendall_obj, socket_sendall);

static mp_obj_t socket_sendto(mp_obj_t object, mp_obj_t data, mp_obj_t pair) {
    SlSockAddrIn_t address;
    parse_address(pair, &address);
    return send_object(object, data, &address);
}
static MP_DEFINE_CONST_FUN_OBJ_3(socket_sendto_obj, socket_sendto);

static mp_obj_t receive_object(mp_obj_t object, mp_obj_t room, SlSockAddrIn_t *from) {
    vstr_t text;
    mp_int_t length = mp_obj_get_int(room);
    if (length < 0) {
        mp_raise_ValueError(NULL);
    }
    vstr_init_len(&text, MIN(length, SOCKET_DATAGRAM_MAX));
    text.len = (size_t)socket_checked(socket_receive(socket_of(object), text.buf, text.len, from));
    return mp_obj_new_bytes_from_vstr(&text);
}

static mp_obj_t socket_recv(mp_obj_t object, mp_obj_t room) {
    return receive_object(object, room, NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_recv_obj, socket_recv);

static mp_obj_t socket_recvfrom(mp_obj_t object, mp_obj_t room) {
    SlSockAddrIn_t from = {0};
    mp_obj_t data = receive_object(object, room, &from);
    mp_obj_t pair[2] = {data, format_address(&from)};
    return mp_obj_new_tuple(2, pair);
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_recvfrom_obj, socket_recvfrom);

// Not those by which a socket would wait in the network processor, which others wait for then, or not be what ssl asked for.
static bool may_be_set(mp_int_t level, mp_int_t option) {
    return level == SL_IPPROTO_IP
        || (level == SL_SOL_SOCKET
            && (option == SL_SO_RCVBUF || option == SL_SO_KEEPALIVE || option == SL_SO_SECMETHOD
                || option == SL_SO_SECURE_MASK));
}

static mp_obj_t socket_setsockopt(size_t count, const mp_obj_t *arguments) {
    (void)count;
    const socket_object_t *self = socket_of(arguments[0]);
    mp_int_t level = mp_obj_get_int(arguments[1]);
    mp_int_t option = mp_obj_get_int(arguments[2]);
    if (level == SL_SOL_SOCKET && option == SOCKET_REUSE_ADDRESS) {
        return mp_const_none;
    }
    if (!may_be_set(level, option)) {
        mp_raise_OSError(MP_EINVAL);
    }
    if (self->settled && level == SL_SOL_SOCKET && option >= SL_SO_SECMETHOD) {
        mp_raise_OSError(MP_EISCONN); // TLS is settled, too (modssl.c)
    }
    _u32 number;
    mp_buffer_info_t value = {.buf = &number, .len = sizeof(number)};
    if (mp_obj_is_int(arguments[3])) {
        number = (_u32)mp_obj_get_int_truncated(arguments[3]);
    } else {
        mp_get_buffer_raise(arguments[3], &value, MP_BUFFER_READ);
    }
    socket_checked(SOCKET_CALL(
        self, sl_SetSockOpt(self->descriptor, (_i16)level, (_i16)option, value.buf, (SlSocklen_t)value.len)));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_setsockopt_obj, 4, 4, socket_setsockopt);

static mp_obj_t socket_settimeout(mp_obj_t object, mp_obj_t seconds) {
    socket_object_t *self = socket_of(object);
    if (seconds == mp_const_none) {
        self->timeout_ms = SOCKET_FOREVER;
        return mp_const_none;
    }
    mp_int_t value = mp_obj_get_int(seconds);
    if (value < 0 || value > (mp_int_t)(INT32_MAX / 1000)) {
        mp_raise_ValueError(MP_ERROR_TEXT("timeout must be 0 or more seconds"));
    }
    self->timeout_ms = (uint32_t)value * 1000u;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_settimeout_obj, socket_settimeout);

static mp_obj_t socket_setblocking(mp_obj_t object, mp_obj_t blocking) {
    socket_of(object)->timeout_ms = mp_obj_is_true(blocking) ? SOCKET_FOREVER : 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_setblocking_obj, socket_setblocking);

// A socket is a stream already.
static mp_obj_t socket_makefile(size_t count, const mp_obj_t *arguments) {
    (void)count;
    return arguments[0];
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(socket_makefile_obj, 1, socket_makefile);

// ---- the stream protocol

static mp_uint_t stream_result(int result, int *error) {
    if (result < 0) {
        *error = socket_error(result);
        return MP_STREAM_ERROR;
    }
    return (mp_uint_t)result;
}

static mp_uint_t stream_read(mp_obj_t object, void *data, mp_uint_t room, int *error) {
    return stream_result(socket_receive(socket_of(object), data, room, NULL), error);
}

static mp_uint_t stream_write(mp_obj_t object, const void *data, mp_uint_t length, int *error) {
    return stream_result(socket_send(socket_of(object), data, length, NULL), error);
}

// Which of the events asked for hold now; for those that don't, whoever waits is woken when they may.
static mp_uint_t poll_events(const socket_object_t *self, mp_uint_t asked) {
    if (!socket_is_open(self)) {
        return MP_STREAM_POLL_NVAL;
    }
    if (self->dead) {
        return MP_STREAM_POLL_ERR;
    }
    uint32_t bit = TCP_BIT(self->descriptor);
    bool receive = asked & MP_STREAM_POLL_RD;
    bool send = asked & MP_STREAM_POLL_WR;
    tcp_interest_t ready = {.receive = receive ? bit : 0, .send = send ? bit : 0};
    if (SOCKET_CALL(self, wait_look(&ready) ? 0 : SL_EBADF) < 0) {
        return MP_STREAM_POLL_ERR;
    }
    mp_uint_t events = (ready.receive ? MP_STREAM_POLL_RD : 0) | (ready.send ? MP_STREAM_POLL_WR : 0);
    if (events == 0) {
        socket_watch(self, receive, send);
    }
    return events;
}

static mp_uint_t stream_ioctl(mp_obj_t object, mp_uint_t request, uintptr_t argument, int *error) {
    socket_object_t *self = MP_OBJ_TO_PTR(object);
    switch (request) {
        case MP_STREAM_POLL:
            return poll_events(self, argument);
        case MP_STREAM_CLOSE:
            close_socket(self);
            return 0;
        case MP_STREAM_FLUSH:
            return 0;
        default:
            *error = MP_EINVAL;
            return MP_STREAM_ERROR;
    }
}

static const mp_stream_p_t stream = {
    .read = stream_read,
    .write = stream_write,
    .ioctl = stream_ioctl,
    .is_text = false,
};

static const mp_rom_map_elem_t socket_names[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&socket_close_obj)},
    {MP_ROM_QSTR(MP_QSTR_accept), MP_ROM_PTR(&socket_accept_obj)},
    {MP_ROM_QSTR(MP_QSTR_bind), MP_ROM_PTR(&socket_bind_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&socket_close_obj)},
    {MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&socket_connect_obj)},
    {MP_ROM_QSTR(MP_QSTR_listen), MP_ROM_PTR(&socket_listen_obj)},
    {MP_ROM_QSTR(MP_QSTR_makefile), MP_ROM_PTR(&socket_makefile_obj)},
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_recv), MP_ROM_PTR(&socket_recv_obj)},
    {MP_ROM_QSTR(MP_QSTR_recvfrom), MP_ROM_PTR(&socket_recvfrom_obj)},
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&socket_send_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendall), MP_ROM_PTR(&socket_sendall_obj)},
    {MP_ROM_QSTR(MP_QSTR_sendto), MP_ROM_PTR(&socket_sendto_obj)},
    {MP_ROM_QSTR(MP_QSTR_setblocking), MP_ROM_PTR(&socket_setblocking_obj)},
    {MP_ROM_QSTR(MP_QSTR_setsockopt), MP_ROM_PTR(&socket_setsockopt_obj)},
    {MP_ROM_QSTR(MP_QSTR_settimeout), MP_ROM_PTR(&socket_settimeout_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
};
static MP_DEFINE_CONST_DICT(socket_dict, socket_names);

MP_DEFINE_CONST_OBJ_TYPE(socket_type, MP_QSTR_socket, MP_TYPE_FLAG_NONE, make_new, make_new, print, print, protocol,
    &stream, locals_dict, &socket_dict);

// ---- the module

// One answer, of the kind that connect takes. A host that is an address already is not looked up.
static mp_obj_t getaddrinfo(size_t count, const mp_obj_t *arguments) {
    size_t length;
    const char *host = mp_obj_str_get_data(arguments[0], &length);
    mp_int_t port = mp_obj_get_int(arguments[1]);
    mp_int_t kind = count > 3 ? mp_obj_get_int(arguments[3]) : 0;
    uint32_t address;
    if (!inet_read(host, length, &address)) {
        _u32 found = 0;
        network_require();
        int result = NETWORK_CALL(sl_NetAppDnsGetHostByName((_i8 *)host, (_u16)length, &found, SL_AF_INET));
        if (result < 0) {
            mp_raise_OSError(result); // negative: a name that can't be resolved (docs, socket.getaddrinfo)
        }
        address = found;
    }
    mp_obj_t fields[5] = {
        MP_OBJ_NEW_SMALL_INT(SL_AF_INET),
        MP_OBJ_NEW_SMALL_INT(kind ? kind : SL_SOCK_STREAM),
        MP_OBJ_NEW_SMALL_INT(0),
        MP_OBJ_NEW_QSTR(MP_QSTR_),
        inet_format_pair(address, (uint16_t)port),
    };
    mp_obj_t answer = mp_obj_new_tuple(MP_ARRAY_SIZE(fields), fields);
    return mp_obj_new_list(1, &answer);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(getaddrinfo_obj, 2, 6, getaddrinfo);

static const mp_rom_map_elem_t module_names[] = {
    {MP_ROM_QSTR(MP_QSTR_AF_INET), MP_ROM_INT(SL_AF_INET)},
    {MP_ROM_QSTR(MP_QSTR_IPPROTO_SEC), MP_ROM_INT(SL_SEC_SOCKET)},
    {MP_ROM_QSTR(MP_QSTR_IPPROTO_TCP), MP_ROM_INT(SL_IPPROTO_TCP)},
    {MP_ROM_QSTR(MP_QSTR_IPPROTO_UDP), MP_ROM_INT(SL_IPPROTO_UDP)},
    {MP_ROM_QSTR(MP_QSTR_SOCK_DGRAM), MP_ROM_INT(SL_SOCK_DGRAM)},
    {MP_ROM_QSTR(MP_QSTR_SOCK_STREAM), MP_ROM_INT(SL_SOCK_STREAM)},
    {MP_ROM_QSTR(MP_QSTR_SOL_SOCKET), MP_ROM_INT(SL_SOL_SOCKET)},
    {MP_ROM_QSTR(MP_QSTR_SO_REUSEADDR), MP_ROM_INT(SOCKET_REUSE_ADDRESS)},
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_socket)},
    {MP_ROM_QSTR(MP_QSTR_error), MP_ROM_PTR(&mp_type_OSError)},
    {MP_ROM_QSTR(MP_QSTR_getaddrinfo), MP_ROM_PTR(&getaddrinfo_obj)},
    {MP_ROM_QSTR(MP_QSTR_socket), MP_ROM_PTR(&socket_type)},
    {MP_ROM_QSTR(MP_QSTR_timeout), MP_ROM_PTR(&mp_type_OSError)},
};
static MP_DEFINE_CONST_DICT(module_dict, module_names);

const mp_obj_module_t socket_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&module_dict,
};
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_socket, socket_module);
