"""Which signal each mode of each pad selects, and which pad each package pin is (CC3200 data sheet SWAS032, table 3-1
"pin attributes and pin multiplexing"; the order of pads is that of OCP_SHARED's pad registers, hw_ocp_shared.h).

Only functions of blocks on this chip are named; modes left out are reserved.
"""

from __future__ import annotations

from typing import NamedTuple


class PackagePin(NamedTuple):
    """A pin of the 64-pin package that has a pad: its number, its GPIO or other name, its pad, and its modes."""

    number: int
    name: str
    pad: int
    modes: dict[int, str]


def _pin(number: int, name: str, pad: int, modes: str) -> PackagePin:
    pairs = (item.split(":") for item in modes.split())
    return PackagePin(number, name, pad, {int(mode): signal for mode, signal in pairs})


PACKAGE_PINS = (
    _pin(1, "GP10", 10, "0:GPIO10 1:I2C_SCL 3:GT_PWM06 6:SDCARD_CLK 7:UART1_TX 12:GT_CCP01"),
    _pin(2, "GP11", 11, "0:GPIO11 1:I2C_SDA 3:GT_PWM07 4:pXCLK 6:SDCARD_CMD 7:UART1_RX 12:GT_CCP02 13:McAFSX"),
    _pin(3, "GP12", 12, "0:GPIO12 3:McACLK 4:pVS 5:I2C_SCL 7:UART0_TX 12:GT_CCP03"),
    _pin(4, "GP13", 13, "0:GPIO13 4:pHS 5:I2C_SDA 7:UART0_RX 12:GT_CCP04"),
    _pin(5, "GP14", 14, "0:GPIO14 4:pDATA8 5:I2C_SCL 7:GSPI_CLK 12:GT_CCP05"),
    _pin(6, "GP15", 15, "0:GPIO15 4:pDATA9 5:I2C_SDA 7:GSPI_MISO 8:SDCARD_DATA 13:GT_CCP06"),
    _pin(7, "GP16", 16, "0:GPIO16 4:pDATA10 5:UART1_TX 7:GSPI_MOSI 8:SDCARD_CLK 13:GT_CCP07"),
    _pin(8, "GP17", 17, "0:GPIO17 4:pDATA11 5:UART1_RX 7:GSPI_CS 8:SDCARD_CMD"),
    _pin(15, "GP22", 22, "0:GPIO22 5:GT_CCP04 7:McAFSX"),
    _pin(16, "GP23", 23, "0:GPIO23 1:TDI 2:UART1_TX 9:I2C_SCL"),
    _pin(17, "GP24", 24, "0:GPIO24 1:TDO 2:UART1_RX 4:GT_CCP06 5:GT_PWM00 6:McAFSX 9:I2C_SDA"),
    _pin(18, "GP28", 40, "0:GPIO28"),
    _pin(19, "TCK", 28, "1:TCK 8:GT_PWM03"),
    _pin(20, "GP29", 29, "0:GPIO29 1:TMS"),
    _pin(21, "GP25", 25, "0:GPIO25 2:McAFSX 9:GT_PWM02"),
    _pin(29, "ANTSEL1", 26, "0:GPIO26"),
    _pin(30, "ANTSEL2", 27, "0:GPIO27"),
    _pin(45, "GP31", 31, "0:GPIO31 2:UART1_RX 6:McAXR0 7:GSPI_CLK 9:UART0_RX 12:McAFSX"),
    _pin(50, "GP0", 0, "0:GPIO0 3:UART0_RTS 4:McAXR0 6:McAXR1 7:GT_CCP00 9:GSPI_CS 10:UART1_RTS 12:UART0_CTS"),
    _pin(52, "GP32", 32, "0:GPIO32 2:McACLK 4:McAXR0 6:UART0_RTS 8:GSPI_MOSI"),
    _pin(53, "GP30", 30, "0:GPIO30 2:McACLK 3:McAFSX 4:GT_CCP05 7:GSPI_MISO 9:UART0_TX"),
    _pin(55, "GP1", 1, "0:GPIO1 3:UART0_TX 4:pCLK 6:UART1_TX 7:GT_CCP01"),
    _pin(57, "GP2", 2, "0:GPIO2 3:UART0_RX 6:UART1_RX 7:GT_CCP02"),
    _pin(58, "GP3", 3, "0:GPIO3 4:pDATA7 6:UART1_TX"),
    _pin(59, "GP4", 4, "0:GPIO4 4:pDATA6 6:UART1_RX"),
    _pin(60, "GP5", 5, "0:GPIO5 4:pDATA5 6:McAXR1 7:GT_CCP05"),
    _pin(61, "GP6", 6, "0:GPIO6 3:UART1_CTS 4:pDATA4 5:UART0_RTS 6:UART0_CTS 7:GT_CCP06"),
    _pin(62, "GP7", 7, "0:GPIO7 3:UART1_RTS 10:UART0_RTS 11:UART0_TX 13:McACLK"),
    _pin(63, "GP8", 8, "0:GPIO8 6:SDCARD_IRQ 7:McAFSX 12:GT_CCP06"),
    _pin(64, "GP9", 9, "0:GPIO9 3:GT_PWM05 6:SDCARD_DATA 7:McAXR0 12:GT_CCP00"),
)

PAD_COUNT = 41
