"""Library files that users copy to /flash/lib: upstream's asyncio, compiled by upstream's mpy-cross.

It is not in the image, where it would cost every user its bytes. mpy-cross is built once, from the fetched archive, and
kept in the cache.

    python -m wipy.library FOLDER
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from wipy import cache, peer
from wipy.console import Console
from wipy.errors import UserError
from wipy.setup import thirdparty

MANIFEST = Path(__file__).parents[2] / "third_party.toml"
# All of the package but its old name and its list for builds that freeze it.
ASYNCIO = ("__init__", "core", "event", "funcs", "lock", "stream", "task")
_SOURCES = ("extmod/asyncio/",)
_COMPILER = ("mpy-cross/", "py/", "shared/", "extmod/", "lib/", "tools/")
# Without assertions and line numbers: an error inside the library is told without its line, and 700 bytes of heap less.
_FLAGS = ("-O3",)


def compiler(manifest: Path = MANIFEST, console: Console | None = None) -> Path:
    """mpy-cross of the pinned version for this computer. Raises UserError where it can't be made."""
    console = console or Console()
    pin = thirdparty.read_manifest(manifest)

    def build(folder: Path) -> Path:
        for tool in ("make", "gcc"):
            if shutil.which(tool) is None:
                raise UserError(f"mpy-cross, the compiler of library files, needs {tool}: install it")
        console.say("building mpy-cross, upstream's compiler of library files")
        archive = thirdparty.fetch(pin, console)
        thirdparty.unpack(archive, folder, lambda path: path.startswith(_COMPILER))
        peer.run_make(["make", "-j2"], folder / "mpy-cross", "mpy-cross")
        return folder / "mpy-cross/build/mpy-cross"

    return cache.made_once(cache.folder() / "mpy-cross" / f"{pin.version}-{pin.sha256[:12]}", build)


def make(folder: Path, manifest: Path = MANIFEST, console: Console | None = None) -> list[Path]:
    """The files, in folder/asyncio. Raises UserError where they can't be made."""
    console = console or Console()
    cross = compiler(manifest, console)
    archive = thirdparty.fetch(thirdparty.read_manifest(manifest), console)
    target = folder / "asyncio"
    made = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as name:
            thirdparty.unpack(archive, Path(name), lambda path: path.startswith(_SOURCES))
            for module in ASYNCIO:
                source = Path(name) / "extmod/asyncio" / f"{module}.py"
                path = target / f"{module}.mpy"
                command = [str(cross), *_FLAGS, "-s", f"asyncio/{module}.py", "-o", str(path), str(source)]
                run = subprocess.run(command, capture_output=True, text=True, check=False)
                if run.returncode:
                    raise UserError(f"mpy-cross can't compile asyncio/{module}.py: {run.stderr.strip()[:200]!r}")
                made.append(path)
    except OSError as error:
        raise UserError(f"{error.filename or target}: {error.strerror}") from None
    return made


def main(arguments: list[str]) -> int:
    """Makes them, and says where they are."""
    (folder,) = arguments
    try:
        made = make(Path(folder))
    except UserError as error:
        print(f"wipy: {error}", file=sys.stderr)
        return 1
    print(f"{made[0].parent}: {len(made)} files, {sum(path.stat().st_size for path in made):,} bytes, for /flash/lib")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
