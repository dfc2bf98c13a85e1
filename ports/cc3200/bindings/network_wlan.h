// The Python class network.WLAN.
#ifndef CC3200_BINDINGS_NETWORK_WLAN_H
#define CC3200_BINDINGS_NETWORK_WLAN_H

#include "py/obj.h"

extern const mp_obj_type_t network_wlan_type;

// Have the network processor take over addresses that were set. Raises OSError.
void wlan_take_over(void);

// Forget what belongs to a session of the interpreter; at the start of each.
void wlan_session_start(void);

#endif // CC3200_BINDINGS_NETWORK_WLAN_H
