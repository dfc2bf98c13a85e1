"""What can be attached to a device that runs: a terminal, a view of its pins."""

from __future__ import annotations

from typing import Protocol


class Attachment(Protocol):
    """Has its turn between slices of virtual time."""

    def before_slice(self) -> None:
        """The device is about to run on: give it what has come from outside."""

    def after_slice(self) -> None:
        """It has run: take what it has to show."""

    @property
    def finished(self) -> bool:
        """Whether the run is to end, as far as this one is concerned."""

    def close(self) -> None:
        """Give back what was taken. Called once, however the run ends."""
