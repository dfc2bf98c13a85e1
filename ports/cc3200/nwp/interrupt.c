// The network processor's interrupt as TI's host driver asks for it (osi.h), in the application and in the bootloader.
#include "simplelink.h"
#include "inc/hw_types.h"
#include "rom_map.h"
#include "interrupt.h"

OsiReturnVal_e osi_InterruptRegister(int number, P_OSI_INTR_ENTRY handler, unsigned char priority) {
    MAP_IntRegister(number, handler);
    MAP_IntPrioritySet(number, priority);
    MAP_IntEnable(number);
    return OSI_OK;
}
