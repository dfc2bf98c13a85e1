"""Third-party source: fetched once, verified each time, unpacked whole or not at all, changes noticed."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from wipy.console import Console
from wipy.errors import UserError
from wipy.setup import thirdparty

REPOSITORY = Path(__file__).parents[2]

VERSION = """
#define MICROPY_VERSION_MAJOR 1
#define MICROPY_VERSION_MINOR 25
#define MICROPY_VERSION_MICRO 0
#define MICROPY_VERSION_PRERELEASE 0
"""
FILES = {
    "py/mpconfig.h": VERSION,
    "py/obj.c": "int obj;\n",
    "lib/a/a.c": "int a;\n",
    "lib/a/ours.c": "int left_out;\n",
    "docs/index.rst": "not wanted\n",
    "LICENSE": "MIT\n",
}


def make_archive(path: Path, files: dict[str, str] = FILES, links: dict[str, str] | None = None) -> bytes:
    """An archive as upstream's: one top folder over everything."""
    with tarfile.open(path, "w:xz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(f"micropython-1.25.0/{name}")
            member.size, member.mtime, member.mode = len(text), 1744700000, 0o664
            tar.addfile(member, io.BytesIO(text.encode()))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(f"micropython-1.25.0/{name}")
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
    return path.read_bytes()


def write_manifest(path: Path, archive: bytes, sha256: str | None = None) -> Path:
    sha256 = sha256 or hashlib.sha256(archive).hexdigest()
    path.write_text(
        f"""[micropython]
version = "1.25.0"
package = "micropython"
package-version = "1.25.0+ds-1"
suite = "trixie"
file = "source.tar.xz"
size = {len(archive)}
sha256 = "{sha256}"
left-out = ["lib/a/ours.c"]
[micropython.folders]
"py" = {{ licence = "MIT" }}
"lib/a" = {{ licence = "MIT" }}
"""
    )
    return path


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "wipy-firmware"


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """apt-get replaced by a program that serves what is in the folder returned, and fails where it is empty."""
    served, programs = tmp_path / "mirror", tmp_path / "bin"
    served.mkdir()
    programs.mkdir()
    apt = programs / "apt-get"
    apt.write_text(
        f"""#!/bin/sh
echo "$*" >>{tmp_path}/apt.log
case "$*" in
*indextargets*) echo "http://mirror.invalid/debian/ bookworm main" ;;
*"source --download-only"*)
    cp {served}/* . 2>/dev/null || {{ echo "E: Failed to fetch it  Could not resolve the mirror" >&2; exit 100; }} ;;
esac
"""
    )
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setattr("wipy.setup.apt.KEYRING", apt)
    return served


@pytest.fixture
def manifest(tmp_path, cache, mirror) -> Path:
    return write_manifest(tmp_path / "third_party.toml", make_archive(mirror / "source.tar.xz"))


def complaint(*arguments) -> str:
    with pytest.raises(UserError) as caught:
        thirdparty.locate(*arguments)
    text = str(caught.value)
    assert text and "\n" not in text
    return text


def files_of(tree: Path) -> set[str]:
    return {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}


@pytest.mark.req("BLD-1")
def test_fetched_unpacked_and_found_again_without_the_mirror(manifest, mirror, cache, capsys):
    tree = thirdparty.locate(manifest)
    assert files_of(tree) == {"py/mpconfig.h", "py/obj.c", "lib/a/a.c", "LICENSE"}
    assert cache in tree.parents
    assert "fetching" in capsys.readouterr().err
    (mirror / "source.tar.xz").unlink()
    assert thirdparty.locate(manifest) == tree
    assert capsys.readouterr().err == ""


def test_the_source_comes_from_the_machines_own_mirror_with_debians_keys(manifest, tmp_path):
    thirdparty.locate(manifest)
    calls = (tmp_path / "apt.log").read_text().splitlines()
    assert [word for call in calls for word in call.split() if word in ("indextargets", "update", "source")] == [
        "indextargets",
        "update",
        "source",
    ]
    assert all("Dir::State::Lists=" in call and "Dir::Etc::sourcelist=" in call for call in calls[1:])
    assert calls[2].endswith("micropython=1.25.0+ds-1")


def test_the_repositorys_own_manifest_is_read():
    pin = thirdparty.read_manifest(REPOSITORY / "third_party.toml")
    assert pin.version == "1.25.0"
    assert "py" in pin.folders
    assert pin.left_out


@pytest.mark.req("BLD-9")
def test_no_network(manifest, mirror):
    (mirror / "source.tar.xz").unlink()
    text = complaint(manifest)
    assert text.startswith("cannot fetch the third-party source: Failed to fetch it Could not resolve the mirror")
    assert "MICROPYTHON_DIR=" in text


@pytest.mark.req("BLD-9")
def test_no_apt(manifest, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert complaint(manifest) == (
        "fetching the third-party source needs Debian's apt; elsewhere "
        "give MICROPYTHON_DIR=<a checkout of MicroPython, tag v1.25.0>"
    )


@pytest.mark.req("BLD-9")
def test_wrong_digest_is_refused_and_leaves_nothing(manifest, mirror, cache):
    data = bytearray((mirror / "source.tar.xz").read_bytes())
    data[100] ^= 1
    (mirror / "source.tar.xz").write_bytes(data)
    text = complaint(manifest)
    assert text.startswith("wrong digest: source.tar.xz")
    assert hashlib.sha256(data).hexdigest() in text
    assert list((cache / "archives").iterdir()) == []


@pytest.mark.req("BLD-9")
def test_a_damaged_archive_in_the_cache_is_fetched_again(manifest, mirror, cache, capsys):
    tree = thirdparty.locate(manifest)
    archive = cache / "archives" / "source.tar.xz"
    good = archive.read_bytes()
    archive.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    assert thirdparty.locate(manifest) == tree
    assert archive.read_bytes() == good
    assert "is damaged" in capsys.readouterr().err
    archive.write_bytes(good[:100])
    (mirror / "source.tar.xz").unlink()
    assert complaint(manifest).startswith("cannot fetch")


@pytest.mark.req("BLD-9")
@pytest.mark.parametrize("change", ["edit", "same-size edit", "add", "delete"])
def test_a_change_of_the_cached_tree_is_named(manifest, change):
    tree = thirdparty.locate(manifest)
    path = tree / "py" / "obj.c"
    if change == "edit":
        path.write_text("int objects;\n")
    elif change == "same-size edit":
        path.write_text("int OBJ;\n")
    elif change == "add":
        path = tree / "py" / "new.c"
        path.write_text("")
    else:
        path.unlink()
    text = complaint(manifest)
    assert text.startswith(f"{path} differs from the pinned archive")
    assert "MICROPYTHON_DIR=" in text


def test_other_times_alone_are_no_change(manifest):
    tree = thirdparty.locate(manifest)
    os.utime(tree / "py" / "obj.c", (1, 1))
    assert thirdparty.locate(manifest) == tree
    assert thirdparty.locate(manifest) == tree


def test_deleting_the_tree_brings_it_back(manifest):
    tree = thirdparty.locate(manifest)
    listing = tree.with_name(tree.name + ".files")
    listing.unlink()
    (tree / "py" / "obj.c").unlink()
    assert thirdparty.locate(manifest) == tree
    assert (tree / "py" / "obj.c").exists()


@pytest.mark.req("BLD-9")
def test_an_interrupted_unpacking_heals(manifest, monkeypatch, cache):
    real = thirdparty.shutil.copyfileobj
    count = 0

    def interrupted(source, target):
        nonlocal count
        count += 1
        if count == 2:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(thirdparty.shutil, "copyfileobj", interrupted)
    with pytest.raises(KeyboardInterrupt):
        thirdparty.locate(manifest)
    assert list((cache / "source").iterdir()) == []
    # A run that was killed cannot even clean up behind itself.
    (cache / "source" / "new-left" / "py").mkdir(parents=True)
    (cache / "archives" / "new-left").mkdir()
    (cache / "source" / thirdparty.read_manifest(manifest).tree_name / "py").mkdir(parents=True)
    tree = thirdparty.locate(manifest)
    assert files_of(tree) == {"py/mpconfig.h", "py/obj.c", "lib/a/a.c", "LICENSE"}
    assert not (cache / "source" / "new-left").exists()


def test_two_at_once_fetch_once(manifest, tmp_path):
    script = (
        "import sys; from pathlib import Path; from wipy.setup import apt, thirdparty;"
        f"apt.KEYRING = Path({str(manifest)!r}); print(thirdparty.locate(Path({str(manifest)!r})))"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "tools")}
    runs = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(4)
    ]
    outputs = {run.communicate()[0] for run in runs}
    assert [run.returncode for run in runs] == [0] * 4
    assert len(outputs) == 1
    assert (tmp_path / "apt.log").read_text().count("source --download-only") == 1


