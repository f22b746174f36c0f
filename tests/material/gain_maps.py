"""HDR as a gain map, in each way in which phones and programs write it.

The maps are white, so that one that was applied or shown in place of the base picture would be seen.
"""

import struct

from PIL import Image

from tests.material import containers, pictures
from tests.material.containers import Item, Property
from tests.material.pictures import segment

BASE = pictures.quadrants(64, 64)
MAP = Image.new("L", (32, 32), 255)
# Maximum boost of 8 in each channel (Ultra HDR 1.1; ISO 21496-1, annex C: numerators and denominators).
HDRGM = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" hdrgm:GainMapMax="3"'
    b' hdrgm:HDRCapacityMax="3"/></rdf:RDF></x:xmpmeta>'
)
CONTAINER = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:Container="http://ns.google.com/photos/1.0/container/"'
    b' xmlns:Item="http://ns.google.com/photos/1.0/container/item/" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"'
    b' hdrgm:Version="1.0"><Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource"><Container:Item'
    b' Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li><rdf:li rdf:parseType="Resource"><Container:Item'
    b' Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="%d"/></rdf:li></rdf:Seq></Container:Directory>'
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)
XMP = b"http://ns.adobe.com/xap/1.0/\0"
# Headroom of base and alternative, then minimum, maximum, gamma and both offsets, each as a fraction.
_FRACTIONS = (0, 1), (3, 1), (0, 1), (3, 1), (1, 1), (1, 64), (1, 64)
ISO = b"urn:iso:std:iso:ts:21496:-1\0" + struct.pack(">HHB14I", 0, 0, 0x40, *sum(_FRACTIONS, ()))


def with_segments(picture: bytes, *segments: bytes) -> bytes:
    return picture[:2] + b"".join(segments) + picture[2:]


def mpf(first: int, second: int, at: int) -> bytes:
    """The index of two pictures, of these lengths, the second of which begins at that offset (CIPA DC-007)."""
    entries = struct.pack(">IIIHH", 0x030000, first, 0, 0, 0) + struct.pack(">IIIHH", 0, second, at, 0, 0)
    tags = struct.pack(">HHI4s", 0xB000, 7, 4, b"0100") + struct.pack(">HHII", 0xB001, 4, 1, 2)
    tags += struct.pack(">HHII", 0xB002, 7, len(entries), 50)
    return segment(0xE2, b"MPF\0MM\0*\0\0\0\x08" + struct.pack(">H", 3) + tags + bytes(4) + entries)


def ultra_hdr(*, listed: bool = True, standard: bool = True) -> bytes:
    """listed: in an index of MPF. standard: with the segments of ISO 21496-1, too."""
    iso = (segment(0xE2, ISO),) if standard else ()
    gain = with_segments(pictures.encoded(MAP, "JPEG"), segment(0xE1, XMP + HDRGM), *iso)
    head = (segment(0xE1, XMP + CONTAINER % len(gain)), *((segment(0xE2, ISO[:32]),) if standard else ()))
    base = pictures.encoded(BASE, "JPEG", quality=95)
    length = len(with_segments(base, *head, mpf(0, 0, 0) if listed else b""))
    index = 2 + sum(map(len, head)) + 8  # offsets count from the order of bytes in the index
    return with_segments(base, *head, mpf(length, len(gain), length - index) if listed else b"") + gain


def items(
    codec: bytes, brand: bytes, *further: Item, alternatives: tuple[int, ...] = (), primary: Item | None = None
) -> bytes:
    """The base picture, its map, and further items. primary: before all of them."""
    encode = pictures.avif if codec == b"av01" else pictures.heic
    name = b"av1C" if codec == b"av01" else b"hvcC"

    def item(picture: Image.Image, *properties: Property, auxiliary_of: int = 0) -> Item:
        configuration, data = containers.coded(encode(picture=picture))
        planes = b"\3\10\10\10"
        described = (containers.size(*picture.size), (name, configuration), (b"pixi", bytes(4) + planes), *properties)
        return Item(codec, data, described, auxiliary_of=auxiliary_of, hidden=bool(auxiliary_of or properties))

    first = (primary,) if primary else ()
    apple = (b"auxC", bytes(4) + b"urn:com:apple:photo:2020:aux:hdrgainmap\0")
    gain = MAP.convert("RGB")
    made = item(gain, auxiliary_of=0) if further or primary else item(gain, apple, auxiliary_of=1)
    compatible = (b"mif1", b"miaf", b"tmap") if alternatives else (b"mif1", b"miaf")
    every = [*first, item(BASE), made, *further]
    return containers.of_items(every, brand, compatible, alternatives)


def tmap(*parts: int) -> Item:
    """Applies the second of its parts to the first (ISO/IEC 23008-12, amendment 1)."""
    wide = containers.nclx(9, 16, 9)
    return Item(b"tmap", b"\0" + ISO[28:], (containers.size(64, 64), wide, (b"pixi", bytes(4) + b"\3\12\12\12")), parts)
