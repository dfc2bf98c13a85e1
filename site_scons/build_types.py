"""BTYPE=: what each type of build does otherwise than the others."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class BuildType:
    """Flags are of GCC; `objects` is the folder below $BUILD that its object files are in."""

    what: str
    objects: str
    whole_program: list[str] = field(default_factory=list)  # to compile and to link with
    ours: list[str] = field(default_factory=list)  # to compile our own files with


TYPES = {
    # Link-time optimization makes the image smaller and each link slower (docs/size.md).
    "release": BuildType("what is shipped", "obj", whole_program=["-flto", "-flto-partition=one", "-fipa-pta"]),
    "quick": BuildType("the same, linked in a moment, larger", "quick/obj"),
    # With the core's own files too, RAM is too small.
    "debug": BuildType("quick with assertions in the port's files", "debug/obj", ours=["-UNDEBUG"]),
}
