// The telnet protocol as the server side speaks it: commands, options and line ends. Pure: no socket, RTOS or hardware.
//
// Sources: RFC 854 (commands, NVT), 855 (options), 856 (BINARY), 857 (ECHO), 858 (SUPPRESS-GO-AHEAD),
// 860 (TIMING-MARK), 1073 (NAWS), 1143 (negotiation that cannot loop).
#ifndef CC3200_SERVERS_TELNET_PROTOCOL_H
#define CC3200_SERVERS_TELNET_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The longest reply that one received byte can cause: the answer to ARE YOU THERE.
#define TELNET_REPLY_MAX (26 + 2 + 1)
// The length of the offers that open a session.
#define TELNET_HELLO_LENGTH 12
// telnet_receive's result when a byte was protocol and nothing was typed.
#define TELNET_NOTHING (-1)

// What is left to do after the byte received last.
typedef enum {
    TELNET_STATE_DATA,
    TELNET_STATE_COMMAND, // after IAC
    TELNET_STATE_OPTION, // after IAC WILL, WONT, DO or DONT
    TELNET_STATE_SUBOPTION_NAME, // after IAC SB
    TELNET_STATE_SUBOPTION, // within the suboption's data
    TELNET_STATE_SUBOPTION_COMMAND, // after IAC within the suboption's data
} telnet_state_t;

typedef struct {
    telnet_state_t state;
    uint8_t verb; // WILL, WONT, DO or DONT, while its option is awaited
    uint8_t suboption; // the option whose data is arriving
    uint8_t suboption_length; // bytes kept of it
    uint8_t suboption_data[4]; // as much as a window size needs
    bool program; // set by the caller: what is sent is read by a program, which no text is to disturb
    bool received_cr; // the last typed byte was CR: a NUL or LF that follows belongs to it
    bool sent_cr; // the last byte sent was CR: NUL or LF must follow (RFC 854, page 11)
    uint8_t ours; // options that we perform, by OPTION_BIT
    uint8_t theirs; // options that the peer performs
    uint8_t asked; // options that we asked the peer to perform and that it has not answered
    uint16_t columns; // window size by NAWS, 0 when unknown
    uint16_t rows;
    uint8_t reply[TELNET_REPLY_MAX];
    uint8_t reply_length;
} telnet_t;

// Start a session. hello receives the offers to send first (server echo, no go-ahead, window size).
void telnet_start(telnet_t *telnet, uint8_t hello[TELNET_HELLO_LENGTH]);

// Take one byte from the network. Returns the typed character (0..255) or TELNET_NOTHING. When telnet->reply_length
// is not 0 afterwards, telnet->reply must be sent before the next call, which forgets it.
int telnet_receive(telnet_t *telnet, uint8_t byte);

// Encode output for the network: IAC doubled, a CR that stands alone followed by NUL unless the session is binary.
// Takes as much of data as fits into out; *taken tells how many bytes that was. Returns the bytes written to out.
size_t telnet_encode(telnet_t *telnet, const uint8_t *data, size_t length, size_t *taken, uint8_t *out, size_t room);

#endif // CC3200_SERVERS_TELNET_PROTOCOL_H
