"""hashlib on the booted image against CPython's: any split of the data, and the WiPy's promised size."""

from __future__ import annotations

import hashlib
import random

import pytest
from cc3200sim.board import Board
from support.values import error, value

ALGORITHMS = ("md5", "sha1", "sha256")

# The same bytes on the device and here: a linear congruential generator's high byte.
DATA_SOURCE = """
import hashlib
def data(n, x):
    b = bytearray(n)
    for i in range(n):
        x = (x * 1103515245 + 12345) & 0x3fffffff
        b[i] = x >> 16 & 255
    return b
"""
namespace: dict = {}
exec(DATA_SOURCE, namespace)
data = namespace["data"]


@pytest.fixture
def board(board: Board) -> Board:
    assert board.repl(DATA_SOURCE) == ""
    return board


def wanted(algorithm: str, content: bytes) -> str:
    return hashlib.new(algorithm, content).hexdigest()


@pytest.mark.req("HASH-1")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_length_around_the_blocks(board: Board, algorithm: str) -> None:
    lengths = [*range(0, 140), 183, 184, 191, 192, 193, 255, 256, 257, 511, 512, 513, 575, 576, 1000, 4096, 5001]
    script = f"""
d = data(5001, 7)
for n in {lengths!r}:
    print(hashlib.{algorithm}(memoryview(d)[:n]).hexdigest())
"""
    content = data(5001, 7)
    assert board.repl(script, 60).split() == [wanted(algorithm, content[:length]) for length in lengths]


@pytest.mark.req("HASH-1")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_any_split(board: Board, algorithm: str) -> None:
    draw = random.Random(64)
    cases = []
    for _ in range(60):
        length = draw.choice([0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 200, 700, 1500])
        cuts = sorted(draw.randrange(length + 1) for _ in range(draw.randrange(8)))
        cases.append((length, [0, *cuts, length]))
    script = f"""
d = memoryview(data(1500, 3))
for n, cuts in {cases!r}:
    h = hashlib.{algorithm}()
    for a, b in zip(cuts, cuts[1:]):
        h.update(d[a:b])
    print(h.hexdigest())
"""
    content = data(1500, 3)
    assert board.repl(script, 60).split() == [wanted(algorithm, content[:length]) for length, _ in cases]


@pytest.mark.req("HASH-1")
def test_digest_is_bytes_and_can_be_asked_for_again(board: Board) -> None:
    script = """
h = hashlib.sha256(b'abc')
first = h.digest()
print((first, h.digest(), h.hexdigest(), h.update(b'd'), h.digest()))
"""
    abc, abcd = hashlib.sha256(b"abc"), hashlib.sha256(b"abcd")
    assert value(board, script) == (abc.digest(), abc.digest(), abc.hexdigest(), None, abcd.digest())


@pytest.mark.req("HASH-1")
def test_live_objects_do_not_disturb_each_other(board: Board) -> None:
    script = """
hs = [hashlib.md5(), hashlib.sha1(), hashlib.sha256(), hashlib.sha256(b'x'), hashlib.sha1(b'', 4 * 200)]
d = memoryview(data(800, 5))
for i in range(0, 800, 40):
    for k, h in enumerate(hs):
        h.update(d[i:i + 40])
        if k == 2:
            h.digest()
print([h.hexdigest() for h in hs])
"""
    content = bytes(data(800, 5))
    assert value(board, script) == [
        wanted("md5", content), wanted("sha1", content), wanted("sha256", content), wanted("sha256", b"x" + content),
        wanted("sha1", content),
    ]  # fmt: skip


@pytest.mark.req("HASH-1", "HASH-2")
@pytest.mark.parametrize("arguments", ["", "b'', 300 * 1024"])
def test_more_data_than_there_is_memory(board: Board, arguments: str) -> None:
    script = f"""
import gc
h = hashlib.sha1({arguments})
d = data(2048, 1)
gc.collect()
before = gc.mem_free()
for i in range(150):
    h.update(d)
print((h.hexdigest(), gc.mem_free() - before > -2000))
"""
    assert value(board, script) == (wanted("sha1", bytes(data(2048, 1)) * 150), True)


@pytest.mark.req("HASH-1")
@pytest.mark.parametrize("statement", ["hashlib.md5(5)", "hashlib.md5().update(None)", "hashlib.sha1(b'', 'x')",
                                       "hashlib.sha256(b'', 4, 4)", "hashlib.sha256(data=b'')"])  # fmt: skip
