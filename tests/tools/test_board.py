"""Boards out of their folders."""

from pathlib import Path

import pytest
from wipy import board
from wipy.errors import UserError

BOARDS = Path(__file__).parents[2] / "boards"


@pytest.mark.req("BLD-5")
@pytest.mark.parametrize(
    ("name", "blocks", "led", "safe_boot"),
    [("WIPY", 96, ("25", "GPIOA3_BASE", "0x02"), ("28", "GPIOA3_BASE", "0x10")),
     ("LAUNCHXL", 32, ("9", "GPIOA1_BASE", "0x02"), ("22", "GPIOA2_BASE", "0x40"))],
)  # fmt: skip
def test_facts_of_the_boards_reach_c(
    name: str, blocks: int, led: tuple[str, str, str], safe_boot: tuple[str, str, str]
) -> None:
    facts = board.load(BOARDS, name)
    text = board.header(facts)
    assert facts.image_limit == 196_608
    assert f"#define BOARD_FLASH_BLOCK_COUNT ({blocks})\n" in text
    for role, (gpio, port, bit) in (("LED", led), ("SAFE_BOOT", safe_boot)):
        assert f"#define BOARD_{role}_GPIO ({gpio})\n" in text
        assert f"#define BOARD_{role}_PORT {port}\n" in text
        assert f"#define BOARD_{role}_BIT ({bit})\n" in text


@pytest.mark.req("BLD-9")
@pytest.mark.parametrize("name", ["", ".", "..", "WIPY/", "../boards/WIPY", "wipy", "cc3200_af.csv"])
def test_only_a_folders_own_name_is_a_board(name: str) -> None:
    with pytest.raises(UserError, match="there are LAUNCHXL, WIPY"):
        board.load(BOARDS, name)


@pytest.mark.req("BLD-9")
@pytest.mark.parametrize(
    ("key", "value"),
    [("name", '"a\\nb"'), ("mcu", '"CC3220"'), ("flash-size", "true"), ("flash-blocks", "15"), ("flash-blocks", "97"),
     ("flash-blocks", "32.5"),
     ("led", '"GP32"'), ("led", "25"), ("safe-boot", '"GP07"'),
     ("antenna", "1"), ("antenna", '["GP26"]'), ("antenna", '["GP7", "GP8"]'), ("uarts", "[]"),
     ("uarts", '[["GP1"], ["GP3", "GP4"]]'), ("host-name", '"WiPy"'), ("wlan-key", '"short"'),
     ("name", '"%s"' % ("x" * 17)),
     ("image-limit", "300000"), ("min-heap", "-1")],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_file_and_key(tmp_path: Path, key: str, value: str) -> None:
    lines = (BOARDS / "WIPY" / board.FILE).read_text().splitlines()
    changed = [f"{key} = {value}" if line.startswith(f"{key} ") else line for line in lines]
    assert changed != lines
    path = tmp_path / "ONE" / board.FILE
    path.parent.mkdir()
    path.write_text("\n".join(changed))
    with pytest.raises(UserError, match=rf"^{path}: {key} must be .*, not "):
        board.load(tmp_path, "ONE")


def test_the_drive_and_three_images_must_fit_in_the_flash(tmp_path: Path) -> None:
    text = (BOARDS / "LAUNCHXL" / board.FILE).read_text()
    path = tmp_path / "ONE" / board.FILE
    path.parent.mkdir()
    path.write_text(text.replace("1_048_576", "655_360"))  # 32 * 2048 + 3 * 196,608
    assert board.load(tmp_path, "ONE").flash_blocks == 32
    path.write_text(text.replace("1_048_576", "655_359"))
    with pytest.raises(UserError, match="flash-size 655,359 does not hold the drive and 3 images: 655,360"):
        board.load(tmp_path, "ONE")
