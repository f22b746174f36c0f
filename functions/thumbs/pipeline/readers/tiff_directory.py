"""The first directory of a TIFF (TIFF 6.0, section 2, and BigTIFF), read defensively, and directories for parts of its
picture."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from thumbs.errors import Reason, Rejected
from thumbs.pipeline.metadata.exif import WIDTHS

WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
FILL_ORDER, STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_COUNTS = 266, 273, 277, 278, 279
ORIENTATION, PLANAR, PREDICTOR, COLOUR_MAP = 274, 284, 317, 320
TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
EXTRA_SAMPLES, SAMPLE_FORMAT, NO_DATA = 338, 339, 42113
# Tags without which libtiff would decode the same strips differently, besides those that say where they are.
OF_SAMPLES = (
    *(BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SAMPLES, PLANAR, PREDICTOR),
    *(COLOUR_MAP, EXTRA_SAMPLES, SAMPLE_FORMAT, TILE_WIDTH, TILE_LENGTH),
)
MOST_SAMPLES = 64  # of a pixel

# How to unpack the types that matter.
_UNSIGNED = {1: "B", 2: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}
_MAX_FACTOR = 16
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_FAX = {2, 3, 4, 32771}  # the compressions of CCITT


class Values(NamedTuple):
    """The values of a tag: their type, how many, and their bytes."""

    kind: int
    number: int
    content: bytes


@dataclass(frozen=True)
class Directory:
    """order: of bytes, in the syntax of `struct`. big: a BigTIFF. at: its offset. entries: by tag, the offset of the
    values, their type and count."""

    original: bytes
    at: int
    order: str
    big: bool
    entries: Mapping[int, tuple[int, int, int]]

    def values(self, tag: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """The values of a tag of whole numbers. Raises struct.error if the file ends before them."""
        at, kind, count = self.entries.get(tag, (0, 0, 0))
        if kind not in _UNSIGNED:
            return default
        return struct.unpack_from(f"{self.order}{count}{_UNSIGNED[kind]}", self.original, at)

    def value(self, tag: int, default: int) -> int:
        return next(iter(self.values(tag)), default)

    def copied(self, tags: Iterable[int]) -> dict[int, Values]:
        """Those of these tags that it has, as they are."""
        found = ((tag, *self.entries[tag]) for tag in tags if tag in self.entries)
        return {
            tag: Values(kind, count, self.original[at : at + count * WIDTHS.get(kind, 0)])
            for tag, at, kind, count in found
        }

    @cached_property
    def bits(self) -> tuple[int, ...]:
        """The bits of each sample, or only of the first of very many."""
        bits = self.values(BITS, (1,))
        return bits * min(self.samples, MOST_SAMPLES + 1) if len(bits) == 1 else bits[: self.samples]

    @cached_property
    def samples(self) -> int:
        return self.value(SAMPLES, max(1, self.entries.get(BITS, (0, 0, 1))[2]))

    @cached_property
    def photometric(self) -> int:
        """What the samples mean; for a file that does not say, what libtiff assumes (tif_getimage.c)."""
        if self.samples - self.entries.get(EXTRA_SAMPLES, (0, 0, 0))[2] >= 3:
            return self.value(PHOTOMETRIC, _RGB)
        return self.value(PHOTOMETRIC, _WHITE_IS_ZERO if self.value(COMPRESSION, 1) in _FAX else _BLACK_IS_ZERO)

    @property
    def size(self) -> tuple[int, int]:
        return self.value(WIDTH, 0), self.value(LENGTH, 0)


def read(original: bytes) -> Directory:
    """Raises Rejected if the values are far larger than the file: 65,535 tags may each claim the whole file, and Pillow
    reads all of them. A few wrong counts are common and harmless."""
    order = "<" if original[:2] == b"II" else ">"
    big = original[2:4] in {b"+\0", b"\0+"}
    (at,) = struct.unpack_from(order + ("8xQ" if big else "4xI"), original)
    (count,) = struct.unpack_from(order + ("Q" if big else "H"), original, at)
    entry = struct.Struct(order + ("HHQ" if big else "HHI"))
    width = 8 if big else 4  # of a value or an offset
    start = at + (8 if big else 2)
    entries: dict[int, tuple[int, int, int]] = {}
    total = 0
    length_of_all = (entry.size + width) * min(count, len(original) // entry.size)
    for place in range(start, min(start + length_of_all, len(original) - entry.size - width + 1), entry.size + width):
        tag, kind, values = entry.unpack_from(original, place)
        length = values * WIDTHS.get(kind, 0)
        total += length
        if total > _MAX_FACTOR * len(original):
            raise Rejected(Reason.TOO_COMPLEX, "a TIFF whose directory is far larger than its file")
        inside = place + entry.size
        offset = inside if length <= width else struct.unpack_from(order + ("Q" if big else "I"), original, inside)[0]
        entries.setdefault(tag, (offset, kind, values))
    return Directory(original, at, order, big, entries)


def header_length(big: bool) -> int:
    return 16 if big else 8


def header(order: str, big: bool, at: int) -> bytes:
    """The beginning of a file whose directory is at that offset."""
    name = b"II" if order == "<" else b"MM"
    return name + (struct.pack(order + "HHHQ", 43, 8, 0, at) if big else struct.pack(order + "HI", 42, at))


def made(
    order: str,
    big: bool,
    at: int,
    values: Mapping[int, tuple[int, ...]],
    copied: Mapping[int, Values] = MappingProxyType({}),
) -> bytes:
    """The bytes of a directory that begins at that offset of a file. values: whole numbers, by tag. copied: values from
    another directory in the same byte order; those of a tag in `values` are left out."""
    number, kind, width = ("Q", 16, 8) if big else ("I", 4, 4)
    entries = {**copied}
    for tag, several in values.items():
        entries[tag] = Values(kind, len(several), struct.pack(f"{order}{len(several)}{number}", *several))
    behind = at + (8 if big else 2) + len(entries) * (4 + 2 * width) + width
    head = [struct.pack(order + ("Q" if big else "H"), len(entries))]
    tail: list[bytes] = []
    for tag, entry in sorted(entries.items()):
        place = entry.content.ljust(width, b"\0")
        if len(entry.content) > width:
            place = struct.pack(order + number, behind)
            behind += len(entry.content)
            tail.append(entry.content)
        head.append(struct.pack(f"{order}HH{number}", tag, entry.kind, entry.number) + place)
    return b"".join((*head, bytes(width), *tail))
