// The telnet protocol as the server side speaks it (see protocol.h).

#include "servers/telnet/protocol.h"

#include <string.h>

#include "genhdr/board_config.h"

// Commands (RFC 854, page 14; EOF, SUSP and ABORT: RFC 1184).
enum {
    END_OF_FILE = 236,
    SUSPEND = 237,
    ABORT = 238,
    SUBOPTION_END = 240,
    BREAK = 243,
    INTERRUPT_PROCESS = 244,
    ARE_YOU_THERE = 246,
    ERASE_CHARACTER = 247,
    ERASE_LINE = 248,
    SUBOPTION_BEGIN = 250,
    WILL = 251,
    WONT = 252,
    DO = 253,
    DONT = 254,
    IAC = 255,
};

// Options.
enum {
    OPTION_BINARY = 0,
    OPTION_ECHO = 1,
    OPTION_SUPPRESS_GO_AHEAD = 3,
    OPTION_TIMING_MARK = 6,
    OPTION_WINDOW_SIZE = 31,
};

enum {
    BIT_BINARY = 1 << 0,
    BIT_ECHO = 1 << 1,
    BIT_SUPPRESS_GO_AHEAD = 1 << 2,
    BIT_WINDOW_SIZE = 1 << 3,
};

#define OURS_ALLOWED (BIT_BINARY | BIT_ECHO | BIT_SUPPRESS_GO_AHEAD)
#define THEIRS_ALLOWED (BIT_BINARY | BIT_SUPPRESS_GO_AHEAD | BIT_WINDOW_SIZE)

// What the interpreter's line editor takes for these keys.
enum {
    KEY_CTRL_C = 0x03,
    KEY_CTRL_D = 0x04,
    KEY_CTRL_U = 0x15,
    KEY_DELETE = 0x7f,
};

static uint8_t bit_of(uint8_t option) {
    switch (option) {
        case OPTION_BINARY:
            return BIT_BINARY;
        case OPTION_ECHO:
            return BIT_ECHO;
        case OPTION_SUPPRESS_GO_AHEAD:
            return BIT_SUPPRESS_GO_AHEAD;
        case OPTION_WINDOW_SIZE:
            return BIT_WINDOW_SIZE;
        default:
            return 0;
    }
}

static void reply_option(telnet_t *telnet, uint8_t verb, uint8_t option) {
    telnet->reply[0] = IAC;
    telnet->reply[1] = verb;
    telnet->reply[2] = option;
    telnet->reply_length = 3;
}

// The peer asks us to start or stop an option. Only a change is answered: that is what keeps two sides from looping.
static void peer_asks_us(telnet_t *telnet, bool start, uint8_t option) {
    if (option == OPTION_TIMING_MARK) {
        // Not a state: every request is a mark in the stream, answered once all before it was taken.
        if (start) {
            reply_option(telnet, WILL, option);
        }
        return;
    }
    uint8_t bit = bit_of(option) & OURS_ALLOWED;
    if (start && !bit) {
        reply_option(telnet, WONT, option);
    } else if (start && !(telnet->ours & bit)) {
        telnet->ours |= bit;
        reply_option(telnet, WILL, option);
    } else if (!start && (telnet->ours & bit)) {
        telnet->ours &= (uint8_t)~bit;
        reply_option(telnet, WONT, option);
    }
}

// The peer offers to start, or says that it stopped, an option of its own.
static void peer_offers(telnet_t *telnet, bool start, uint8_t option) {
    uint8_t bit = bit_of(option) & THEIRS_ALLOWED;
    bool asked = (telnet->asked & bit) != 0;
    telnet->asked &= (uint8_t)~bit;
    if (start && !bit) {
        reply_option(telnet, DONT, option);
    } else if (start && !(telnet->theirs & bit)) {
        telnet->theirs |= bit;
        if (!asked) {
            reply_option(telnet, DO, option);
        }
    } else if (!start && (telnet->theirs & bit)) {
        telnet->theirs &= (uint8_t)~bit;
        reply_option(telnet, DONT, option);
    }
}

static void negotiate(telnet_t *telnet, uint8_t option) {
    switch (telnet->verb) {
        case DO:
            peer_asks_us(telnet, true, option);
            break;
        case DONT:
            peer_asks_us(telnet, false, option);
            break;
        case WILL:
            peer_offers(telnet, true, option);
            break;
        default:
            peer_offers(telnet, false, option);
            break;
    }
}

static void suboption_byte(telnet_t *telnet, uint8_t byte) {
    if (telnet->suboption_length < sizeof(telnet->suboption_data)) {
        telnet->suboption_data[telnet->suboption_length] = byte;
    }
    if (telnet->suboption_length <= sizeof(telnet->suboption_data)) {
        telnet->suboption_length++; // one past the room marks data that is too long
    }
}

static void suboption_end(telnet_t *telnet) {
    const uint8_t *data = telnet->suboption_data;
    if (telnet->suboption == OPTION_WINDOW_SIZE && telnet->suboption_length == sizeof(telnet->suboption_data)) {
        telnet->columns = (uint16_t)(data[0] << 8 | data[1]);
        telnet->rows = (uint16_t)(data[2] << 8 | data[3]);
    }
}

