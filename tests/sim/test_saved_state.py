"""Snapshots hold all that changes: each attribute that a method writes is spoilt, and back after a restore."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from cc3200sim.alarm import Alarm
from cc3200sim.board import Board
from cc3200sim.busy import Busy
from cc3200sim.clock import Clock
from cc3200sim.peripherals.ocp_shared import Pad
from cc3200sim.peripherals.registers import RegisterBlock, writes
from cc3200sim.peripherals.timer import Half
from cc3200sim.register_table import Table
from cc3200sim.systick import SysTick
from support.chip import Chip

CHANGING = ("append", "appendleft", "add", "discard", "remove", "pop", "popleft", "clear", "extend", "insert", "update")

PARTS = (Alarm, Half, Pad, SysTick)  # looked at for themselves, in whatever holds them

# What need not come back, and why.
EXEMPT = {
    "Alarm._event": "an event of the restored queue is known by the number of its arming",
    "Cpu._in_slice": "false whenever a snapshot may be taken",
    "Cpu._error": "none is pending between instructions",
    "Cpu._interrupt": "none is pending between instructions",
    "Cpu._access": "none is pending between instructions",
    "Cpu._refused": "none is pending between instructions",
    "Cpu._slice_start": "of the running slice alone",
    "Cpu.ram": "shared with the engine; replays from a snapshot compare its content",
    "Cpu.stopping": "a wish of the caller, not of the machine",
    "AppsRcm._blocks": "wiring",
    "OcpShared.inputs": "wiring",
    "OcpShared.outputs": "wiring",
    "Clock._counter": "wiring",
    "AppsRcm.stopped_in_sleep": "a report of what was found, not state of the chip",
}


def _attribute(node: ast.AST) -> str | None:
    """The NAME of self.NAME, self.NAME[...] and the like."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return node.attr
    return None


def written(kind: type) -> set[str]:
    """The attributes that methods of a class write after it is made."""
    names: set[str | None] = set()
    for base in kind.__mro__[:-1]:
        tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef) or function.name in ("__init__", "restore"):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        names.update(map(_attribute, target.elts if isinstance(target, ast.Tuple) else [target]))
                elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
                    names.add(_attribute(node.target))
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
                    names.add(_attribute(node.func.value))
    return {name for name in names if name is not None}


CONTAINERS = (list, deque, bytearray, set, dict)


def _copied(value: Any) -> Any:
    return copy.copy(value) if isinstance(value, CONTAINERS) else value


def _spoil(thing: Any, name: str) -> None:
    """Change an attribute, in place where it is a container: a snapshot must not share it."""
    value = getattr(thing, name)
    if isinstance(value, (list, deque, bytearray)):
        value.append(99)
    elif isinstance(value, set):
        value.add(99)
    elif isinstance(value, dict):
        value[99] = 99
    else:
        setattr(thing, name, "spoilt")


def forgotten(things: Iterable[object], save: Callable[[], Any], restore: Callable[[Any], None]) -> set[str]:
    """The attributes, as Class.name, that a snapshot does not bring back."""
    state = save()
    before = []
    for thing in things:
        for name in sorted(written(type(thing)) & vars(thing).keys()):
            full = f"{type(thing).__name__}.{name}"
            if full not in EXEMPT and not isinstance(getattr(thing, name), (*PARTS, Busy)):
                before.append((thing, name, full, _copied(getattr(thing, name))))
    for thing, name, _, _ in before:
        _spoil(thing, name)
    restore(state)
    return {full for thing, name, full, value in before if getattr(thing, name) != value}


def _with_parts(blocks: Iterable[object]) -> list[object]:
    """Blocks, and the parts they are made of."""
    things: list[object] = list(blocks)
    for thing in things:
        for value in vars(thing).values():
            held = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
            for part in held:
                if isinstance(part, PARTS):
                    things.append(part)
    return things


def test_every_block_saves_what_it_changes(chip: Chip) -> None:
    blocks = chip.blocks
    assert forgotten(_with_parts(blocks.placed.values()), blocks.save, blocks.restore) == set()


def test_the_machine_saves_what_its_parts_change(board: Board) -> None:
    machine = board.machine
    blocks = [*machine.blocks.placed.values(), machine.nvic, machine.dwt]
    things = [*_with_parts(blocks), *_with_parts([machine.cpu]), machine.uart]
    assert forgotten(things, machine.save, machine.restore) == set()


def test_the_clock_saves_what_it_changes() -> None:
    clock = Clock()
    clock.at(5, lambda: None)
    assert forgotten([clock], clock.save, clock.restore) == set()


def test_a_block_that_forgets_is_found() -> None:
    table = Table()
    register = table.live(0, "COUNT")

    class Forgetful(RegisterBlock):
        TABLE = table
        STATE = ("regs", "kept")

        def reset(self) -> None:
            super().reset()
            self.kept = 0
            self.lost = 0
            self.shared: list[int] = []

        @writes(register)
        def _write(self, value: int) -> None:
            self.kept += value
            self.lost += value
            self.shared.append(value)

    block = Forgetful(Clock())
    assert forgotten([block], block.save, block.restore) == {"Forgetful.lost", "Forgetful.shared"}