def test_what_is_no_data_is_refused(board: Board, statement: str) -> None:
    assert error(board, statement).startswith("TypeError")


@pytest.mark.req("HASH-2")
def test_the_documents_own_example(board: Board) -> None:
    script = """
hash = hashlib.sha1('abcd1234', 1001)
for i in range(247):
    hash.update('1234')
hash.update('12345')
print(hash.digest())
"""
    assert value(board, script) == hashlib.sha1(b"abcd1234" + b"1234" * 247 + b"12345").digest()


@pytest.mark.req("HASH-2")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_promised_sizes_in_chunks_of_four(board: Board, algorithm: str) -> None:
    draw = random.Random(1001)
    cases = []
    for length in [0, 1, 3, 4, 5, 63, 64, 65, 127, 128, 192, 1001, *(draw.randrange(1500) for _ in range(30))]:
        cuts = sorted(4 * draw.randrange(length // 4 + 1) for _ in range(draw.randrange(6)))
        cases.append((length, [0, *cuts, length]))
    script = f"""
d = memoryview(data(1500, 11))
for n, cuts in {cases!r}:
    h = hashlib.{algorithm}(d[:cuts[1]], n)
    for a, b in zip(cuts[1:], cuts[2:]):
        h.update(d[a:b])
    print(h.hexdigest())
"""
    content = data(1500, 11)
    assert board.repl(script, 60).split() == [wanted(algorithm, content[:length]) for length, _ in cases]


MULTIPLE, MORE, LESS = "chunk is no multiple of 4 bytes", "more data than promised", "less data than promised"


@pytest.mark.req("HASH-2")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (["h = H(b'abc', 8)"], MULTIPLE),
        (["h = H(b'abcd', 12)", "h.update(b'efghi')"], MULTIPLE),
        (["h = H(b'abcd', 12)", "h.update(b'e')"], MULTIPLE),
        (["h = H(b'abcd', 3)"], MORE),
        (["h = H(b'abcd', 4)", "h.update(b'e')"], MORE),
        (["h = H(b'abcd', 6)", "h.update(b'efgh')"], MORE),
        (["h = H(b'', 0)", "h.update(b'a')"], MORE),
        (["h = H(b'abcd', 8)", "h.digest()"], LESS),
        (["h = H(b'abcd', 5)", "h.hexdigest()"], LESS),
        (["h = H(b'', 1)", "h.digest()"], LESS),
        (["h = H(b'abcd', -1)"], "negative size"),
    ],
)
def test_a_broken_rule_raises(board: Board, algorithm: str, steps: list[str], said: str) -> None:
    board.repl(f"H = hashlib.{algorithm}\n")
    for step in steps[:-1]:
        assert board.repl(step + "\n") == ""
    assert error(board, steps[-1]) == f"ValueError: {said}"


@pytest.mark.req("HASH-2")
def test_no_digest_after_a_broken_rule(board: Board) -> None:
    """Even when the chunks that were taken add up to what was promised."""
    board.repl("h = hashlib.sha1(b'abcd', 12)\n")
    assert error(board, "h.update(b'xyz')") == f"ValueError: {MULTIPLE}"
    for step in ("h.update(b'efghijkl')", "h.digest()", "h.hexdigest()"):
        assert error(board, step) == "ValueError: hash is broken"


@pytest.mark.req("HASH-2")
def test_a_digest_asked_for_too_early_harms_nothing(board: Board) -> None:
    board.repl("h = hashlib.md5(b'abcd', 8)\n")
    assert error(board, "h.digest()") == f"ValueError: {LESS}"
    assert value(board, "h.update(b'efgh')\nprint(h.digest())\n") == hashlib.md5(b"abcdefgh").digest()


def test_an_engine_that_does_not_answer_is_an_error_and_no_hang(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """IRQSTATUS (0x118) never shows a bit: the driver gives up, and works again when the engine does."""
    board.repl("h = hashlib.md5(b'abc')\n")
    with monkeypatch.context() as broken:
        broken.setitem(board.machine.blocks.shamd5.readers, 0x118, lambda: 0)
        assert error(board, "h.digest()") == "OSError: [Errno 5] EIO"
        assert error(board, "hashlib.sha256(bytes(64))") == "OSError: [Errno 5] EIO"
    assert error(board, "h.digest()") == "ValueError: hash is broken"
    assert value(board, "print(hashlib.md5(b'abc').digest())\n") == hashlib.md5(b"abc").digest()