@pytest.mark.req("BLD-9")
def test_a_cache_that_cannot_be_written_to(manifest, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    text = complaint(manifest)
    assert text.startswith("/dev/null/wipy-firmware/archives") or text.startswith("cannot write to /dev/null")


@pytest.mark.parametrize(
    ("files", "links"),
    [({"py/../../evil.c": ""}, None), ({"py/obj.c": ""}, {"py/link.h": "/etc/passwd"})],
)
def test_an_archive_that_leads_elsewhere_is_refused(tmp_path, cache, mirror, files, links):
    manifest = write_manifest(tmp_path / "t.toml", make_archive(mirror / "source.tar.xz", files, links))
    assert "refusing to unpack" in complaint(manifest)


def test_another_choice_of_folders_is_another_tree(manifest):
    first = thirdparty.locate(manifest)
    manifest.write_text(manifest.read_text().replace('"lib/a" =', '"docs" ='))
    second = thirdparty.locate(manifest)
    assert first != second
    assert first.exists()
    assert (second / "docs" / "index.rst").exists()


def test_a_folder_the_archive_lacks(manifest):
    manifest.write_text(manifest.read_text().replace('"lib/a" =', '"lib/none" ='))
    assert "has no folder lib/none" in complaint(manifest)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[micropython]", "[micropython", "third_party.toml: "),
        ("suite =", "sweet =", "[micropython] has no suite"),
        ('sha256 = "', 'sha256 = "zz', "sha256 must be 64"),
        ('file = "', 'file = "../', "a plain name"),
        ("size = ", 'size = "x"#', "third_party.toml: "),
    ],
)
def test_a_malformed_manifest(manifest, old, new, expected):
    manifest.write_text(manifest.read_text().replace(old, new))
    assert expected in complaint(manifest)


