"""What the container of AVIF and HEIC declares about the picture that it shows (ISO/IEC 14496-12 and 23008-12), read
defensively: invalid declarations are ignored.

The picture is the primary item, or for a sequence the first sample of its track.
"""

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from thumbs.pipeline.metadata import Block

_MAX_BOXES = 20_000  # per level; a picture of 100 megapixels in tiles of 512 pixels has 400 items
_MAX_DERIVATIONS = 4  # a grid of grids is already one too many
# Bytes of coded data to read: the sequence header is at their beginning.
_HEAD = 4096

Boxes = dict[bytes, memoryview]

_APPLE_GAIN_MAP = b"urn:com:apple:photo:2020:aux:hdrgainmap"


class Facts(NamedTuple):
    """properties: the boxes that describe the picture, by type; colr_nclx and colr_icc instead of colr. codec: the type
    of its coded data, such as av01, hvc1, jpeg. data: the beginning of its coded data. item: the type of the picture
    itself, which may be made from others, as a grid is; none for a sequence."""

    properties: Boxes
    codec: bytes = b""
    data: bytes = b""
    item: bytes = b""

    @property
    def is_tone_mapped(self) -> bool:
        """Whether it is the result of a gain map, instead of the picture that the map belongs to."""
        return self.item == b"tmap"

    @property
    def size(self) -> tuple[int, int] | None:
        """The coded size, before cropping and rotation."""
        return self._numbers(b"ispe", ">4xII")

    @property
    def cicp(self) -> tuple[int, int] | None:
        """Colour primaries and transfer characteristics (ITU-T H.273), as far as the container declares them."""
        return self._numbers(b"colr_nclx", ">4xHH")

    def _numbers(self, name: bytes, layout: str) -> tuple[int, int] | None:
        content = self.properties.get(name, memoryview(b""))
        if len(content) < struct.calcsize(layout):
            return None
        first, second = struct.unpack_from(layout, content)
        return first, second


def facts(original: bytes, *, moving: bool = False) -> Facts:
    """moving: the properties of its track, if there is one."""
    view = memoryview(original)
    try:
        if moving:
            sequence = _of_track(view)
            if sequence:
                return sequence
        return _of_item(view)
    except (struct.error, LookupError, StopIteration):
        return Facts({})


def major_brand(original: bytes) -> bytes:
    return original[8:12]


def with_major_brand(original: bytes, brand: bytes) -> bytes:
    return original[:8] + brand + original[12:]


def has_tracks(original: bytes) -> bool:
    return b"moov" in _named(memoryview(original))


def metadata(original: bytes, info: Mapping[Any, Any]) -> tuple[Block, ...]:
    """The metadata that comes with a picture. info: of Pillow, whose decoder has found EXIF and XMP."""
    blocks = [Block(form, bytes(info[form])) for form in ("exif", "xmp") if info.get(form)]
    boxes = _named(memoryview(original))
    if b"uuid" in boxes or b"jumb" in boxes:  # content credentials (C2PA), and what cameras have of their own
        blocks.append(Block("other"))
    with suppress(struct.error, LookupError):
        if _has_further(_named(boxes[b"meta"], 4)):
            blocks.append(Block("previews"))
    return tuple(blocks)


def _has_further(meta: Boxes) -> bool:
    """Whether there is a smaller picture, or one that makes the picture brighter (docs/decisions/imaging-hdr.md)."""
    if any(kind == b"thmb" for kind, _ in _boxes(meta.get(b"iref", memoryview(b"")), 4)):
        return True
    described = _boxes(_named(meta[b"iprp"])[b"ipco"])
    if any(kind == b"auxC" and bytes(content[4:]).startswith(_APPLE_GAIN_MAP) for kind, content in described):
        return True
    return b"tmap" in types_of(meta).values()


def boxes_of_meta(original: memoryview) -> Boxes:
    """Raises KeyError."""
    return _named(_named(original)[b"meta"], 4)


def _of_item(original: memoryview) -> Facts:
    meta = boxes_of_meta(original)
    item = _number(meta[b"pitm"], 4, 4 if meta[b"pitm"][0] else 2)
    types = types_of(meta)
    parts = _parts(meta)
    properties = _properties(meta, item)
    coded = item
    for _ in range(_MAX_DERIVATIONS):
        if coded not in parts or coded not in types or types[coded] not in {b"grid", b"iden", b"iovl", b"tmap"}:
            break
        coded = parts[coded]
        properties = {**_properties(meta, coded), **properties}  # a tile's properties fill in missing ones of the whole
    return Facts(properties, types.get(coded, b""), _data(original, meta, coded), types.get(item, b""))


