"""Blocks of metadata, one fact at a time, and pictures that carry them in each container's way."""

import struct
from collections.abc import Callable, Mapping

from tests.material import pictures

Tags = Mapping[int, bytes | int]

EXIF, GPS, SHORT, LONG, TEXT = 0x8769, 0x8825, 3, 4, 2


def exif(first: Tags, second: Tags | None = None, order: str = "<", **further: Tags) -> bytes:
    """A TIFF without a picture. first, second: its directories. further: those that `exif` and `gps` point to."""
    named = {"exif": EXIF, "gps": GPS}
    places = {named[name]: 0 for name in further}
    for _ in range(2):  # the lengths do not depend on the offsets
        content = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 8)
        content += _directory({**first, **places}, len(content), order, linked=second is not None)
        if second is not None:
            content += _directory(second, len(content), order)
        for name, tags in further.items():
            places[named[name]] = len(content)
            content += _directory(tags, len(content), order)
    return content


def _directory(tags: Tags, at: int, order: str, *, linked: bool = False) -> bytes:
    head, tail = struct.pack(order + "H", len(tags)), b""
    behind = at + 2 + 12 * len(tags) + 4
    for tag, value in sorted(tags.items()):
        if isinstance(value, int):
            head += struct.pack(order + "HHII", tag, LONG, 1, value)
        elif len(value) <= 4:
            head += struct.pack(order + "HHI", tag, TEXT, len(value)) + value.ljust(4, b"\0")
        else:
            head += struct.pack(order + "HHII", tag, TEXT, len(value), behind + len(tail))
            tail += value
    following = behind + len(tail) if linked else 0
    return head + struct.pack(order + "I", following) + tail


def xmp(*properties: str) -> bytes:
    """properties: elements or attributes with their values, such as exif:GPSLatitude="48,12N"."""
    names = (
        'xmlns:exif="e" xmlns:dc="d" xmlns:xmp="x" xmlns:tiff="t" xmlns:mwg-rs="m" xmlns:photoshop="p" xmlns:own="o"'
    )
    attributes = " ".join(one for one in properties if not one.startswith("<"))
    elements = "".join(one for one in properties if one.startswith("<"))
    described = f'<rdf:Description rdf:about="" {names} {attributes}>{elements}</rdf:Description>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="r">{described}</rdf:RDF></x:xmpmeta>'.encode()


def iptc(*datasets: tuple[int, bytes]) -> bytes:
    version = b"\x1c\x02\x00\x00\x02\x00\x04"
    return version + b"".join(b"\x1c\x02" + struct.pack(">BH", number, len(text)) + text for number, text in datasets)


def photoshop(*resources: tuple[int, bytes]) -> bytes:
    return b"".join(
        b"8BIM" + struct.pack(">HHI", number, 0, len(content)) + content + b"\0" * (len(content) % 2)
        for number, content in resources
    )


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    """segments: marker and content, after the first segment, which is JFIF's."""
    picture = pictures.jpeg(64, 48)
    middle = 4 + int.from_bytes(picture[4:6], "big")
    added = b"".join(pictures.segment(*segment) for segment in segments)
    return picture[:middle] + added + picture[middle:]


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    picture = pictures.encoded(pictures.quadrants(64, 48), "PNG")
    return picture[:33] + b"".join(pictures.chunk(*chunk) for chunk in chunks) + picture[33:]


def in_pillow(name: str) -> Callable[[bytes, bytes], bytes]:
    """Encodes a picture with EXIF and XMP, in a format of Pillow's."""

    def made(exif: bytes, xmp: bytes) -> bytes:
        given = {key: value for key, value in (("exif", exif), ("xmp", xmp)) if value}
        return pictures.encoded(pictures.quadrants(64, 48), name, **given)

    return made