class TestCheckout:
    """MICROPYTHON_DIR= names a checkout of the tag."""

    @pytest.fixture
    def checkout(self, tmp_path) -> Path:
        root = tmp_path / "checkout"
        for name, text in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return root

    def test_of_the_pinned_tag_is_used_without_a_fetch(self, manifest, checkout, cache):
        assert thirdparty.locate(manifest, str(checkout)) == checkout.resolve()
        assert not cache.exists()

    @pytest.mark.req("BLD-9")
    def test_of_another_version(self, manifest, checkout):
        header = checkout / "py" / "mpconfig.h"
        header.write_text(VERSION.replace("MINOR 25", "MINOR 24"))
        assert "holds MicroPython 1.24.0; check out the tag v1.25.0" in complaint(manifest, str(checkout))
        header.write_text(VERSION.replace("PRERELEASE 0", "PRERELEASE 1"))
        assert "holds MicroPython 1.25.0-preview" in complaint(manifest, str(checkout))
        header.write_text("")
        assert "holds MicroPython ?.?.?" in complaint(manifest, str(checkout))

    @pytest.mark.req("BLD-9")
    def test_that_is_none(self, manifest, checkout, tmp_path):
        assert "is not a MicroPython tree" in complaint(manifest, str(tmp_path))
        (checkout / "lib" / "a").rename(checkout / "lib" / "b")
        assert "has no folder lib/a" in complaint(manifest, str(checkout))


def test_a_download_may_be_any_function(manifest, mirror, cache):
    def download(pin, folder, console):
        (folder / pin.file).write_bytes((mirror / "source.tar.xz").read_bytes())

    pin = thirdparty.read_manifest(manifest)
    assert thirdparty.fetch(pin, Console(io.StringIO()), download) == cache / "archives" / "source.tar.xz"
