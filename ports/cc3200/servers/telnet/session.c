// The telnet server (see session.h). The task of nwp/wait.h owns everything here but the input ring's read end, which belongs
// to the interpreter. That task never waits for a client: what it has to say stays here until the client takes it, and
// nothing more is read from a client before. The interpreter's output goes the same way, so that what comes in small
// pieces travels in few packets.

#include "servers/telnet/session.h"

#include <string.h>

#include "py/mpconfig.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "shared/runtime/interrupt_char.h"
#include "shared/runtime/pyexec.h"

#include "FreeRTOS.h"
#include "task.h"

#include "servers/servers.h"
#include "servers/telnet/dialogue.h"
#include "servers/telnet/protocol.h"
#include "chip/memory.h"
#include "rtos/sync.h"

#define OUTPUT_TIMEOUT_MS 5000u
#define OUTPUT_RETRY_MS 1u
// The most that the task has to say to one received byte: a reply of the protocol's, an echo and the next prompt.
#define ANSWER_MAX (TELNET_REPLY_MAX + 3u + 10u)
// What the interpreter prints is kept until so much is there, while packets before it are not acknowledged.
#define OUTPUT_MAX 40u
// For so long after it has printed, a wait is limited, so that no rest of it has to wait for long.
#define OUTPUT_GOES_ON_MS 1000u
// Typed bytes that the interpreter has not read: look again this soon whether there is room, or a program to interrupt.
#define UNREAD_WAIT_MS 20u

enum {
    KEY_CTRL_B = 0x02,
    KEY_CTRL_C = 0x03,
};

typedef enum {
    SESSION_NONE,
    SESSION_LOGIN, // name and password are being typed
    SESSION_VERDICT, // the answer to them waits for its time
    SESSION_TERMINAL,
} session_state_t;

static struct {
    volatile session_state_t state;
    volatile bool cancel; // the next read at the prompt cancels its line
    volatile bool lost; // the interpreter could not send: the session is over
    volatile uint8_t input_head;
    volatile uint8_t input_tail;
    int client;
    int knock; // who came during the session, until it is known whether that is alive
    uint32_t knock_ms;
    volatile uint32_t since_ms; // of the last sign of life, or the start of the wait for the verdict
    telnet_t telnet;
    tcp_input_t received; // not yet taken by the login or the terminal
    uint32_t output_ms; // since when there is some output
    volatile uint8_t output_length;
    volatile uint32_t wrote_ms; // when the interpreter did last
    char output[OUTPUT_MAX + ANSWER_MAX]; // under client_lock
    union {
        struct { // before the terminal
            dialogue_t dialogue;
            uint32_t accepted_ms;
            uint32_t delay_ms;
            bool right; // the verdict to come
        };
        uint8_t input[256]; // typed, not yet read by the interpreter; the indices wrap with it
    };
} session LOW_RAM;

// How long a session has to acknowledge something when somebody else wants to come in.
#define KNOCK_MS 3000u
#define HEARD_MS 2000u // so long ago it is not asked for a sign of life
#define NO_OPERATION "\xff\xf1" // of telnet's protocol: nothing, but it is acknowledged

// Literals, of which the linker shares the ends with the prompt's and FTP's.
#define WELCOME "\r\nLogin succeeded!\r\nType \"help()\" for more information.\r\n"
#define BUSY "Another session is open.\r\n"
#define IDLE "\r\nIdle for too long.\r\n"
#define LATE "\r\nNo login in time.\r\n"

// Held while the client's socket is used or closed: both tasks send, and a closed descriptor may become another's.
static sync_t client_lock = SYNC_GIVEN;

// Send what there is: it is one packet, which is taken as a whole or not at all. False: some is left.
static bool flush(void) {
    sync_take(&client_lock, true);
    if (session.output_length > 0 && session.state != SESSION_NONE) {
        int sent = tcp_send(session.client, session.output, session.output_length);
        if (sent > 0) {
            session.output_length = 0;
            if (session.state == SESSION_TERMINAL) {
                session.since_ms = mp_hal_ticks_ms(); // as what went before has been acknowledged
            }
        } else if (sent < 0 || mp_hal_ticks_ms() - session.output_ms > OUTPUT_TIMEOUT_MS) {
            session.lost = true;
        }
    }
    sync_give(&client_lock);
    return session.output_length == 0;
}

// Bytes have been put behind what there is; under client_lock.
static void output_grows(size_t length) {
    if (session.output_length == 0) {
        session.output_ms = mp_hal_ticks_ms();
    }
    session.output_length = (uint8_t)(session.output_length + length);
}

// For the task, which has seen to it that there is room.
static void say(const void *data, size_t length) {
    sync_take(&client_lock, true);
    memcpy(session.output + session.output_length, data, length);
    output_grows(length);
    sync_give(&client_lock);
}

static void say_text(const char *text) {
    say(text, strlen(text));
}

static uint8_t input_used(void) {
    return (uint8_t)(session.input_head - session.input_tail);
}

static bool input_full(void) {
    return input_used() == sizeof(session.input) - 1;
}

