"""Safe boot: the pin, the LED's three windows, what is started, and what the application makes of it."""

from __future__ import annotations

import itertools

import pytest
from support.boot_chain import FACTORY, READY, UPDATE_1, UPDATE_2, Chain

HIB_REG2 = 0x4402FC20
SAFE_BOOT = 1 << 30
LOOK = 0.5  # the pin is high for so long: it is no touch
# For each window: where it ends, how far apart the LED's toggles are, and what is started.
WINDOWS = ((3.5, 0.5, UPDATE_2), (6.5, 0.25, UPDATE_1), (8.0, 0.1, FACTORY))
GRID = [round(index * 0.05, 2) for index in range(1, 180)]
MARGIN = 0.02  # from reset until the pin is looked at


def wanted(hold: float) -> tuple[int, bool]:
    """The image, and whether it is a safe boot, for a pin held so long after the first look."""
    if hold < LOOK:
        return UPDATE_2, False
    return next((image for end, _, image in WINDOWS if hold < end), FACTORY), True


def bit_is_set(chain: Chain) -> bool:
    return bool(chain.board.machine.bus.read(HIB_REG2, 4) & SAFE_BOOT)


@pytest.mark.req("BOOT-3", "BOOT-4", "BOOT-5")
@pytest.mark.parametrize("part", range(6))
def test_every_release_on_a_grid(chain: Chain, part: int) -> None:
    before = chain.info
    state = chain.board.save()
    for hold in GRID[part::6]:
        chain.board.restore(state)
        # Between two points of the LED's own grid, where the pin is looked at.
        assert (chain.start(hold=hold + MARGIN), bit_is_set(chain)) == wanted(hold), hold
        assert chain.info == before
        assert chain.board.pin("GP25").level == 0


@pytest.mark.req("BOOT-3", "BOOT-4", "BOOT-5")
def test_the_led_tells_the_window(chain: Chain) -> None:
    assert chain.start(hold=10) == FACTORY
    edges = chain.board.pin("GP25").edges()
    gaps = [round(after.seconds - before.seconds, 3) for before, after in itertools.pairwise(edges)]
    expected = [0.5] * 6 + [0.25] * 12 + [0.1] * 14
    assert len(gaps) in (len(expected), len(expected) + 1)  # the last toggle may leave it dark
    assert gaps[: len(expected)] == pytest.approx(expected, abs=0.002)
    assert edges[0].seconds == pytest.approx(LOOK, abs=MARGIN)
    assert edges[0].level == 1


@pytest.mark.req("BOOT-3")
@pytest.mark.parametrize("hold", [0.7, 2.4, 4.1, 6.0])
def test_a_release_is_noticed_within_one_toggle(chain: Chain, hold: float) -> None:
    chain.start(hold=hold)
    period = 0.5 if hold < 3.5 else 0.25
    dark = chain.board.pin("GP25").edges()[-1].seconds
    assert dark <= hold + period + MARGIN


@pytest.mark.req("BOOT-6")
def test_the_choice_does_not_last(chain: Chain) -> None:
    assert chain.start(hold=7) == FACTORY
    assert bit_is_set(chain)
    assert chain.start() == UPDATE_2
    assert not bit_is_set(chain)


@pytest.mark.req("BOOT-4", "BOOT-5")
def test_a_choice_that_does_not_verify_is_passed_over(chain: Chain) -> None:
    before = chain.info
    chain.put(UPDATE_1, b"not an image")
    assert chain.start(hold=5) == UPDATE_2
    chain.put(FACTORY, None)
    assert chain.start(hold=9) == UPDATE_2
    assert bit_is_set(chain)
    assert chain.info == before


@pytest.mark.req("BOOT-5")
def test_the_first_start_may_be_a_safe_one(chain: Chain) -> None:
    chain.board.flash.delete("/sys/bootinfo.bin")
    assert chain.start(hold=1) == FACTORY
    assert chain.info == bytes((FACTORY, READY, FACTORY, 0))


@pytest.mark.req("BOOT-3", "BOOT-6")
def test_the_application_skips_the_scripts_once(bootloader: bytes, wipy_image: bytes, wipy_rom: bytes) -> None:
    chain = Chain(bootloader, wipy_rom)
    chain.put(FACTORY, wipy_image)
    board = chain.board
    board.power_on()
    for name in ("boot", "main"):
        board.repl(f"with open('/flash/{name}.py', 'w') as f: f.write('print(\"in {name}\")\\n')", 30)
    assert chain.start(hold=1) is not None
    said = board.wait_prompt()
    assert b"in boot" not in said and b"in main" not in said and b"MicroPython v" in said
    said = board.reset()
    assert b"in boot\r\n" in said and b"in main\r\n" in said
