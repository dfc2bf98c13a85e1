"""The wrapper: sets up once, costs nothing after, passes words and status through, and fails in one clear line.

It runs for real, with real environments and pip, in a small repository of its own whose requirements need no network.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from wipy.setup.environment import CLIENTS

REPOSITORY = Path(__file__).parents[2]
PYTHON = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
TOOLS = ("sh", "cmp", "env", "cat", "sleep", "mkdir", "rm")

DEMO = Path(__file__).parent / "demo_project"
GCC = """#!/bin/sh
cat >/dev/null
echo 'wipy-probe 12 2 1 1 __clang__ "3.3.0"'
"""


class Wrapper:
    """A small repository with sconsw, and the machine it runs on: one folder of programs."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.root = place / "repository"
        self.programs = place / "bin"
        self.home = place / "home"

    @classmethod
    def make(cls, place: Path) -> "Wrapper":
        self = cls(place)
        (self.root / "tools").mkdir(parents=True)
        self.programs.mkdir()
        self.home.mkdir()
        shutil.copy(REPOSITORY / "sconsw", self.root)
        shutil.copytree(REPOSITORY / "tools" / "wipy", self.root / "tools" / "wipy")
        shutil.copytree(DEMO, self.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        for tool in TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool) or "")
        self.program("python3", f'#!/bin/sh\necho python >>{place}/python.log\nexec {PYTHON} "$@"\n')
        self.program("arm-none-eabi-gcc", GCC)
        return self

    def copy(self, place: Path) -> "Wrapper":
        """The same set-up in another place, as if it had been made there."""
        shutil.copytree(self.place, place, symlinks=True, dirs_exist_ok=True)
        other = Wrapper(place)
        place_mark = other.root / ".venv" / "wipy-setup" / "place"
        place_mark.write_text(f"{other.root}\n")
        for script in [*(other.root / ".venv" / "bin").iterdir(), other.programs / "python3"]:
            if script.is_file() and not script.is_symlink():
                script.write_text(script.read_text().replace(str(self.place), str(place)))
        other.log("python").unlink(missing_ok=True)
        other.pip_log.unlink(missing_ok=True)
        return other

    def program(self, name: str, text: str) -> Path:
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def log(self, name: str) -> Path:
        return self.place / f"{name}.log"

    @property
    def pip_log(self) -> Path:
        return self.root / "pip.log"

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": str(self.programs), "HOME": str(self.home), "LC_ALL": "C.UTF-8", "PIP_CONFIG_FILE": os.devnull}

    def start(self, *words: str, **options) -> subprocess.Popen[str]:
        extra = options.pop("environment", {})
        return subprocess.Popen(
            ["./sconsw", *words], cwd=options.pop("cwd", self.root), env={**self.environment, **extra},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
        )  # fmt: skip

    def run(self, *words: str, **options) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, **options)
        out, err = process.communicate()
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def complaint(self, *words: str, **options) -> str:
        """The last line of a run that fails: the only one that is no step announced before."""
        result = self.run(*words, **options)
        assert result.returncode not in (0, 7), result
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        lines = result.stderr.splitlines()
        assert all(line.startswith("sconsw: ") for line in lines), lines
        steps = tuple(
            f"sconsw: {step}"
            for step in ("making ", "installing ", "pyproject.toml changed", "requirements.lock changed")
        )
        assert [line for line in lines if not line.startswith(steps)] == lines[-1:]
        return lines[-1].removeprefix("sconsw: ")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Wrapper:
    """A repository that is set up; tests work on copies of it."""
    wrapper = Wrapper.make(tmp_path_factory.mktemp("prepared"))
    result = wrapper.run()
    assert result.returncode == 0, result
    return wrapper


@pytest.fixture
def wrapper(prepared, tmp_path) -> Wrapper:
    return prepared.copy(tmp_path)


@pytest.fixture
def fresh(tmp_path) -> Wrapper:
    return Wrapper.make(tmp_path)


def test_words_status_and_environment_reach_scons(wrapper):
    result = wrapper.run("BOARD=WIPY", "two words", "fail", "$HOME", "'")
    assert result.returncode == 7
    venv = f"{wrapper.root}/.venv"
    assert result.stdout.splitlines() == [
        str(wrapper.root), venv, venv, f"{venv}/bin", str(["BOARD=WIPY", "two words", "fail", "$HOME", "'"])
    ]  # fmt: skip
    assert result.stderr == ""