static void input_add(uint8_t byte) {
    if (!input_full()) {
        session.input[session.input_head] = byte;
        session.input_head++;
    }
}

static void end_session(void) {
    sync_take(&client_lock, true);
    session.state = SESSION_NONE;
    session.output_length = 0;
    tcp_close(&session.client);
    sync_give(&client_lock);
}

static void begin_session(int client, uint32_t now_ms) {
    uint8_t hello[TELNET_HELLO_LENGTH];
    session.client = client;
    session.lost = false;
    session.since_ms = now_ms;
    session.input_tail = session.input_head;
    session.accepted_ms = now_ms;
    tcp_input_clear(&session.received);
    telnet_start(&session.telnet, hello);
    dialogue_start(&session.dialogue);
    session.state = SESSION_LOGIN;
    say(hello, sizeof(hello));
    say_text(DIALOGUE_USER_PROMPT);
}

// A fresh prompt for who comes in, without disturbing a script that runs: at a prompt, half-typed input of an earlier
// session is cancelled; a raw REPL is left.
static void greet(void) {
    say_text(WELCOME);
    tcp_trust(session.client);
    session.state = SESSION_TERMINAL;
    if (mp_interrupt_char < 0) {
        session.cancel = true;
        if (pyexec_mode_kind == PYEXEC_MODE_RAW_REPL) {
            input_add(KEY_CTRL_B);
        }
    }
}

static void terminal_key(uint8_t key) {
    if (key == mp_interrupt_char) {
        session.input_tail = session.input_head; // what was typed ahead of an interrupt is not wanted any more
        mp_sched_keyboard_interrupt();
    } else {
        input_add(key);
    }
    event_signal();
}

// A Ctrl-C that was typed at the prompt, behind a line that has started a program since, is meant for that program.
static void interrupt_typed_ahead(void) {
    bool found = false;
    taskENTER_CRITICAL();
    for (uint8_t at = session.input_tail; mp_interrupt_char >= 0 && at != session.input_head && !found; at++) {
        if (session.input[at] == mp_interrupt_char) {
            session.input_tail = (uint8_t)(at + 1);
            found = true;
        }
    }
    taskEXIT_CRITICAL();
    if (found) {
        mp_sched_keyboard_interrupt();
        event_signal();
    }
}

static void login_key(uint8_t key, uint32_t now_ms) {
    dialogue_t *dialogue = &session.dialogue;
    bool at_password = dialogue->at_password;
    dialogue_result_t result = dialogue_type(dialogue, key);
    say_text(dialogue->echo);
    if (result == DIALOGUE_CHECK) {
        session.right = login_check(servers_login(), &dialogue->user, &dialogue->password);
        session.delay_ms = login_delay_ms(servers_login());
        session.since_ms = now_ms;
        session.state = SESSION_VERDICT;
    } else if (dialogue->at_password && !at_password) {
        say_text(DIALOGUE_PASSWORD_PROMPT);
    }
}

static void verdict(uint32_t now_ms) {
    session.since_ms = now_ms;
    switch (dialogue_answer(&session.dialogue, session.right)) {
        case DIALOGUE_ACCEPTED:
            greet();
            event_signal();
            break;
        case DIALOGUE_AGAIN:
            say_text(DIALOGUE_WRONG);
            say_text(DIALOGUE_USER_PROMPT);
            session.state = SESSION_LOGIN;
            break;
        default:
            say_text(DIALOGUE_WRONG);
            flush();
            end_session();
            break;
    }
}

// Whether a received byte may be taken: it is at most one typed key. What is typed while the verdict waits is left, so
// a password typed ahead is kept and answered in its turn.
static bool takes_input(void) {
    return session.output_length + ANSWER_MAX <= sizeof(session.output)
        && (session.state == SESSION_LOGIN || (session.state == SESSION_TERMINAL && !input_full()));
}

static void take(uint8_t byte, uint32_t now_ms) {
    session.telnet.program = session.state == SESSION_TERMINAL && pyexec_mode_kind == PYEXEC_MODE_RAW_REPL;
    int key = telnet_receive(&session.telnet, byte);
    if (session.telnet.reply_length > 0) {
        say(session.telnet.reply, session.telnet.reply_length);
    }
    if (key != TELNET_NOTHING && session.state == SESSION_TERMINAL) {
        terminal_key((uint8_t)key);
    } else if (key != TELNET_NOTHING) {
        login_key((uint8_t)key, now_ms);
    }
}

// Take what was received before and, when the socket is ready, one piece more: FTP has its turn too.
ONE_COPY static void receive(const tcp_interest_t *ready, uint32_t now_ms) {
    bool more = ready->receive & tcp_bit(session.client);
    while (takes_input() && !session.lost) {
        if (tcp_input_waiting(&session.received)) {
            take(tcp_input_take(&session.received), now_ms);
        } else if (!more) {
            return;
        } else {
            more = false;
            int got = tcp_input_fill(&session.received, session.client);
            if (got < 0) {
                end_session();
            } else if (got > 0) {
                session.since_ms = now_ms;
            }
        }
    }
}

