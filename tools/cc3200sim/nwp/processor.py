"""The network processor: power, one command after the other, messages to the host with their flow control.

TI does not publish how long a command or a start takes; the constants here are ours, in the order of what boards show.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import Any

from cc3200sim.busy import Busy
from cc3200sim.clock import Clock, cycles
from cc3200sim.flash import Flash
from cc3200sim.nwp.device import Device
from cc3200sim.nwp.files import Files
from cc3200sim.nwp.names import Names
from cc3200sim.nwp.netapp import NetApp
from cc3200sim.nwp.netcfg import NetCfg
from cc3200sim.nwp.opcodes import Opcode, name_of
from cc3200sim.nwp.service import Handler, Malformed, Service, Settings, add_handler, basic, log, response_of
from cc3200sim.nwp.socket import Sockets
from cc3200sim.nwp.socket_network import NetworkEnd
from cc3200sim.nwp.wlan import Wlan
from cc3200sim.nwp.wlan_receive import WlanReceive
from cc3200sim.nwp.wlan_settings import ROLE_AP, ROLE_STATION, WlanSettings
from cc3200sim.peripheral import IrqLine
from cc3200sim.world.net.api import Network
from cc3200sim.world.radio import Radio

START_SECONDS = 50e-3  # from the wake register to the init-complete message
COMMAND_SECONDS = 100e-6  # from the last word of a command to its execution
WORD_SECONDS = 32 / 20e6  # 32 bits at the 20 MHz that cc_pal.c sets
TX_BUFFERS = 8  # what TxPoolCnt counts: packet buffers shared by sends and pending receives

_INIT_STATUS = {ROLE_STATION: 0x11111111, ROLE_AP: 0x33333333}

_BUFFERED = frozenset(  # driver.c: _SlDrvDataReadOp, _SlDrvDataWriteOp
    (
        Opcode.SOCKET_RECV,
        Opcode.SOCKET_RECVFROM,
        Opcode.SOCKET_SEND,
        Opcode.SOCKET_SENDTO,
        Opcode.SOCKET_SENDTO_V6,
    )
)

FACTORY_MAC = bytes.fromhex("d4361e5a0b17")


class NetworkProcessor:
    """All behind the link. `irq` is the line of interrupt 187 (hw_ints.h: INT_NWPIC).

    `flash_busy` is the flash at work for commands, `link_busy` words on the link either way, `command_busy` commands
    in execution, without the flash they use. `refusals`: by opcode, the status that a command is refused with whatever
    it asks for, to show what the host makes of it; not part of a snapshot.
    """

    def __init__(
        self, clock: Clock, irq: IrqLine, flash: Flash, radio: Radio, network: Network, mac: bytes = FACTORY_MAC
    ) -> None:
        self.clock = clock
        self.factory_mac = mac
        self.settings: Settings = flash
        self._flash = flash
        self._irq = irq
        self.masked = True
        self.running = False
        self._starting = False
        self._held = False
        self._generation = 0
        self._outbox: list[tuple[int, bytes]] = []
        self._free_buffers = TX_BUFFERS
        self._host_buffers = 0
        self._busy_until = 0
        self._last_ready = 0
        self._dummy_queued = False
        self.flash_busy, self.link_busy, self.command_busy = Busy(), Busy(), Busy()
        self.device = Device(self, self._stop_services)
        self.files = Files(self, flash)
        addresses = NetCfg(self, mac)
        settings = WlanSettings(self, mac)
        apps = NetApp(self)
        self.wlan = Wlan(self, self.device, settings, addresses, apps, radio)
        addresses.on_dhcp = self.wlan.address_changed
        names = Names(self, apps, self.wlan, network)
        self.sockets = Sockets(self, flash, addresses, self.wlan, network)
        self.services: dict[str, Service] = {
            "device": self.device,
            "files": self.files,
            "netcfg": addresses,
            "wlan_settings": settings,
            "wlan_receive": WlanReceive(self, self.wlan),
            "wlan": self.wlan,
            "netapp": apps,
            "names": names,
            "sockets": self.sockets,
        }
        self._commands: dict[int, Handler] = {}
        for service in self.services.values():
            for opcode, handler in service.commands.items():
                add_handler(self._commands, opcode, handler)
        self.refusals: dict[int, int] = {}
        radio.attach(self.wlan)
        network.attach(clock, NetworkEnd(self.sockets, self.device, self.wlan, names, flash))

    # --- power ------------------------------------------------------------------------------------------------------

    def wake_register(self, value: int) -> None:
        """44025118 was written: 1 starts it (cc_pal.c: NwpPowerOn) unless it runs, or the stop bit holds it."""
        if not value & 1 or self.running or self._starting or self._held:
            return
        self._starting = True
        self.after(START_SECONDS, self._started)

    def _started(self) -> None:
        self._starting = False
        self.running = True
        for service in self.services.values():
            service.start()
        self.send(Opcode.DEVICE_INITCOMPLETE, struct.pack("<I", _INIT_STATUS[self.wlan.role]))
        self.wlan.begin()

    def stop_register(self, value: int) -> None:
        """4402E16C was written: bit 1 takes its power (cc_pal.c: NwpPowerOff, the "1.32 eco")."""
        self._held = bool(value & 2)
        if self._held:
            self.power_off()

    def power_off(self) -> None:
        """Everything but the flash is forgotten."""
        if self.running:
            self._stop_services()
        self.running = self._starting = False
        self._generation += 1
        self._outbox.clear()
        self._free_buffers = TX_BUFFERS
        self._host_buffers = 0
        self._busy_until = self._last_ready = 0
        self._dummy_queued = False
        self._update_irq()

    def _stop_services(self) -> None:
        for service in self.services.values():
            service.stop()

    def reset(self) -> None:
        """Power-up and reset of the whole chip."""
        self.power_off()
        self.masked = True
        self._held = False
        self._update_irq()

    # --- time -------------------------------------------------------------------------------------------------------

    def after(self, seconds: float, callback: Callable[..., None], *args: object) -> None:
        """Call a bound method later, unless the power goes away before. Arguments must be immutable."""
        self.clock.after(cycles(seconds), partial(self._fire, self._generation, callback, args))

    def _fire(self, generation: int, callback: Callable[..., None], args: tuple[object, ...]) -> None:
        if generation == self._generation:
            callback(*args)

    # --- commands ---------------------------------------------------------------------------------------------------

    def receive(self, opcode: int, body: bytes) -> None:
        """A whole command has come over the link. It is executed after those before it."""
        if not self.running:
            log.warning("command %s while the network processor is off or starting: lost", name_of(opcode))
            return
        if opcode in _BUFFERED:
            self._free_buffers -= 1
            self._host_buffers -= 1
        start = max(self.clock.now, self._busy_until)
        when = start + cycles(COMMAND_SECONDS + (len(body) / 4 + 2) * WORD_SECONDS)
        executes = when - cycles(COMMAND_SECONDS)
        self.link_busy.add(start, executes)
        self.command_busy.add(executes, when)
        self.clock.at(when, partial(self._fire, self._generation, self._execute, (opcode, body)))
        self._busy_until = when

    def _execute(self, opcode: int, body: bytes) -> None:
        handler = self._commands.get(opcode)
        if opcode in self.refusals:
            self._refuse(opcode, self.refusals[opcode])
        elif handler is None:
            log.warning("command %s is not modelled: answered with an error", name_of(opcode))
            self._refuse(opcode, -1)
        else:
            try:
                handler(opcode, body)
            except Malformed:
                log.warning("%s with %d bytes is malformed: answered with an error", name_of(opcode), len(body))
                self._refuse(opcode, -1)
            self._flash_done()

    def _refuse(self, opcode: int, status: int) -> None:
        if opcode in _BUFFERED:
            self.free_buffer()  # there is no answer to these
        elif opcode == Opcode.NVMEM_FILEOPEN:
            self.reply(response_of(opcode), struct.pack("<iI", status, 0))  # in the place of the handle
        else:
            self.reply(response_of(opcode), basic(status))

    def _flash_done(self) -> int:
        """The cycle when the flash has done what it was asked for."""
        now = self.clock.now
        done = now + cycles(self._flash.take_busy())
        self.flash_busy.add(now, done)
        self._busy_until = max(self._busy_until, done)
        return done

    # --- messages to the host ---------------------------------------------------------------------------------------

    def reply(self, opcode: int, payload: bytes) -> None:
        """Send a response, after what the flash has to do for it."""
        self._queue(opcode, payload, self._flash_done())

    def send(self, opcode: int, payload: bytes = b"") -> None:
        """Send a message: a response, or an asynchronous event unless the host has masked it."""
        if not self.device.masked(opcode):
            self._queue(opcode, payload, self.clock.now)

    def _queue(self, opcode: int, payload: bytes, earliest: int) -> None:
        """Messages come one after the other. The host is told of one when its words would be over: it reads at once."""
        words = 3 + -(-len(payload) // 4)
        start = max(earliest, self._last_ready)
        self._last_ready = start + cycles(words * WORD_SECONDS)
        self.link_busy.add(start, self._last_ready)
        self._dummy_queued = self._dummy_queued or opcode == Opcode.DEVICE_DEVICEASYNCDUMMY
        self.clock.at(self._last_ready, partial(self._fire, self._generation, self._deliver, (opcode, payload)))

    def _deliver(self, opcode: int, payload: bytes) -> None:
        self._outbox.append((opcode, payload))
        self._update_irq()

    def next_message(self) -> list[int]:
        """The words of the next message as the host shifts them in; empty when there is none."""
        if not self._outbox:
            return []
        opcode, payload = self._outbox.pop(0)
        if opcode == Opcode.DEVICE_DEVICEASYNCDUMMY:
            self._dummy_queued = False
        self._host_buffers = self._free_buffers
        head = struct.pack(
            "<IHHBBBB",
            0xABCDDCBA,
            opcode,
            4 + len(payload),
            self._free_buffers,
            int(self.wlan.connected),  # DevStatus (protocol.h): bit 0 WLAN connected, bit 1 events queued
            self.sockets.failed_mask,
            self.sockets.non_blocking_mask,
        )
        data = head + payload + bytes(-len(payload) % 4)
        self._update_irq()
        return list(struct.unpack(f"<{len(data) // 4}I", data))

    @property
    def buffers_in_use(self) -> int:
        """Packet buffers whose content has not left, or was not acknowledged."""
        return TX_BUFFERS - self._free_buffers

    @property
    def buffers_for_send(self) -> bool:
        """Whether the host may send now (driver.c: more than two buffers)."""
        return self._free_buffers > 2

    def free_buffer(self, *, quiet: bool = False) -> None:
        """A packet buffer is free again.

        The host may be waiting for one: unless another message comes anyway (quiet), a dummy message tells it.
        """
        self._free_buffers += 1
        if not quiet and self._host_buffers <= 2 and not self._dummy_queued:
            self.send(Opcode.DEVICE_DEVICEASYNCDUMMY)

    def set_mask(self, masked: bool) -> None:
        """The host masks the interrupt while it reads a message (cc_pal.c: NwpMaskInterrupt)."""
        self.masked = masked
        self._update_irq()

    def _update_irq(self) -> None:
        self._irq.set(bool(self._outbox) and not self.masked)

    # --- snapshots --------------------------------------------------------------------------------------------------

    def save(self) -> dict[str, Any]:
        """The state for a snapshot, without flash and radio."""
        return {
            "own": (
                self.masked,
                self.running,
                self._starting,
                self._held,
                self._generation,
                list(self._outbox),
                self._free_buffers,
                self._host_buffers,
                self._busy_until,
                self._last_ready,
                self._dummy_queued,
            ),
            "busy": (self.flash_busy.cycles, self.link_busy.cycles, self.command_busy.cycles),
            "services": {name: service.save() for name, service in self.services.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        (
            self.masked,
            self.running,
            self._starting,
            self._held,
            self._generation,
            outbox,
            self._free_buffers,
            self._host_buffers,
            self._busy_until,
            self._last_ready,
            self._dummy_queued,
        ) = state["own"]
        self._outbox = list(outbox)
        self.flash_busy.cycles, self.link_busy.cycles, self.command_busy.cycles = state["busy"]
        for name, service in self.services.items():
            service.restore(state["services"][name])
        self._irq.level = bool(self._outbox) and not self.masked