def test_it_may_be_called_from_anywhere(wrapper):
    result = subprocess.run(
        [wrapper.root / "sconsw"], cwd="/", env=wrapper.environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[0] == str(wrapper.root)


def test_a_second_run_starts_no_python_of_its_own(wrapper):
    assert wrapper.run().returncode == 0
    assert not wrapper.log("python").exists()
    assert not wrapper.pip_log.exists()


def test_set_up_says_what_it_does(fresh):
    result = fresh.run("BOARD=WIPY")
    assert result.returncode == 0
    assert result.stderr.splitlines()[-2:] == [
        f"sconsw: making .venv with Python {'.'.join(map(str, sys.version_info[:3]))}",
        "sconsw: installing Python packages into .venv",
    ]


def test_a_changed_pyproject_installs_again(wrapper):
    (wrapper.root / "pyproject.toml").open("a").write("description = 'new'\n")
    result = wrapper.run()
    assert result.returncode == 0
    assert "pyproject.toml changed" in result.stderr
    assert wrapper.pip_log.read_text() == "install\n"
    assert wrapper.run().stderr == ""


def test_a_moved_repository_is_set_up_again(wrapper):
    moved = wrapper.root.rename(wrapper.place / "moved")
    wrapper.root = moved
    result = wrapper.run()
    assert result.returncode == 0
    assert result.stdout.splitlines()[2] == f"{moved}/.venv"
    assert wrapper.run().stderr == ""


def test_an_environment_without_its_python_is_made_again(wrapper):
    for python in (wrapper.root / ".venv" / "bin").glob("python*"):
        python.unlink()
    assert "making .venv" in wrapper.run().stderr
    assert wrapper.run().stderr == ""


@pytest.mark.req("BLD-9")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_set_up_heals(fresh, how):
    (fresh.root / "hang").touch()
    process = fresh.start(start_new_session=True)
    while not (fresh.root / "hanging").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    os.killpg(process.pid, how)
    _, err = process.communicate()
    assert process.returncode != 0
    assert "Traceback" not in err.replace('Traceback (most recent call last):\n  File "<frozen', "")
    (fresh.root / "hang").unlink()
    assert fresh.run().returncode == 0
    assert fresh.run().stderr == ""


def test_two_at_once_set_up_once(fresh):
    first, second = fresh.start(), fresh.start()
    outputs = [process.communicate() for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert fresh.pip_log.read_text() == "install\n"


@pytest.mark.req("BLD-9")
def test_python_too_old(fresh):
    fresh.program("python3", '#!/bin/sh\ncase "$2" in *platform*) echo 3.9.2;; *) exit 1;; esac\n')
    assert fresh.complaint() == "Python 3.11 or newer is needed, found 3.9.2: install one, or name it with PYTHON="


def test_a_newer_python_beside_an_old_one_is_taken(fresh):
    fresh.program("python3", "#!/bin/sh\nexit 1\n")
    fresh.program("python3.11", f'#!/bin/sh\nexec {PYTHON} "$@"\n')
    assert fresh.run().returncode == 0


@pytest.mark.req("BLD-9")
def test_no_python(fresh):
    (fresh.programs / "python3").unlink()
    assert fresh.complaint().startswith("Python 3.11 or newer is needed, found none")


@pytest.mark.req("BLD-9")
def test_no_connection_to_the_package_index(fresh):
    (fresh.root / "requirements.lock").write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    # .invalid never resolves (RFC 6761).
    index = {"PIP_INDEX_URL": "https://index.invalid/simple", "PIP_RETRIES": "1", "NO_PROXY": "*", "no_proxy": "*"}
    assert fresh.complaint(environment=index) == (
        "cannot install the Python packages: no connection to the package index"
    )


@pytest.mark.req("BLD-9")
def test_a_package_that_is_not_the_locked_one(fresh, tmp_path):
    wheel = tmp_path / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("thing.py", "")
        archive.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        archive.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("thing-1.0.dist-info/RECORD", "")
    local = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    lock = fresh.root / "requirements.lock"
    lock.write_text(f"thing==1.0 --hash=sha256:{'0' * 64}\n")
    assert fresh.complaint(environment=local) == (
        "cannot install the Python packages: thing==1.0 is not the file that requirements.lock names: its hash differs"
    )
    lock.write_text(f"thing==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    assert fresh.run(environment=local).returncode == 0
    lock.write_text("other==1.0\n")  # no hash at all
    assert fresh.complaint(environment=local).startswith("cannot install the Python packages: ")


@pytest.mark.req("BLD-9")
def test_a_package_that_cannot_be_built_is_one_line(fresh):
    (fresh.root / "broken").touch()
    assert fresh.complaint().startswith("cannot install the Python packages: ")
    (fresh.root / "broken").unlink()
    assert fresh.run().returncode == 0


@pytest.mark.req("BLD-9")
def test_no_compiler_and_no_apt(wrapper):
    (wrapper.programs / "arm-none-eabi-gcc").unlink()
    assert wrapper.complaint() == (
        "no compiler arm-none-eabi-gcc: install gcc-arm-none-eabi and libnewlib-arm-none-eabi "
        "(their names on Debian; ./sconsw does it), or name the compiler with CROSS_COMPILE="
    )


@pytest.mark.req("BLD-9")
def test_a_compiler_too_old_and_no_apt(fresh):
    fresh.program("arm-none-eabi-gcc", GCC.replace("12 2 1", "8 3 0"))
    assert fresh.complaint().startswith("arm-none-eabi-gcc is version 8.3.0, too old")


def test_a_missing_compiler_is_installed(wrapper):
    (wrapper.programs / "arm-none-eabi-gcc").unlink()
    compiler = wrapper.program("gcc-of-the-package", GCC)
    wrapper.program(
        "apt-get",
        f'#!/bin/sh\necho "$*" >>{wrapper.place}/apt.log\ncat {compiler} >{wrapper.programs}/arm-none-eabi-gcc\n'
        f"{shutil.which('chmod')} 755 {wrapper.programs}/arm-none-eabi-gcc\n",
    )
    wrapper.program("sudo", '#!/bin/sh\n[ "$1" = -n ] && shift\n[ "$1" = true ] || exec "$@"\n')
    result = wrapper.run()
    assert result.returncode == 0
    assert result.stderr == "sconsw: installing gcc-arm-none-eabi libnewlib-arm-none-eabi with apt\n"
    assert wrapper.log("apt").read_text().endswith("gcc-arm-none-eabi libnewlib-arm-none-eabi\n")
    assert wrapper.run().stderr == ""


def test_a_compiler_named_by_hand_is_not_looked_for(wrapper):
    (wrapper.programs / "arm-none-eabi-gcc").unlink()
    assert wrapper.run("CROSS_COMPILE=/opt/arm/bin/arm-").returncode == 0


@pytest.mark.req("BLD-9")
def test_tests_need_this_machines_compiler(wrapper):
    assert wrapper.complaint("test") == (
        "the tests compile C for this machine: install gcc, libc6-dev, clang, libclang-rt-dev, make (Debian's names)"
    )
    assert wrapper.run("BOARD=test").returncode == 0
    for tool in ("make", "gcc", "clang", *CLIENTS):
        wrapper.program(tool, "#!/bin/sh\nexit 0\n")
    assert wrapper.run("test").returncode == 0
    wrapper.log("python").unlink()
    assert wrapper.run("test").returncode == 0
    assert not wrapper.log("python").exists()


def test_the_wrapper_looks_for_the_clients_of_the_set_up():
    listed = re.search(r'clients="([^"]*)"', (REPOSITORY / "sconsw").read_text())
    assert listed and listed[1].split() == list(CLIENTS)


@pytest.mark.parametrize("client", ["telnet", "openssl"])
def test_a_client_that_went_away_is_installed_for_the_tests(wrapper, client):
    """Also long after the set-up; other targets do without."""
    for tool in ("make", "gcc", "clang", *CLIENTS):
        wrapper.program(tool, "#!/bin/sh\nexit 0\n")
    assert wrapper.run("test").stderr == ""
    (wrapper.programs / client).unlink()
    assert wrapper.run("test").returncode == 0  # no apt: its own tests fail, the others are run
    failing = wrapper.program("apt-get", "#!/bin/sh\necho E: no such luck >&2; exit 100\n")
    wrapper.program("sudo", '#!/bin/sh\n[ "$1" = -n ] && shift\n[ "$1" = true ] || exec "$@"\n')
    assert wrapper.complaint("test").startswith("apt failed (no such luck): install what is missing with: ")
    assert wrapper.run("bench-sim").stderr == ""
    failing.write_text(f"#!/bin/sh\n{shutil.which('cp')} {wrapper.programs}/make {wrapper.programs / client}\n")
    assert wrapper.run("test").stderr == f"sconsw: installing {CLIENTS[client]} with apt\n"
    assert wrapper.run("test").stderr == ""


@pytest.mark.req("BLD-9")
def test_an_environment_of_somebody_else_is_left_alone(wrapper):
    shutil.rmtree(wrapper.root / ".venv" / "wipy-setup")
    assert wrapper.complaint() == f"{wrapper.root}/.venv was not made by sconsw: move it away"
    assert (wrapper.root / ".venv" / "bin" / "scons").exists()


@pytest.fixture
def others_folder() -> Iterator[Path]:
    """A folder that every user of the machine can enter, as pytest's own is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.req("BLD-9")
def test_no_permission_to_write(others_folder):
    wrapper = Wrapper.make(others_folder)
    wrapper.program("python3", f'#!/bin/sh\nexec {shutil.which("python3", path="/usr/bin") or PYTHON} "$@"\n')
    wrapper.root.chmod(0o555)
    # root may write anywhere: the run is another user's.
    options = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    assert wrapper.complaint(**options) == f"cannot write to {wrapper.root}: permission denied"
