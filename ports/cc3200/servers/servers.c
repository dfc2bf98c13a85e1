// The task that owns telnet and FTP (see servers.h).

#include "servers/servers.h"

#include <string.h>

#include "py/mpconfig.h"
#include "py/mphal.h"

#include "FreeRTOS.h"
#include "task.h"

#include "nwp/processor.h"
#include "servers/ftp/session.h"
#include "servers/login.h"
#include "nwp/tcp.h"
#include "servers/telnet/session.h"
#include "chip/memory.h"

#define MS_PER_S 1000u
// How long one wait may take. The network processor takes one select at a time, and what is asked of the servers
// meanwhile is seen when it ends: while the interpreter waits for sockets, while it has some, and otherwise.
#define WATCH_WAIT_MS 10u
#define SOCKETS_WAIT_MS 25u
#define IDLE_WAIT_MS 250u
// A port that could not be had, or a network that is down: try again after this.
#define RETRY_MS 1000u

static StackType_t servers_stack[SERVERS_STACK_BYTES / sizeof(StackType_t)] STACK_SECTION;
static StaticTask_t control LOW_RAM;

static struct {
    volatile bool wanted;    // network.Server: on
    volatile bool suspended; // the network processor is about to restart
    volatile bool asked;     // somebody waits for the change to be done
    bool open;
    uint32_t timeout_s;
    TaskHandle_t task;
    tcp_interest_t watched;           // the interpreter's sockets; changed with interrupts off
    volatile uint32_t sockets;        // those it has, by TCP_BIT
    volatile uint32_t standing_back;  // how many of its tasks are in a select
    login_t login;
} servers;

static void close_all(void) {
    telnet_close();
    ftp_session_close();
    servers.open = false;
}

static uint32_t shorter(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static bool watching(void) {
    return (servers.watched.receive | servers.watched.send) != 0;
}

// Take the watched sockets that are ready, or all when it can't be told, off the list and wake who waits for them.
static void report_watched(const tcp_interest_t *ready) {
    taskENTER_CRITICAL();
    bool any = (servers.watched.receive & ready->receive) || (servers.watched.send & ready->send);
    servers.watched.receive &= ~ready->receive;
    servers.watched.send &= ~ready->send;
    taskEXIT_CRITICAL();
    if (any) {
        event_signal();
    }
}

static uint32_t wait_limit(void) {
    if (watching()) {
        return WATCH_WAIT_MS;
    }
    return servers.sockets != 0 ? SOCKETS_WAIT_MS : IDLE_WAIT_MS;
}

// One turn: wait for something to happen, then let each move on.
static void turn(void) {
    while (servers.standing_back > 0) {
        vTaskDelay(1);
    }
    tcp_interest_t interest = servers.watched;
    uint32_t now = mp_hal_ticks_ms();
    uint32_t wait = wait_limit();
    if (servers.open) {
        wait = shorter(wait, telnet_interest(&interest, now));
        wait = shorter(wait, ftp_session_interest(&interest, now));
    }
    if (!tcp_wait(&interest, wait)) {
        // A socket was closed under the wait, or the network processor forgot all of them: whoever is concerned
        // finds out by trying.
        interest.receive = interest.send = UINT32_MAX;
        vTaskDelay(1);
    }
    report_watched(&interest);
    if (servers.open) {
        now = mp_hal_ticks_ms();
        telnet_poll(&interest, now, servers.timeout_s * MS_PER_S);
        ftp_session_poll(&interest, now, servers.timeout_s * MS_PER_S);
    }
}

__attribute__((noreturn))
static void run(void *unused) {
    (void)unused;
    for (;;) {
        bool running = !servers.suspended && processor_role() >= 0;
        bool on = servers.wanted && running;
        if (!on && servers.open) {
            close_all();
        } else if (on && !servers.open) {
            servers.open = telnet_open(&servers.login) && ftp_session_open(&servers.login);
            if (!servers.open) {
                close_all();
            }
        }
        servers.asked = false;
        if (servers.open || (watching() && running)) {
            turn();
        } else {
            ulTaskNotifyTake(pdTRUE, on ? RETRY_MS : portMAX_DELAY);
        }
    }
}

// Let the task see a change and wait until it has acted on it.
static void apply(void) {
    servers.asked = true;
    xTaskNotifyGive(servers.task);
    while (servers.asked) {
        vTaskDelay(1);
    }
}

void servers_default_login(void) {
    servers_set_login("micro", strlen("micro"), "python", strlen("python"));
}

BOOT_CODE
void servers_init(void) {
    servers_default_login();
    servers.timeout_s = SERVERS_TIMEOUT_DEFAULT_S;
    servers.task = xTaskCreateStatic(run, "Servers", sizeof(servers_stack) / sizeof(servers_stack[0]), NULL,
        SERVERS_PRIORITY, servers_stack, &control);
}

bool servers_set_login(const char *user, size_t user_length, const char *password, size_t password_length) {
    if (user_length > LOGIN_LENGTH_MAX || password_length > LOGIN_LENGTH_MAX) {
        return false;
    }
    taskENTER_CRITICAL();
    login_word_set(&servers.login.user, user, user_length);
    login_word_set(&servers.login.password, password, password_length);
    servers.login.failures = 0;
    taskEXIT_CRITICAL();
    return true;
}

void servers_set_timeout(uint32_t seconds) {
    servers.timeout_s = seconds;
}

uint32_t servers_timeout(void) {
    return servers.timeout_s;
}

void servers_start(void) {
    servers.wanted = true;
    apply();
}

void servers_stop(void) {
    servers.wanted = false;
    apply();
}

void servers_note_socket(int descriptor, bool is_open) {
    uint32_t bit = TCP_BIT(descriptor);
    taskENTER_CRITICAL();
    servers.sockets = is_open ? servers.sockets | bit : servers.sockets & ~bit;
    servers.watched.receive &= ~bit;
    servers.watched.send &= ~bit;
    taskEXIT_CRITICAL();
}

static void stand(int change) {
    taskENTER_CRITICAL();
    servers.standing_back = (uint32_t)((int)servers.standing_back + change);
    taskEXIT_CRITICAL();
}

void servers_stand_back(void) {
    stand(1);
}

void servers_stand_by(void) {
    stand(-1);
}

void servers_watch(int descriptor, bool receive, bool send) {
    uint32_t bit = TCP_BIT(descriptor);
    taskENTER_CRITICAL();
    servers.watched.receive |= receive ? bit : 0;
    servers.watched.send |= send ? bit : 0;
    taskEXIT_CRITICAL();
    xTaskNotifyGive(servers.task);
}

bool servers_running(void) {
    return servers.wanted;
}

void servers_suspend(void) {
    servers.suspended = true;
    apply();
}

void servers_resume(void) {
    servers.suspended = false;
    // They are of sockets that are gone: who waits for one finds out by trying.
    servers.watched.receive = servers.watched.send = servers.sockets = 0;
    event_signal();
    apply();
}
