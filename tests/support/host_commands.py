"""Every command that the host driver can give (device.c, wlan.c, socket.c, netapp.c, netcfg.c, fs.c)."""

from __future__ import annotations

from cc3200sim.nwp.opcodes import Opcode

HOST_COMMANDS = (
    *(
        Opcode.DEVICE_STOP_COMMAND,
        Opcode.DEVICE_EVENTMASKSET,
        Opcode.DEVICE_EVENTMASKGET,
        Opcode.DEVICE_DEVICEGET,
        Opcode.DEVICE_DEVICESET,
        Opcode.DEVICE_NETCFG_SET_COMMAND,
        Opcode.DEVICE_NETCFG_GET_COMMAND,
    ),
    *(
        Opcode.WLAN_WLANCONNECTCOMMAND,
        Opcode.WLAN_WLANDISCONNECTCOMMAND,
        Opcode.WLAN_WLANCONNECTEAPCOMMAND,
        Opcode.WLAN_PROFILEADDCOMMAND,
        Opcode.WLAN_PROFILEGETCOMMAND,
        Opcode.WLAN_PROFILEDELCOMMAND,
        Opcode.WLAN_POLICYSETCOMMAND,
        Opcode.WLAN_POLICYGETCOMMAND,
        Opcode.WLAN_EAP_PROFILEADDCOMMAND,
        Opcode.WLAN_SCANRESULTSGETCOMMAND,
        Opcode.WLAN_WLANRXFILTERADDCOMMAND,
        Opcode.WLAN_WLANRXFILTERSETCOMMAND,
        Opcode.WLAN_WLANRXFILTERGETCOMMAND,
    ),
    *(
        Opcode.WLAN_STARTRXSTATCOMMAND,
        Opcode.WLAN_STOPRXSTATCOMMAND,
        Opcode.WLAN_GETRXSTATCOMMAND,
        Opcode.WLAN_SMART_CONFIG_START_COMMAND,
        Opcode.WLAN_SMART_CONFIG_STOP_COMMAND,
        Opcode.WLAN_SET_MODE,
        Opcode.WLAN_CFG_SET,
        Opcode.WLAN_CFG_GET,
    ),
    *(
        Opcode.SOCKET_SOCKET,
        Opcode.SOCKET_CLOSE,
        Opcode.SOCKET_ACCEPT,
        Opcode.SOCKET_BIND,
        Opcode.SOCKET_BIND_V6,
        Opcode.SOCKET_LISTEN,
        Opcode.SOCKET_CONNECT,
        Opcode.SOCKET_CONNECT_V6,
        Opcode.SOCKET_SELECT,
        Opcode.SOCKET_SETSOCKOPT,
        Opcode.SOCKET_GETSOCKOPT,
    ),
    *(
        Opcode.NETAPP_START_COMMAND,
        Opcode.NETAPP_STOP_COMMAND,
        Opcode.NETAPP_NETAPPSET,
        Opcode.NETAPP_NETAPPGET,
        Opcode.NETAPP_MDNSREGISTERSERVICE,
        Opcode.NETAPP_DNSGETHOSTBYNAME,
        Opcode.NETAPP_MDNSGETHOSTBYSERVICE,
        Opcode.NETAPP_NETAPP_MDNS_LOOKUP_SERVICE,
        Opcode.NETAPP_PINGSTART,
        Opcode.NETAPP_PINGSTART_V6,
        Opcode.NETAPP_PINGSTOP,
    ),
    *(
        Opcode.NVMEM_FILEOPEN,
        Opcode.NVMEM_FILECLOSE,
        Opcode.NVMEM_FILEREADCOMMAND,
        Opcode.NVMEM_FILEWRITECOMMAND,
        Opcode.NVMEM_FILEGETINFOCOMMAND,
        Opcode.NVMEM_FILEDELCOMMAND,
    ),
)
RESPONSES = {
    Opcode.NETAPP_NETAPP_MDNS_LOOKUP_SERVICE: Opcode.NETAPP_NETAPP_MDNS_LOOKUP_SERVICE_RESPONSE
}  # the one that is not its command's number
