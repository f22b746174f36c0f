"""What a conversion is doing, in one byte that outlives its process, because a crash says something about the file only
while the bytes of the file are being read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmap import mmap

MAKING = 0  # thumbnails of pixels, of which every value is valid; and everything else
READING = 1  # the bytes of the file with a decoder, or those of its profile
SHORT = 2  # encoding, with less memory than that may take

_byte: "bytearray | mmap" = bytearray(1)


def share() -> None:
    """Processes that are forked from now on share the byte with this one, which can read it after their end."""
    global _byte
    from mmap import mmap  # here, because the function itself needs none of it

    _byte = mmap(-1, 1)


def current() -> int:
    """Any byte, if an attacker controls the process that wrote it."""
    return _byte[0]


def enter(phase: int) -> None:
    _byte[0] = phase


@contextmanager
def entered(phase: int) -> Iterator[None]:
    """Afterwards, the phase is again what it was before."""
    before = current()
    enter(phase)
    try:
        yield
    finally:
        enter(before)
