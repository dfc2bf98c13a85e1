// The FTP engine's files on the board's drives; what the engine asks of them is in host.h.
#ifndef CC3200_SERVERS_FTP_FILES_H
#define CC3200_SERVERS_FTP_FILES_H

// Remove what an upload left that a reset cut short. Call it while nothing is open.
void ftp_files_start(void);

#endif // CC3200_SERVERS_FTP_FILES_H
