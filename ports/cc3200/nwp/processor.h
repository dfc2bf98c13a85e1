// The network processor: started once, for the files on the serial flash and for everything on the air.
#ifndef CC3200_NWP_PROCESSOR_H
#define CC3200_NWP_PROCESSOR_H

#include <stdbool.h>
#include <stdint.h>

// A MAC address has so many bytes.
#define MAC_BYTES (6)

// Starts the network processor if it does not run yet and waits until it answers, a few seconds at most. False if it
// does not: nothing of the host driver may be called then. For tasks; the first call decides for good.
bool processor_start(void);

// Stops it and starts it again, to take over settings. Sockets and their data are lost. False if it does not come back.
bool processor_restart(void);

// Hold a restart off while its files are in use: around each series of sl_Fs calls.
void processor_lock(void);
void processor_unlock(void);

// How often it has started. What belongs to an earlier start, such as a socket, is gone.
uint32_t processor_starts(void);

// The role it started in (ROLE_STA, ROLE_AP, ... of wlan.h), negative when it does not run.
int processor_role(void);

// The chip's own MAC address. False if the network processor does not answer.
bool processor_mac(uint8_t mac[MAC_BYTES]);

#endif
