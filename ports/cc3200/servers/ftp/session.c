// The FTP server (see session.h): the engine on the network processor's sockets; files are in files.c.

#include "servers/ftp/session.h"

#include <string.h>

#include "py/mphal.h"

#include "nwp/address.h"
#include "servers/ftp/engine.h"
#include "servers/ftp/files.h"
#include "servers/servers.h"
#include "chip/memory.h"

// Passive mode takes the ports in turn, so that a connection meant for an aborted transfer can't reach the next one.
#define DATA_PORT_FIRST 2024
#define DATA_PORTS 4
// How often a transfer that stands still looks at its timers.
#define TRANSFER_TICK_MS 1000u
// A client that does not take the last reply is not waited for longer than this.
#define LAST_REPLY_MS 5000u
// A session that was idle for so long gives way to another client.
#define YIELD_MS 60000u
// A turn goes on for about this long while there is something to do.
#define TURN_MS 20u

// What is used most stands first, where instructions reach it cheaply.
static struct {
    bool open;
    bool known; // has logged in, at least once
    uint8_t next_port;
    int command;
    int data_listener;
    int data;
    tcp_address_t peer;
    uint32_t accepted_ms;
    uint32_t since_ms; // of the last command byte or the last movement of a transfer
    ftp_t ftp;
} session;

static tcp_input_t received LOW_RAM; // by the session, not yet taken by the engine

#define BUSY "421 Another session is open.\r\n" // telnet's words, which are there once

// ---- the data connection (host.h)

_Static_assert(FTP_DATA_CLOSED == TCP_CLOSED && FTP_DATA_LOST == TCP_LOST && TCP_NOT_NOW == 0, "results are passed on");

void ftp_host_data_close(void) {
    tcp_close(&session.data);
    tcp_close(&session.data_listener);
    servers_take_back();
}

bool ftp_host_data_listen(uint8_t address[4], uint16_t *port) {
    *port = (uint16_t)(DATA_PORT_FIRST + session.next_port);
    session.next_port = (uint8_t)((session.next_port + 1) % DATA_PORTS);
    do {
        session.data_listener = tcp_listen(*port);
    } while (session.data_listener == TCP_NONE && servers_give_up_listener());
    return session.data_listener != TCP_NONE && address_own(address);
}

// Only the client that logged in may take its data (RFC 2577 section 2).
int ftp_host_data_accept(void) {
    tcp_address_t peer;
    int accepted = tcp_accept(session.data_listener, &peer, NULL);
    if (accepted <= 0) {
        return accepted;
    }
    if (peer != session.peer) {
        tcp_close(&accepted);
        return TCP_NOT_NOW;
    }
    session.data = accepted;
    tcp_trust(accepted);
    tcp_close(&session.data_listener);
    return 1;
}

int ftp_host_data_send(const uint8_t *data, size_t length) {
    return tcp_send(session.data, data, length);
}

int ftp_host_data_receive(uint8_t *data, size_t room) {
    size_t piece = ftp_files_piece(room);
    int got = tcp_receive(session.data, data, piece);
    if (got > 0 && (size_t)got < piece) { // the end of a segment; the next one may be there
        int more = tcp_receive(session.data, data + got, piece - (size_t)got);
        got += more > 0 ? more : 0; // what else there is to tell comes again
    }
    return got;
}

uint32_t ftp_host_milliseconds(void) {
    return mp_hal_ticks_ms();
}

// ---- the session

static void end_session(void) {
    if (session.open) {
        session.open = false;
        ftp_stop(&session.ftp);
    }
    tcp_close(&session.command);
}

static bool flush(void);

// Who comes to a session that has been idle for a while takes its place: FTP has nothing to send to a client to see whether
// it is alive.
static void accept(uint32_t now_ms) {
    tcp_address_t peer;
    const ftp_t *ftp = &session.ftp;
    bool idle = ftp->transfer == FTP_IDLE && ftp->wait_ms == 0 && now_ms - session.since_ms > YIELD_MS;
    int client = tcp_accept(servers_listener(SERVERS_FTP), &peer, session.open && !idle ? BUSY : NULL);
    if (client > 0) {
        if (session.open) {
            ftp_expire(&session.ftp);
            flush();
            end_session();
        }
        session.command = client;
        session.peer = peer;
        session.accepted_ms = session.since_ms = now_ms;
        session.open = true;
        session.known = false;
        tcp_input_clear(&received);
        ftp_start(&session.ftp, servers_login());
    }
}

