// What telnet and FTP share (see servers.h).

#include "servers/servers.h"

#include <string.h>

#include "FreeRTOS.h"
#include "task.h"

#include "nwp/wait.h"

#define MS_PER_S 1000u
// A port that could not be had: try again after this.
#define RETRY_MS 1000u

static struct {
    volatile bool wanted; // network.Server: on
    bool given_up; // no listener is opened
    int listeners[SERVERS_COUNT];
    uint32_t timeout_s;
    login_t login;
} servers LOW_RAM;

static void set_login(const char *user, size_t user_length, const char *password, size_t password_length) {
    taskENTER_CRITICAL();
    login_word_set(&servers.login.user, user, user_length);
    login_word_set(&servers.login.password, password, password_length);
    servers.login.failures = 0;
    taskEXIT_CRITICAL();
}

void servers_default_login(void) {
    set_login("micro", strlen("micro"), "python", strlen("python"));
}

BOOT_CODE
void servers_init(void) {
    servers_default_login();
    servers.timeout_s = SERVERS_TIMEOUT_DEFAULT_S;
}

bool servers_set_login(const char *user, size_t user_length, const char *password, size_t password_length) {
    if (user_length > LOGIN_LENGTH_MAX || password_length > LOGIN_LENGTH_MAX) {
        return false;
    }
    set_login(user, user_length, password, password_length);
    return true;
}

void servers_set_timeout(uint32_t seconds) {
    servers.timeout_s = seconds;
}

uint32_t servers_timeout(void) {
    return servers.timeout_s;
}

static void change(bool wanted) {
    servers.wanted = wanted;
    wait_apply();
}

void servers_start(void) {
    change(true);
}

void servers_stop(void) {
    change(false);
}

bool servers_wanted(void) {
    return servers.wanted;
}

bool servers_running(void) {
    return servers.wanted
        && (servers.given_up
            || (servers.listeners[SERVERS_FTP] != TCP_NONE && servers.listeners[SERVERS_TELNET] != TCP_NONE));
}

login_t *servers_login(void) {
    return &servers.login;
}

uint32_t servers_idle_ms(void) {
    return servers.timeout_s * MS_PER_S;
}

int servers_listener(server_t server) {
    return servers.listeners[server];
}

uint32_t servers_await(server_t server, tcp_interest_t *interest) {
    static const uint8_t ports[SERVERS_COUNT] = {21, 23};
    int *listener = &servers.listeners[server];
    if (*listener == TCP_NONE && !servers.given_up) {
        *listener = tcp_listen(ports[server]);
    }
    interest->receive |= tcp_bit(*listener);
    return *listener == TCP_NONE ? RETRY_MS : WAIT_FOREVER_MS;
}

void servers_close(server_t server) {
    tcp_close(&servers.listeners[server]);
}

bool servers_give_up_listener(void) {
    server_t server = servers.listeners[SERVERS_FTP] != TCP_NONE ? SERVERS_FTP : SERVERS_TELNET;
    servers.given_up = servers.listeners[server] != TCP_NONE;
    servers_close(server);
    return servers.given_up;
}

void servers_take_back(void) {
    servers.given_up = false;
}