def _of_track(original: memoryview) -> Facts | None:
    for kind, track in _boxes(_named(original).get(b"moov", memoryview(b""))):
        if kind != b"trak":
            continue
        media = _named(_named(track)[b"mdia"])
        if bytes(media[b"hdlr"][8:12]) not in {b"pict", b"vide"}:
            continue
        samples = _named(_named(media[b"minf"])[b"stbl"])
        codec, entry = next(_boxes(samples[b"stsd"], 8))
        width, height = struct.unpack_from(">24x2H", entry)
        wide = b"co64" in samples
        at = _number(samples[b"co64" if wide else b"stco"], 8, 8 if wide else 4)
        size = memoryview(struct.pack(">4x2I", width, height))
        described = {b"ispe": size, **_by_kind(_boxes(entry, 78))}
        return Facts(described, codec, bytes(original[at : at + _HEAD]))
    return None


def _properties(meta: Boxes, item: int) -> Boxes:
    described = _named(meta[b"iprp"])
    all_ = list(_boxes(described[b"ipco"]))
    return _by_kind(all_[index - 1] for index in _associated(described[b"ipma"], item) if index)


def _by_kind(boxes: Iterator[tuple[bytes, memoryview]]) -> Boxes:
    """A colr box may occur twice, as a profile and as names; of several of one kind the last one counts."""
    return {
        kind + (b"_nclx" if bytes(content[:4]) == b"nclx" else b"_icc") if kind == b"colr" else kind: content
        for kind, content in boxes
    }


def _associated(ipma: memoryview, item: int) -> list[int]:
    """The indexes, from 1, of an item's properties."""
    version, flags = ipma[0], ipma[3]
    (count,) = struct.unpack_from(">I", ipma, 4)
    at = 8
    for _ in range(min(count, _MAX_BOXES)):
        (owner,) = struct.unpack_from(">I" if version else ">H", ipma, at)
        at += 4 if version else 2
        properties = ipma[at]
        at += 1
        wide = flags & 1
        if owner == item:
            values = struct.unpack_from(f">{properties}{'H' if wide else 'B'}", ipma, at)
            return [value & (0x7FFF if wide else 0x7F) for value in values]
        at += properties * (2 if wide else 1)
    return []


def types_of(meta: Boxes) -> dict[int, bytes]:
    """The type of every item, by its id (14496-12, 8.11.6)."""
    types = {}
    for kind, entry in _boxes(meta[b"iinf"], 8 if meta[b"iinf"][0] else 6):
        width = 4 if entry[0] > 2 else 2
        if kind == b"infe" and entry[0] >= 2:
            types[_number(entry, 4, width)] = bytes(entry[6 + width : 10 + width])
    return types


def _parts(meta: Boxes) -> dict[int, int]:
    """The first item from which each derived one is made (8.11.12)."""
    references = meta.get(b"iref", memoryview(b"\0"))
    width = 4 if references[0] else 2
    return {
        _number(content, 0, width): _number(content, width + 2, width)
        for kind, content in _boxes(references, 4)
        if kind == b"dimg"
    }


def _data(original: memoryview, meta: Boxes, item: int) -> bytes:
    """The beginning of an item's data (8.11.3)."""
    iloc = meta[b"iloc"]
    version = iloc[0]
    offset_size, length_size, base_size, index_size = iloc[4] >> 4, iloc[4] & 15, iloc[5] >> 4, iloc[5] & 15
    number = 4 if version == 2 else 2
    count, at = _number(iloc, 6, number), 6 + number
    for _ in range(min(count, _MAX_BOXES)):
        owner = _number(iloc, at, number)
        at += number
        inside = version > 0 and _number(iloc, at, 2) & 15 == 1  # in the box idat, instead of the file
        at += 4 if version else 2
        base = _number(iloc, at, base_size)
        extents = _number(iloc, at + base_size, 2)
        at += base_size + 2
        lead = index_size if version else 0
        if owner == item and extents:
            start = base + _number(iloc, at + lead, offset_size)
            length = _number(iloc, at + lead + offset_size, length_size) or _HEAD
            source = meta[b"idat"] if inside else original
            return bytes(source[start : start + min(length, _HEAD)])
        at += extents * (lead + offset_size + length_size)
    return b""


def _number(data: memoryview, at: int, width: int) -> int:
    if at + width > len(data):
        raise IndexError
    return int.from_bytes(data[at : at + width], "big")


def _named(data: memoryview, at: int = 0) -> Boxes:
    return dict(_boxes(data, at))


def _boxes(data: memoryview, at: int = 0) -> Iterator[tuple[bytes, memoryview]]:
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
