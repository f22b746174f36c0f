"""What the container of AVIF and HEIC says of its primary picture (ISO/IEC 14496-12 and 23008-12), read defensively:
whatever does not make sense is not there."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_MAX_BOXES = 20_000  # of one level; a picture of 100 megapixels in tiles of 512 pixels has 400 items


@dataclass(frozen=True)
class Facts:
    """size: as coded, before rotation. cicp: colour primaries and transfer characteristics (ITU-T H.273)."""

    size: tuple[int, int] | None = None
    cicp: tuple[int, int] | None = None


def facts(original: bytes) -> Facts:
    try:
        properties = dict(_properties(original))
        size = struct.unpack_from(">4xII", properties[b"ispe"]) if b"ispe" in properties else None
        colour = properties.get(b"colr", b"")
        cicp = struct.unpack_from(">4xHH", colour) if colour[:4] == b"nclx" else None
    except (struct.error, IndexError, KeyError):
        return Facts()
    return Facts(size, cicp)


def _properties(original: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of what belongs to the primary item. Of several colours, the profile comes last and counts."""
    meta = dict(_boxes(original, 0))[b"meta"]
    boxes = dict(_boxes(meta, 4))
    version, item = boxes[b"pitm"][0], boxes[b"pitm"][4:]
    primary = int.from_bytes(item[: 4 if version else 2], "big")
    described = dict(_boxes(boxes[b"iprp"], 0))
    properties = list(_boxes(described[b"ipco"], 0))
    chosen = [properties[index - 1] for index in _associated(described[b"ipma"], primary) if index]
    yield from sorted(chosen, key=lambda one: one[1][:4] in {b"prof", b"rICC"})


def _associated(ipma: bytes, primary: int) -> list[int]:
    """The numbers, from 1, of the properties of an item."""
    version, flags = ipma[0], ipma[3]
    (count,) = struct.unpack_from(">I", ipma, 4)
    at = 8
    for _ in range(min(count, _MAX_BOXES)):
        (item,) = struct.unpack_from(">I" if version else ">H", ipma, at)
        at += 4 if version else 2
        properties = ipma[at]
        at += 1
        wide = flags & 1
        if item == primary:
            values = struct.unpack_from(f">{properties}{'H' if wide else 'B'}", ipma, at)
            return [value & (0x7FFF if wide else 0x7F) for value in values]
        at += properties * (2 if wide else 1)
    return []


def _boxes(data: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    for _ in range(_MAX_BOXES):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            header = 16
        end = at + size if size else len(data)
        if size and size < header:
            return
        yield kind, data[at + header : end]
        at = end