// A command other than options. Returns the key that it stands for.
static int command(telnet_t *telnet, uint8_t byte) {
    static const char alive[] = "\r\n[" MICROPY_HW_BOARD_NAME ": yes]\r\n\xff\xf6"; // ends in IAC ARE YOU THERE
    _Static_assert(sizeof(alive) - 1 <= TELNET_REPLY_MAX, "the longest reply fits");
    telnet->state = TELNET_STATE_DATA;
    switch (byte) {
        case WILL:
        case WONT:
        case DO:
        case DONT:
            telnet->verb = byte;
            telnet->state = TELNET_STATE_OPTION;
            return TELNET_NOTHING;
        case SUBOPTION_BEGIN:
            telnet->state = TELNET_STATE_SUBOPTION_NAME;
            return TELNET_NOTHING;
        case BREAK:
        case INTERRUPT_PROCESS:
        case ABORT:
        case SUSPEND:
            return KEY_CTRL_C;
        case END_OF_FILE:
            return KEY_CTRL_D;
        case ERASE_CHARACTER:
            return KEY_DELETE;
        case ERASE_LINE:
            return KEY_CTRL_U;
        case ARE_YOU_THERE:
            // A person wants to read something (RFC 854, page 8); Pymakr, and what else was made for the WiPy's own
            // firmware, waits for the command itself.
            telnet->reply_length = telnet->program ? 2 : sizeof(alive) - 1;
            memcpy(telnet->reply, alive + sizeof(alive) - 1 - telnet->reply_length, telnet->reply_length);
            return TELNET_NOTHING;
        default:
            return TELNET_NOTHING; // NOP, DATA MARK, ABORT OUTPUT, GO AHEAD and what no RFC names: nothing to do
    }
}

// A byte of data: CR LF and CR NUL are one key, the return key (RFC 854, page 11).
static int typed(telnet_t *telnet, uint8_t byte) {
    bool after_cr = telnet->received_cr;
    telnet->received_cr = byte == '\r' && !(telnet->theirs & BIT_BINARY);
    if (after_cr && (byte == '\n' || byte == '\0')) {
        return TELNET_NOTHING;
    }
    return byte;
}

void telnet_start(telnet_t *telnet, uint8_t hello[TELNET_HELLO_LENGTH]) {
    static const uint8_t offers[TELNET_HELLO_LENGTH] = {
        IAC,
        WILL,
        OPTION_ECHO,
        IAC,
        WILL,
        OPTION_SUPPRESS_GO_AHEAD,
        IAC,
        DO,
        OPTION_SUPPRESS_GO_AHEAD,
        IAC,
        DO,
        OPTION_WINDOW_SIZE,
    };
    memset(telnet, 0, sizeof(*telnet));
    telnet->ours = BIT_ECHO | BIT_SUPPRESS_GO_AHEAD;
    telnet->asked = BIT_SUPPRESS_GO_AHEAD | BIT_WINDOW_SIZE;
    memcpy(hello, offers, sizeof(offers));
}

int telnet_receive(telnet_t *telnet, uint8_t byte) {
    telnet->reply_length = 0;
    switch (telnet->state) {
        case TELNET_STATE_COMMAND:
            if (byte == IAC) {
                telnet->state = TELNET_STATE_DATA;
                return typed(telnet, byte);
            }
            return command(telnet, byte);
        case TELNET_STATE_OPTION:
            telnet->state = TELNET_STATE_DATA;
            negotiate(telnet, byte);
            return TELNET_NOTHING;
        case TELNET_STATE_SUBOPTION_NAME:
            telnet->suboption = byte;
            telnet->suboption_length = 0;
            telnet->state = TELNET_STATE_SUBOPTION;
            return TELNET_NOTHING;
        case TELNET_STATE_SUBOPTION:
            if (byte == IAC) {
                telnet->state = TELNET_STATE_SUBOPTION_COMMAND;
            } else {
                suboption_byte(telnet, byte);
            }
            return TELNET_NOTHING;
        case TELNET_STATE_SUBOPTION_COMMAND:
            if (byte == IAC) {
                suboption_byte(telnet, byte);
                telnet->state = TELNET_STATE_SUBOPTION;
                return TELNET_NOTHING;
            }
            if (byte == SUBOPTION_END) {
                suboption_end(telnet);
                telnet->state = TELNET_STATE_DATA;
                return TELNET_NOTHING;
            }
            return command(telnet, byte); // the suboption was cut short: what follows is a command of its own
        default:
            if (byte == IAC) {
                telnet->state = TELNET_STATE_COMMAND;
                return TELNET_NOTHING;
            }
            return typed(telnet, byte);
    }
}

size_t telnet_encode(telnet_t *telnet, const uint8_t *data, size_t length, size_t *taken, uint8_t *out, size_t room) {
    size_t used = 0;
    size_t at = 0;
    bool binary = (telnet->ours & BIT_BINARY) != 0;
    for (; at < length; at++) {
        uint8_t byte = data[at];
        bool pad = telnet->sent_cr && byte != '\n' && byte != '\0' && !binary;
        size_t need = 1u + (byte == IAC) + pad;
        if (room - used < need) {
            break;
        }
        if (pad) {
            out[used++] = '\0';
        }
        if (byte == IAC) {
            out[used++] = IAC;
        }
        out[used++] = byte;
        telnet->sent_cr = byte == '\r';
    }
    *taken = at;
    return used;
}