// Who comes during a session that has not just been heard of waits until that has shown whether it is alive.
static void accept(uint32_t now_ms) {
    tcp_address_t peer;
    bool open = session.state != SESSION_NONE;
    bool busy = session.knock != TCP_NONE || (open && now_ms - session.since_ms < HEARD_MS);
    int client = tcp_accept(servers_listener(SERVERS_TELNET), &peer, busy ? BUSY : NULL);
    if (client <= 0) {
        return;
    }
    session.knock = client;
    session.knock_ms = now_ms;
    if (open) {
        tcp_ask_life(session.client);
        if (session.output_length == 0) {
            say_text(NO_OPERATION);
        }
    }
}

static void answer_knock(uint32_t now_ms) {
    bool open = session.state != SESSION_NONE;
    bool waited = !open || now_ms - session.knock_ms > KNOCK_MS;
    int life = open ? tcp_life(session.client) : TCP_LOST;
    if (life > 0 || (waited && life == TCP_NOT_NOW)) {
        tcp_refuse(&session.knock, BUSY);
    } else if (waited) {
        int client = session.knock;
        session.knock = TCP_NONE;
        end_session();
        begin_session(client, now_ms);
    }
}

// Why the session ends now, NULL: it does not.
static const char *time_over(void) {
    uint32_t since_ms = session.since_ms; // first: it may change meanwhile
    uint32_t now_ms = mp_hal_ticks_ms();
    if (session.state == SESSION_LOGIN && now_ms - session.accepted_ms > SERVERS_LOGIN_MS) {
        return LATE;
    }
    return session.state != SESSION_VERDICT && now_ms - since_ms > servers_idle_ms() ? IDLE : NULL;
}

static uint32_t prepare(bool usable, tcp_interest_t *interest, uint32_t now_ms) {
    if (!usable || !servers_wanted()) {
        end_session();
        tcp_close(&session.knock);
        servers_close(SERVERS_TELNET);
        return WAIT_FOREVER_MS;
    }
    uint32_t again_ms = servers_await(SERVERS_TELNET, interest);
    if (session.output_length > 0) {
        interest->send |= tcp_bit(session.client);
    }
    if (takes_input()) {
        if (tcp_input_waiting(&session.received)) {
            return 0;
        }
        interest->receive |= tcp_bit(session.client);
    }
    if (session.state == SESSION_TERMINAL && input_used() > 0) {
        return UNREAD_WAIT_MS; // the interpreter makes room, or takes up a program that a key in the ring is to stop
    }
    if (session.knock != TCP_NONE
        || (session.state == SESSION_TERMINAL && now_ms - session.wrote_ms < OUTPUT_GOES_ON_MS)) {
        return UNREAD_WAIT_MS;
    }
    if (session.state == SESSION_VERDICT && session.output_length == 0) {
        return tcp_time_left(session.since_ms, session.delay_ms, now_ms);
    }
    return again_ms;
}

static void serve(const tcp_interest_t *ready, uint32_t now_ms) {
    if (ready->receive & tcp_bit(servers_listener(SERVERS_TELNET))) {
        accept(now_ms);
    }
    if (session.knock != TCP_NONE) {
        answer_knock(now_ms);
    }
    if (session.state == SESSION_NONE) {
        return;
    }
    if (session.state == SESSION_VERDICT && session.output_length == 0
        && now_ms - session.since_ms >= session.delay_ms) {
        verdict(now_ms);
    }
    receive(ready, now_ms);
    flush();
    interrupt_typed_ahead();
    const char *why = time_over();
    if (why != NULL && session.output_length == 0) {
        say_text(why);
        flush();
    }
    if (why != NULL || session.lost) {
        end_session();
    }
}

const wait_client_t telnet_client = {prepare, serve};

static int terminal_read(void) {
    int byte = -1;
    // The servers' task empties the ring for an interrupt or a new client, at any time: whether there is a byte is
    // asked with interrupts off too, or the tail would overtake the head.
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (session.cancel) {
        session.cancel = false;
        byte = KEY_CTRL_C;
    } else if (input_used() > 0) {
        byte = session.input[session.input_tail++];
    }
    MICROPY_END_ATOMIC_SECTION(state);
    return byte;
}

static bool terminal_waiting(void) {
    return session.cancel || input_used() > 0;
}

// Whatever can't be sent at once is kept for the next packet, as far as there is room.
static void terminal_write(const char *text, size_t length) {
    while (length > 0 && session.state == SESSION_TERMINAL && !session.lost && event_may_block()) {
        size_t taken = 0;
        sync_take(&client_lock, true);
        if (session.output_length < OUTPUT_MAX) {
            output_grows(telnet_encode(&session.telnet, (const uint8_t *)text, length, &taken,
                (uint8_t *)session.output + session.output_length, OUTPUT_MAX - session.output_length));
        }
        sync_give(&client_lock);
        text += taken;
        length -= taken;
        session.wrote_ms = mp_hal_ticks_ms();
        if (!flush() && length > 0) {
            mp_thread_release_interpreter();
            vTaskDelay(OUTPUT_RETRY_MS);
            mp_thread_take_interpreter();
        }
    }
}

const console_terminal_t telnet_terminal = {terminal_read, terminal_waiting, terminal_write, flush};
