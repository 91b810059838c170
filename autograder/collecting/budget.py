"""How much may come out of what one student handed in."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.errors import KitError


class BadArchive(KitError):
    """Why nothing is taken from an archive; the text follows the archive's name."""


class TooMuch(BadArchive):
    """More comes out of a hand-in than is allowed: nothing of it is taken."""


@dataclass(frozen=True)
class Limits:
    """The most that is taken from one hand-in, with everything that is packed inside it."""

    files: int = 2000
    file_bytes: int = 128 << 20
    total_bytes: int = 256 << 20
    # A notebook's outputs may shrink to a thousandth, so small hand-ins are not measured.
    ratio: int = 100
    unmeasured_bytes: int = 96 << 20
    depth: int = 3  # of archives in archives


HANDIN = Limits()


class Budget:
    """Counts what really comes out, whatever an archive says of itself. Raises TooMuch."""

    def __init__(self, limits: Limits = HANDIN) -> None:
        self.limits = limits
        self._files = 0
        self._bytes = 0
        self._packed = 0

    def take_file(self, packed: int = 0) -> None:
        """Count a file that takes `packed` bytes in its archive."""
        self._files += 1
        self._packed += packed
        if self._files > self.limits.files:
            raise TooMuch(f"has more than {self.limits.files} files")

    def take_bytes(self, count: int, of_this_file: int) -> None:
        """Count bytes that come out; `of_this_file` is the sum of its bytes so far."""
        limits = self.limits
        self._bytes += count
        if of_this_file > limits.file_bytes:
            raise TooMuch(f"has a file of more than {limits.file_bytes >> 20} MB")
        if self._bytes > limits.total_bytes:
            raise TooMuch(f"has more than {limits.total_bytes >> 20} MB in all")
        if self._bytes > limits.unmeasured_bytes and self._bytes > limits.ratio * self._packed:
            raise TooMuch(
                f"grows to more than {limits.ratio} times its size, as archives made to fill disks"
            )
