// The FTP server: one session at a time, over one command and one data connection.
#ifndef CC3200_SERVERS_FTP_SESSION_H
#define CC3200_SERVERS_FTP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "servers/login.h"
#include "nwp/tcp.h"

// All for the servers' task. ftp_session_open: false when the port can't be had.
bool ftp_session_open(login_t *login);
void ftp_session_close(void);

// What to wait for, and for how long at most.
uint32_t ftp_session_interest(tcp_interest_t *interest, uint32_t now_ms);

// Move on whatever can move. ready: what tcp_wait left; idle_ms: a session that sends nothing for this long is closed.
void ftp_session_poll(const tcp_interest_t *ready, uint32_t now_ms, uint32_t idle_ms);

#endif // CC3200_SERVERS_FTP_SESSION_H
