// The FTP server: one session at a time, over one command and one data connection.
#ifndef CC3200_SERVERS_FTP_SESSION_H
#define CC3200_SERVERS_FTP_SESSION_H

#include "nwp/wait.h"

// What the task that waits for sockets has to know of it.
extern const wait_client_t ftp_client;

#endif // CC3200_SERVERS_FTP_SESSION_H
