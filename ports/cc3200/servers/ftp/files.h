// The FTP engine's files on the board's drives; what the engine asks of them is in host.h.
#ifndef CC3200_SERVERS_FTP_FILES_H
#define CC3200_SERVERS_FTP_FILES_H

#include <stddef.h>

// Remove what an upload left that a reset cut short. Call it while nothing is open.
void ftp_files_start(void);

// How much of an upload to take at once, at most `room` bytes: no more than what fills a sector of the drive, so that FatFs
// writes most sectors straight from the buffer.
size_t ftp_files_piece(size_t room);

#endif // CC3200_SERVERS_FTP_FILES_H
