"""The cross compiler: finds it and makes sure that it can compile for the CC3200's Cortex-M4."""

import subprocess
from dataclasses import dataclass

from wipy.errors import UserError

DEFAULT_PREFIX = "arm-none-eabi-"
PACKAGES = ("gcc-arm-none-eabi", "libnewlib-arm-none-eabi")  # their names on Debian
OLDEST = (10,)  # the oldest release series the build supports
TARGET_FLAGS = ("-mcpu=cortex-m4", "-mthumb")

# One preprocessor run answers everything: which compiler, which version, which core, which C library.
_PROBE = """
#if __has_include(<newlib.h>)
#include <newlib.h>
#endif
wipy-probe __GNUC__ __GNUC_MINOR__ __GNUC_PATCHLEVEL__ __ARM_ARCH_7EM__ __clang__ _NEWLIB_VERSION
"""


@dataclass(frozen=True)
class Toolchain:
    """A compiler that will do. prefix goes before gcc, objcopy and the like; it may hold a path."""

    prefix: str
    version: tuple[int, int, int]
    newlib: str

    def tool(self, name: str) -> str:
        """The program called name ("gcc", "objcopy", ...)."""
        return self.prefix + name

    def __str__(self) -> str:
        return f"{self.prefix}gcc {'.'.join(map(str, self.version))}, newlib {self.newlib}"


def find(cross_compile: str | None = None) -> Toolchain:
    """The compiler of the prefix CROSS_COMPILE= gives, or arm-none-eabi-. Raises UserError where it will not do."""
    prefix = cross_compile or DEFAULT_PREFIX
    gcc = f"{prefix}gcc"
    try:
        probe = subprocess.run(
            [gcc, *TARGET_FLAGS, "-E", "-P", "-"], input=_PROBE, capture_output=True, text=True, errors="replace",
            check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise UserError(f"no compiler {gcc}: {_advice(cross_compile)}") from None
    except OSError as error:
        raise UserError(f"cannot run {gcc} ({error.strerror}): {_advice(cross_compile)}") from None
    answer = [line.split() for line in probe.stdout.splitlines() if line.startswith("wipy-probe ")]
    if probe.returncode != 0 or len(answer) != 1 or len(answer[0]) != 7:
        raise UserError(f"{gcc} is not a GNU compiler for Cortex-M4: {_advice(cross_compile)}")
    major, minor, patch, core, clang, newlib = answer[0][1:]
    if core != "1" or clang != "__clang__" or not (major + minor + patch).isdigit():
        raise UserError(f"{gcc} is not a GNU compiler for Cortex-M4: {_advice(cross_compile)}")
    version = (int(major), int(minor), int(patch))
    if version < OLDEST:
        raise UserError(
            f"{gcc} is version {'.'.join(map(str, version))}, too old: {OLDEST[0]} or newer is needed "
            "(CROSS_COMPILE= names another one)"
        )
    if newlib == "_NEWLIB_VERSION":
        raise UserError(f"{gcc} has no C library: install newlib for it (Debian: {PACKAGES[1]})")
    return Toolchain(prefix, version, newlib.strip('"'))


def _advice(cross_compile: str | None) -> str:
    if cross_compile:
        return "CROSS_COMPILE= must be what stands before gcc in the compiler's name, with its path if not in PATH"
    return (
        f"install {' and '.join(PACKAGES)} (their names on Debian; ./sconsw does it), "
        "or name the compiler with CROSS_COMPILE="
    )
