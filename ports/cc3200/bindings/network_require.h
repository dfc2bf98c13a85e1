// What every Python function of the network asks first.
#ifndef CC3200_BINDINGS_NETWORK_REQUIRE_H
#define CC3200_BINDINGS_NETWORK_REQUIRE_H

// Raise OSError(ENODEV) when the network processor does not run: nothing of the host driver may be called then.
void network_require(void);

#endif // CC3200_BINDINGS_NETWORK_REQUIRE_H