// Send what the engine has to say. False: the connection is lost, or the session is over and all is said.
static bool flush(void) {
    ftp_t *ftp = &session.ftp;
    while (ftp->output_length > 0) {
        int sent = tcp_send(session.command, ftp->output, ftp->output_length);
        if (sent == TCP_NOT_NOW) {
            return true;
        }
        if (sent < 0) {
            return false;
        }
        ftp_sent(ftp, (size_t)sent);
    }
    return !ftp->quit;
}

// Give the engine as many command bytes as it wants; what follows a command that must wait is kept. *more: whether the
// socket may be asked for a piece. True: something came.
static bool receive(uint32_t now_ms, bool *more, bool *lost) {
    bool moved = false;
    while (ftp_wants_input(&session.ftp)) {
        if (tcp_input_waiting(&received)) {
            ftp_receive(&session.ftp, tcp_input_take(&received));
            moved = true;
        } else if (!*more) {
            break;
        } else {
            *more = false;
            int got = tcp_input_fill(&received, session.command);
            *lost = got < 0;
            if (got <= 0) {
                break;
            }
            session.since_ms = now_ms;
        }
    }
    return moved;
}

static uint32_t prepare(bool usable, tcp_interest_t *interest, uint32_t now_ms) {
    const ftp_t *ftp = &session.ftp;
    if (!usable || !servers_wanted()) {
        end_session();
        servers_close(SERVERS_FTP);
        return WAIT_FOREVER_MS;
    }
    if (!session.open && servers_listener(SERVERS_FTP) == TCP_NONE) {
        ftp_files_start();
    }
    uint32_t again_ms = servers_await(SERVERS_FTP, interest);
    if (!session.open) {
        return again_ms;
    }
    if (ftp->output_length > 0) {
        interest->send |= tcp_bit(session.command);
    } else if (ftp_wants_input(ftp)) {
        if (tcp_input_waiting(&received)) {
            return 0;
        }
        interest->receive |= tcp_bit(session.command);
    }
    if (ftp->transfer != FTP_IDLE) {
        // One of them is open at a time.
        uint32_t data = tcp_bit(session.data_listener) | tcp_bit(session.data);
        if (ftp->connected && ftp->transfer != FTP_RECEIVING) {
            interest->send |= data;
        } else {
            interest->receive |= data;
        }
        return TRANSFER_TICK_MS;
    }
    return ftp->wait_ms > 0 ? tcp_time_left(ftp->since_ms, ftp->wait_ms, now_ms) : again_ms;
}

static void serve(const tcp_interest_t *ready, uint32_t now_ms) {
    if (ready->receive & tcp_bit(servers_listener(SERVERS_FTP))) {
        accept(now_ms);
    }
    if (!session.open) {
        return;
    }
    bool more = ready->receive & tcp_bit(session.command);
    bool lost = false;
    bool moved;
    if (session.ftp.logged_in) {
        session.known = true;
        tcp_trust(session.command);
    }
    do {
        lost = lost || !flush();
        moved = !lost && receive(now_ms, &more, &lost);
        if (!lost && ftp_poll(&session.ftp)) {
            session.since_ms = now_ms;
            moved = true;
        }
        // A telnet user must not wait for a long transfer or a flood of commands: everybody has a turn.
    } while (moved && mp_hal_ticks_ms() - now_ms < TURN_MS);
    lost = lost || (session.ftp.output_length > 0 && !flush());
    uint32_t idle = now_ms - session.since_ms;
    uint32_t idle_ms = servers_idle_ms();
    if (session.ftp.output_length > 0 && idle_ms > FTP_STALL_TIMEOUT_MS) {
        idle_ms = FTP_STALL_TIMEOUT_MS;
    }
    bool late = !session.known && now_ms - session.accepted_ms > SERVERS_LOGIN_MS;
    if (session.ftp.quit) {
        lost = lost || idle > LAST_REPLY_MS;
    } else if (!lost && session.ftp.wait_ms == 0 && (late || idle > idle_ms)) {
        session.since_ms = now_ms;
        ftp_expire(&session.ftp);
        lost = !flush();
    }
    if (lost) {
        end_session();
    }
}

const wait_client_t ftp_client = {prepare, serve};
