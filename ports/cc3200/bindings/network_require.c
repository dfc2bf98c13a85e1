// What every Python function of the network asks first (see require.h).

#include "bindings/network_require.h"

#include "py/mperrno.h"
#include "py/runtime.h"

#include "nwp/processor.h"

void network_require(void) {
    if (processor_role() < 0) {
        mp_raise_OSError(MP_ENODEV);
    }
}
