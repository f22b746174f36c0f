"""Kinds of metadata in EXIF, which is a TIFF without a picture, and in TIFF itself (EXIF 2.32, TIFF 6.0, BigTIFF)."""

import struct
from collections.abc import Iterator

from thumbs.pipeline.metadata import iptc, xmp

_EXIF, _GPS, _SUB_PICTURES = 0x8769, 0x8825, 0x014A
XMP, IPTC, PHOTOSHOP, ARTIST, COPYRIGHT = 0x02BC, 0x83BB, 0x8649, 0x013B, 0x8298
_EMBEDDED = {XMP: xmp.kinds, IPTC: iptc.kinds, PHOTOSHOP: iptc.of_photoshop}
_PICTURES = {0x0201, 0x0111, 0x0144}  # offsets of a JPEG, of strips, of tiles
_USER_COMMENT, _CODE = 0x9286, 8  # the name of its characters' code comes first
# Bytes of one value of each type (TIFF 6.0, page 15, and BigTIFF).
WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_MOST_ENTRIES = 1000  # of a directory; cameras write about 60
_MOST_TEXT, _MOST_EMBEDDED = 2**10, 2**20  # bytes to read of a value, and of other metadata in a value
_BLANK = b" \0\t\r\n"  # cameras fill empty names with these

# Tags by what they tell. Tags that only describe the pixels, such as the orientation, tell nothing.
_KINDS = {
    # ImageDescription, UserComment, and Windows' title, comment, keywords, subject
    **dict.fromkeys((0x010E, _USER_COMMENT, 0x9C9B, 0x9C9C, 0x9C9E, 0x9C9F), "comments"),
    # Make, Model, exposure, aperture, sensitivity, the range of shutter to focal length, MakerNote, unique id, serial
    # number, lenses
    **dict.fromkeys((0x010F, 0x0110, 0x829A, 0x829D, 0x8827, *range(0x9201, 0x920B), 0x927C), "camera"),
    **dict.fromkeys((0xA402, 0xA403, 0xA405, 0xA420, *range(0xA431, 0xA436)), "camera"),
    # Artist, Copyright, Windows' author, the owner of the camera
    **dict.fromkeys((ARTIST, COPYRIGHT, 0x9C9D, 0xA430), "people"),
    # DateTime, and when it was taken and digitized
    **dict.fromkeys((0x0132, 0x9003, 0x9004), "time"),
    # ProcessingSoftware, Software
    **dict.fromkeys((0x000B, 0x0131), "software"),
}
_GPS_KINDS = {
    # Latitude, longitude, altitude, destination, method and area; many cameras write only the version, tag 0
    **dict.fromkeys((*range(0x01, 0x07), *range(0x13, 0x1D), 0x1F), "location"),
    **dict.fromkeys((0x07, 0x1D), "time"),
}
_NAMES = {_EXIF: _KINDS, _GPS: _GPS_KINDS}  # of the tags in further directories


def kinds(block: bytes) -> set[str]:
    """Raises struct.error if the block ends early."""
    block = block.removeprefix(b"Exif\0\0")
    if block[:2] not in {b"II", b"MM"}:
        return {"other"} if block.strip(_BLANK) else set()
    file = _Tiff(block)
    found: set[str] = set()
    first = file.first()
    seen: set[int] = set()
    for tag, value in file.entries(first):
        if tag in _NAMES:
            found |= _named(file, file.number(value), _NAMES[tag])
        elif tag in _EMBEDDED and tag not in seen:
            seen.add(tag)
            found |= _EMBEDDED[tag](value)
        elif tag == _SUB_PICTURES:
            found.add("previews")
        else:
            found |= _told(_KINDS, tag, value)
    second = file.after(first)
    if second and any(tag in _PICTURES for tag, _ in file.entries(second)):
        found.add("previews")
    return found


def first_directory(block: bytes) -> dict[int, bytes]:
    """The values of the first directory, by tag; of a tag that is there twice, the first. Raises struct.error."""
    block = block.removeprefix(b"Exif\0\0")
    if block[:2] not in {b"II", b"MM"}:
        return {}
    file = _Tiff(block)
    found: dict[int, bytes] = {}
    for tag, value in file.entries(file.first()):
        found.setdefault(tag, value)
    return found


def _named(file: "_Tiff", at: int, names: dict[int, str]) -> set[str]:
    return {kind for tag, value in file.entries(at) for kind in _told(names, tag, value)}


def _told(names: dict[int, str], tag: int, value: bytes) -> set[str]:
    if tag == _USER_COMMENT:
        value = value[_CODE:]
    return {names[tag]} if tag in names and value.strip(_BLANK) else set()


class _Tiff:
    """order: of bytes, in the syntax of `struct`. big: a BigTIFF."""

    def __init__(self, block: bytes):
        self._block = block
        self.order = "<" if block[:2] == b"II" else ">"
        self.big = block[2:4] in {b"+\0", b"\0+"}
        self._entry = struct.Struct(self.order + ("HHQ8s" if self.big else "HHI4s"))
        self._count = struct.Struct(self.order + ("Q" if self.big else "H"))
        self._offset = struct.Struct(self.order + ("Q" if self.big else "I"))

    def first(self) -> int:
        """The offset of the first directory."""
        place: int = struct.unpack_from(self.order + ("8xQ" if self.big else "4xI"), self._block)[0]
        return place

    def entries(self, at: int) -> Iterator[tuple[int, bytes]]:
        """Tags and values of a directory, as far as they are in the block."""
        if at + self._count.size > len(self._block):
            return
        (count,) = self._count.unpack_from(self._block, at)
        start = at + self._count.size
        stop = min(start + min(count, _MOST_ENTRIES) * self._entry.size, len(self._block))
        stop -= (stop - start) % self._entry.size
        for tag, kind, values, inside in self._entry.iter_unpack(memoryview(self._block)[start:stop]):
            length = values * WIDTHS.get(kind, 0)
            if length <= len(inside):
                yield tag, inside[:length]
            else:
                (place,) = self._offset.unpack(inside)
                most = _MOST_EMBEDDED if tag in _EMBEDDED else _MOST_TEXT
                yield tag, self._block[place : place + min(length, most)]

    def after(self, at: int) -> int:
        """The offset of the next directory, or 0."""
        (count,) = self._count.unpack_from(self._block, at)
        place = at + self._count.size + count * self._entry.size
        if place + self._offset.size > len(self._block):
            return 0
        following: int = self._offset.unpack_from(self._block, place)[0]
        return following

    def number(self, value: bytes) -> int:
        return int.from_bytes(value, "little" if self.order == "<" else "big")
