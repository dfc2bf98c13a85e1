"""How the firmware calls the host driver: through the door that a restart of the network processor closes, and with an
eye on every result."""

from __future__ import annotations

import re
from pathlib import Path

PORT = Path(__file__).parents[2] / "ports" / "cc3200"
DOORS = ("PROCESSOR_CALL(", "NETWORK_CALL(", "SOCKET_CALL(")
CALL = re.compile(r"\bsl_[A-Z]\w*\(")
FUNCTION = re.compile(r"^(?:\w[\w \*]*?)(\w+)\([^;{]*\) \{$", re.MULTILINE)

# Functions that call without a door of their own.
START = "starts and stops the host driver: it is the door"
TASK = "in the task that waits for sockets, whose clients let go of them and of their files before a restart"
INSIDE = "called through a door"
ALONE = "the bootloader has no other task: nothing restarts the host driver"
BETWEEN = "between processor_enter, or what calls it, and processor_leave"
CALLED_BETWEEN = "what calls it is between enter, which is processor_enter and more, and processor_leave"
WITHOUT = {
    "boot/main.c": dict.fromkeys(("load", "main"), ALONE),
    "nwp/processor.c": {"start": START, "processor_restart": START},
    "nwp/tcp.c": dict.fromkeys(
        ("tcp_set_non_blocking", "tcp_listen", "tcp_accept", "tcp_transmit", "tcp_receive", "tcp_wait"), TASK
    )
    | {"tcp_close_descriptor": f"{TASK}; or {INSIDE}"},
    "nwp/hidden_file.c": dict.fromkeys(("hidden_file_open", "hidden_file_write", "hidden_file_remove"), TASK),
    "nwp/flash_file.c": dict.fromkeys(
        ("flash_file_read", "flash_file_close"), f"{ALONE}; or {CALLED_BETWEEN}; or {TASK}"
    ),
    "nwp/boot_info_file.c": {"boot_info_keep": f"{ALONE}; or {CALLED_BETWEEN}"},
    "nwp/update.c": dict.fromkeys(("open_slot", "put", "verify"), CALLED_BETWEEN),
    "nwp/address.c": {"set_dhcp_range": INSIDE, "set": INSIDE},
    "nwp/radio.c": {"set_option": INSIDE, "set": INSIDE, "finish_scan": INSIDE, "join": INSIDE},
    "bindings/socket_io.c": {"attempt": INSIDE},
    "bindings/modsocket.c": {"open_socket": BETWEEN},
    "storage/block_file.c": {"block_file_read": BETWEEN, "block_file_write": BETWEEN},
}


def code(path: Path) -> str:
    """A source without its comments, which keep their places."""
    return re.sub(r"//.*", lambda found: " " * len(found.group()), path.read_text())


def argument(text: str, start: int) -> str:
    """What stands between the parenthesis that ends at `start` and its partner."""
    depth = 1
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return text[start:at]
    return text[start:]


def calls_without_a_door(path: Path) -> set[str]:
    """The functions of a source that call the host driver outside a door."""
    text = code(path)
    through = [
        (found, found + len(argument(text, found + len(door))) + len(door))
        for door in DOORS
        for found in (match.start() for match in re.finditer(re.escape(door), text))
    ]
    functions = [(match.start(), match.group(1)) for match in FUNCTION.finditer(text)]
    without = set()
    for call in CALL.finditer(text):
        if not any(start <= call.start() <= end for start, end in through):
            without.add(next(name for start, name in reversed(functions) if start < call.start()))
    return without


def test_every_command_goes_through_the_door_or_has_a_reason_not_to() -> None:
    found = {path.relative_to(PORT).as_posix(): calls_without_a_door(path) for path in sorted(PORT.rglob("*.[ch]"))}
    assert {path: names for path, names in found.items() if names} == {
        path: set(reasons) for path, reasons in WITHOUT.items()
    }


def test_what_is_between_enters_and_leaves() -> None:
    for name, reasons in WITHOUT.items():
        text = code(PORT / name)
        for function in (function for function, reason in reasons.items() if reason is BETWEEN):
            start = next(match.end() for match in FUNCTION.finditer(text) if match.group(1) == function)
            body = text[start:].split("\n}\n")[0]
            assert re.search(r"(processor|network)_enter\(", body), function
            assert re.search(r"(processor|network)_leave\(", body), function


def test_a_result_that_is_not_looked_at_has_a_comment_that_says_why() -> None:
    ignored = [
        f"{path.name}: {line.strip()}"
        for path in sorted(PORT.rglob("*.[ch]"))
        for line in path.read_text().splitlines()
        if re.match(r"\s+sl_[A-Z]\w*\(.*\);", line) and line.count("(") == line.count(")") and "//" not in line
    ]
    assert ignored == []
