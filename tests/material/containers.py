"""Files of AVIF and HEIC with any boxes, around pictures coded by an encoder (ISO/IEC 14496-12, 23008-12)."""

import struct
from dataclasses import dataclass

Property = tuple[bytes, bytes]

_ESSENTIAL = {b"av1C", b"hvcC", b"clap", b"irot", b"imir"}


@dataclass(frozen=True)
class Item:
    """type: such as av01, hvc1, grid. parts: the indexes, from 1, of the items from which it is derived. auxiliary_of:
    the index of the item that it adds something to, or 0. hidden: whether it is not a picture by itself."""

    type: bytes
    data: bytes
    properties: tuple[Property, ...]
    parts: tuple[int, ...] = ()
    auxiliary_of: int = 0
    hidden: bool = False


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I", 8 + len(content)) + kind + content


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    return box(b"ftyp", major, bytes(4), *compatible)


def coded(original: bytes) -> tuple[bytes, bytes]:
    """The content of av1C or hvcC, and the data, of an encoder's file of one item."""
    return content(original, b"av1C" if b"av1C" in original else b"hvcC"), content(original, b"mdat")


def content(original: bytes, kind: bytes) -> bytes:
    """The content of the first box of that type."""
    at = original.index(kind)
    (size,) = struct.unpack_from(">I", original, at - 4)
    return original[at + 4 : at - 4 + size]


def size(width: int, height: int) -> Property:
    return b"ispe", struct.pack(">4x2I", width, height)


def nclx(primaries: int, transfer: int, matrix: int = 6, *, full: bool = True) -> Property:
    return b"colr", b"nclx" + struct.pack(">3HB", primaries, transfer, matrix, 0x80 * full)


def clap(*fractions: int) -> Property:
    """Width, height, horizontal and vertical offset, each as numerator and denominator."""
    return b"clap", struct.pack(">IIIIiIiI", *fractions)


def irot(quarters: int) -> Property:
    return b"irot", bytes((quarters,))


def imir(axis: int) -> Property:
    return b"imir", bytes((axis,))


def of_items(
    items: list[Item],
    major: bytes = b"avif",
    compatible: tuple[bytes, ...] = (b"mif1", b"miaf"),
    alternatives: tuple[int, ...] = (),
) -> bytes:
    """The first item is the primary one. alternatives: the indexes of items of which a reader shows the first that it
    can."""
    properties: list[Property] = []
    associations = b""
    for number, item in enumerate(items, 1):
        places = []
        for one in item.properties:
            if one not in properties:
                properties.append(one)
            places.append(properties.index(one) + 1 | (0x80 if one[0] in _ESSENTIAL else 0))
        associations += struct.pack(f">HB{len(places)}B", number, len(places), *places)
    numbers = range(1, len(items) + 1)
    head = ftyp(major, *compatible)
    iinf = [
        box(b"infe", b"\2\0\0", bytes([item.hidden]), struct.pack(">HH", number, 0), item.type, b"\0")
        for number, item in zip(numbers, items, strict=True)
    ]
    iref = [
        box(b"dimg", struct.pack(f">HH{len(item.parts)}H", number, len(item.parts), *item.parts))
        for number, item in zip(numbers, items, strict=True)
        if item.parts
    ]
    iref += [
        box(b"auxl", struct.pack(">HHH", number, 1, item.auxiliary_of))
        for number, item in zip(numbers, items, strict=True)
        if item.auxiliary_of
    ]
    groups = box(b"altr", struct.pack(f">4xII{len(alternatives)}I", 99, len(alternatives), *alternatives))

    def meta(start: int) -> bytes:
        places, at = b"", start
        for number, item in zip(numbers, items, strict=True):
            places += struct.pack(">HHHII", number, 0, 1, at, len(item.data))
            at += len(item.data)
        return box(
            b"meta",
            bytes(4),
            box(b"hdlr", bytes(8), b"pict", bytes(13)),
            box(b"pitm", struct.pack(">4xH", 1)),
            box(b"iloc", bytes(4), b"\x44\0", struct.pack(">H", len(items)), places),
            box(b"iinf", bytes(4), struct.pack(">H", len(items)), *iinf),
            *([box(b"iref", bytes(4), *iref)] if iref else []),
            box(
                b"iprp",
                box(b"ipco", *(box(*one) for one in properties)),
                box(b"ipma", bytes(4), struct.pack(">I", len(items)), associations),
            ),
            *([box(b"grpl", groups)] if alternatives else []),
        )

    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", *(item.data for item in items))


def avif(original: bytes, *properties: Property, width: int = 64, height: int = 64, **brands: object) -> bytes:
    """An encoder's picture, described only by its size, its configuration and these properties."""
    configuration, data = coded(original)
    described = (size(width, height), (b"av1C", configuration), (b"pixi", b"\0\0\0\0\3\10\10\10"), *properties)
    return of_items([Item(b"av01", data, described)], **brands)  # type: ignore[arg-type]
