"""The receipt: which kinds of metadata an original carries, in every container's way."""

import random
import re
import struct
import zlib
from collections.abc import Callable

import pytest

from dev.emulator import ROOT
from tests.material import metadata, pictures
from tests.material.metadata import exif, iptc, photoshop, xmp
from thumbs import formats, sizes
from thumbs.picture import KINDS
from thumbs.pipeline import Conversion, Wanted, run
from thumbs.pipeline import metadata as read
from thumbs.pipeline.metadata import Block

WANTED = Wanted(sizes.parse("small=32"), (formats.OUTPUTS["webp"],), 80, 50)
XMP, EXTENDED = b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"


def carried(original: bytes) -> tuple[str, ...]:
    conversion: Conversion = run(original, WANTED)
    return conversion.metadata


PLACE = exif({}, gps={0x0002: b"48 12 30 "})
EXIF = {
    "a place": (PLACE, ("location",)),
    "a place, big endian": (exif({}, order=">", gps={0x0002: b"48 12 30 "}), ("location",)),
    "the version of an empty GPS": (exif({}, gps={0x0000: b"\2\3\0\0"}), ()),
    "when a satellite was heard": (exif({}, gps={0x001D: b"2026:11:20\0"}), ("time",)),
    "make": (exif({0x010F: b"Camera Works\0"}), ("camera",)),
    "a lens": (exif({}, exif={0xA434: b"50 mm\0"}), ("camera",)),
    "a serial number": (exif({}, exif={0xA431: b"0012345\0"}), ("camera",)),
    "a maker's note": (exif({}, exif={0x927C: b"\1\2\3\4\5\6"}), ("camera",)),
    "an artist": (exif({0x013B: b"Jane Doe\0"}), ("people",)),
    "an owner": (exif({}, exif={0xA430: b"Jane Doe\0"}), ("people",)),
    "a blank artist": (exif({0x013B: b"          \0", 0x8298: b"\0\0\0\0\0\0"}), ()),
    "a comment": (exif({}, exif={0x9286: b"ASCII\0\0\0at home"}), ("comments",)),
    "a blank comment": (exif({}, exif={0x9286: b"ASCII\0\0\0" + b" " * 30}), ()),
    "a description": (exif({0x010E: b"Us at home\0"}), ("comments",)),
    "a time": (exif({}, exif={0x9003: b"2026:11:20 12:00:00\0"}), ("time",)),
    "a program": (exif({0x0131: b"Editor 7\0"}), ("software",)),
    "a thumbnail": (exif({}, {0x0201: 8, 0x0202: 100}), ("previews",)),
    "an orientation alone": (exif({0x0112: b"\1"}), ()),
}
_PROPERTIES = {
    "a place": ('exif:GPSLatitude="48,12N"', ("location",)),
    "a city": ('photoshop:City="Vienna"', ("location",)),
    "a camera": ('tiff:Model="C1"', ("camera",)),
    "regions with names": ('<mwg-rs:Regions rdf:parseType="Resource"/>', ("people",)),
    "an author": ("<dc:creator><rdf:Seq><rdf:li>Jane</rdf:li></rdf:Seq></dc:creator>", ("people",)),
    "keywords": ("<dc:subject><rdf:Bag><rdf:li>home</rdf:li></rdf:Bag></dc:subject>", ("comments",)),
    "a time": ('xmp:CreateDate="2026-11-20"', ("time",)),
    "a program": ('xmp:CreatorTool="Editor"', ("software",)),
    "a thumbnail": ("<xmp:Thumbnails/>", ("previews",)),
    "what nobody knows": ('own:secret="1"', ("other",)),
    "nothing": ('tiff:Orientation="1"', ()),
}
PHOTOSHOP = {
    "a place": (photoshop((0x0404, iptc((90, b"Vienna")))), ("location",)),
    "a by-line": (photoshop((0x0404, iptc((80, b"Jane Doe")))), ("people",)),
    "a caption": (photoshop((0x0404, iptc((120, b"At home")))), ("comments",)),
    "a date": (photoshop((0x0404, iptc((55, b"20261120")))), ("time",)),
    "a program": (photoshop((0x0404, iptc((65, b"Editor")))), ("software",)),
    "a long caption": (
        photoshop((0x0404, b"\x1c\2\x05\x80\4\0\0\0\3abc" + iptc((80, b"Jane")))),
        ("people", "comments"),
    ),
    "a field that nobody knows": (photoshop((0x0404, iptc((200, b"x")))), ("other",)),
    "a thumbnail": (photoshop((0x03ED, bytes(16)), (0x040C, b"JPEG")), ("previews",)),
    "XMP": (photoshop((0x0424, xmp('tiff:Make="C"'))), ("camera",)),
    "a resolution": (photoshop((0x03ED, bytes(16))), ()),
}


@pytest.mark.parametrize(("block", "kinds"), EXIF.values(), ids=EXIF.keys())
def test_each_fact_of_exif_is_of_its_kind(block: bytes, kinds: tuple[str, ...]) -> None:
    assert read.kinds([Block("exif", block)]) == kinds


@pytest.mark.parametrize(("one", "kinds"), _PROPERTIES.values(), ids=_PROPERTIES.keys())
@pytest.mark.parametrize("code", ["utf-8", "utf-16", "utf-32-be"])
def test_each_property_of_xmp_is_of_its_kind(one: str, kinds: tuple[str, ...], code: str) -> None:
    assert read.kinds([Block("xmp", xmp(one).decode().encode(code))]) == kinds


@pytest.mark.parametrize(("block", "kinds"), PHOTOSHOP.values(), ids=PHOTOSHOP.keys())
def test_each_record_of_iptc_is_of_its_kind(block: bytes, kinds: tuple[str, ...]) -> None:
    assert read.kinds([Block("photoshop", block)]) == kinds


def test_every_kind_is_shown_here() -> None:
    shown = [kinds for table in (EXIF, _PROPERTIES, PHOTOSHOP) for _, kinds in table.values()]

    assert {kind for kinds in shown for kind in kinds} == {*KINDS}


def test_every_kind_is_explained_where_callers_read() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE)

    assert [row for row in rows if row in KINDS] == [*KINDS]


SEGMENTS = {
    "EXIF": ((0xE1, b"Exif\0\0" + PLACE), ("location",)),
    "XMP": ((0xE1, XMP + xmp('tiff:Make="C"')), ("camera",)),
    "more XMP": ((0xE1, EXTENDED + b"f" * 40 + xmp("<xmp:Thumbnails/>")), ("previews",)),
    "IPTC": ((0xED, b"Photoshop 3.0\0" + photoshop((0x0404, iptc((80, b"Jane"))))), ("people",)),
    "a comment": ((0xFE, b"At home"), ("comments",)),
    "a blank comment": ((0xFE, b"  \0"), ()),
    "a thumbnail of JFIF": ((0xE0, b"JFIF\0\1\2\0\0\1\0\1\1\1" + b"\0\0\0"), ("previews",)),
    "a thumbnail in JPEG": ((0xE0, b"JFXX\0\x10"), ("previews",)),
    "further pictures": ((0xE2, b"MPF\0II*\0"), ("previews",)),
    "content credentials": ((0xEB, b"JP\0\1jumb"), ("other",)),
    "a segment of some program": ((0xE7, b"mine"), ("other",)),
    "a profile": ((0xE2, b"ICC_PROFILE\0\1\1"), ()),
    "how colours are coded": ((0xEE, b"Adobe\0\x64\0\0\0\0\1"), ()),
}


@pytest.mark.parametrize(("segment", "kinds"), SEGMENTS.values(), ids=SEGMENTS.keys())
def test_a_jpeg_tells_what_its_segments_hold(segment: tuple[int, bytes], kinds: tuple[str, ...]) -> None:
    assert carried(metadata.jpeg(segment)) == kinds


RAW = b"\nexif\n      99\n" + (b"Exif\0\0" + PLACE).hex().encode()
CHUNKS = {
    "EXIF": ((b"eXIf", PLACE), ("location",)),
    "text": ((b"tEXt", b"Comment\0At home"), ("comments",)),
    "an author": ((b"tEXt", b"Author\0Jane"), ("people",)),
    "a program": ((b"zTXt", b"Software\0\0" + zlib.compress(b"Editor")), ("software",)),
    "XMP": ((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp('tiff:Make="C"')), ("camera",)),
    "packed XMP": (
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0en\0t\0" + zlib.compress(xmp('tiff:Make="C"'))),
        ("camera",),
    ),
    "ImageMagick's EXIF": ((b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(RAW)), ("location",)),
    "a time": ((b"tIME", bytes(7)), ("time",)),
    "content credentials": ((b"caBX", b"jumb"), ("other",)),
    "a bomb": ((b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000), 9)), ()),
    "broken text": ((b"zTXt", b"Comment\0\0broken"), ("other",)),
    "a resolution": ((b"pHYs", bytes(9)), ()),
}


@pytest.mark.parametrize(("chunk", "kinds"), CHUNKS.values(), ids=CHUNKS.keys())
def test_a_png_tells_what_its_chunks_hold(chunk: tuple[bytes, bytes], kinds: tuple[str, ...]) -> None:
    assert carried(metadata.png(chunk)) == kinds


@pytest.mark.parametrize("name", ["JPEG", "WEBP", "AVIF", "HEIF", "PNG"])
def test_every_container_tells_of_exif_and_xmp(name: str) -> None:
    made = metadata.in_pillow(name)
    packet = xmp("<dc:creator/>") if name != "PNG" else b""  # Pillow writes none into PNG

    assert carried(made(b"Exif\0\0" + PLACE, packet)) == (("location", "people") if packet else ("location",))
    assert carried(made(b"", b"")) == ()


def test_a_tiff_tells_of_its_own_directory_and_of_what_it_leads_to() -> None:
    picture = pictures.quadrants(64, 48)
    plain = pictures.encoded(picture, "TIFF")
    described = pictures.encoded(picture, "TIFF", tiffinfo={271: "Camera Works", 305: "Editor"})
    many = pictures.encoded(picture, "TIFF", save_all=True, append_images=[picture])
    packet = pictures.encoded(picture, "TIFF", tiffinfo={700: xmp("<dc:creator/>")})
    pointer = pictures.encoded(picture, "TIFF", tiffinfo={0x8825: 20_000}).ljust(20_000, b"\0")
    placed = pointer + struct.pack("<HHHI4sI", 1, 2, 2, 4, b"48N", 0)  # a directory of GPS

    assert [carried(each) for each in (plain, described, many, packet, placed)] == [
        (),
        ("camera", "software"),
        ("previews",),
        ("people",),
        ("location",),
    ]


def gif(extension: bytes) -> bytes:
    picture = pictures.encoded(pictures.quadrants(64, 48).quantize(4), "GIF")
    return picture[:-1] + extension + picture[-1:]


@pytest.mark.parametrize(
    ("extension", "kinds"),
    [
        (b"\x21\xfe\7At home\0", ("comments",)),
        (b"\x21\xff\x0bXMP DataXMP" + xmp('tiff:Make="C"') + b"\1" + bytes(range(255, -1, -1)) + b"\0", ("camera",)),
        (b"\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0", ()),
        (b"\x21\xff\x0bOWNERS  1.0\1x\0", ("other",)),
    ],
    ids=["a comment", "XMP", "a loop", "another program's"],
)
def test_a_gif_tells_of_comments_and_xmp(extension: bytes, kinds: tuple[str, ...]) -> None:
    assert carried(gif(extension)) == kinds


def test_a_bmp_has_none() -> None:
    assert carried(pictures.encoded(pictures.quadrants(64, 48), "BMP")) == ()


def _exif() -> bytes:
    embedded = {0x02BC: xmp("<dc:creator/>"), 0x8649: photoshop((0x0404, iptc((80, b"Jane"))))}
    return exif({0x010F: b"Camera Works\0"} | embedded, {0x0201: 8}, exif={0x9286: b"ASCII\0\0\0home"}, gps={2: b"48"})


BLOCKS: dict[str, Callable[[], bytes]] = {
    "exif": _exif,
    "xmp": lambda: xmp('tiff:Make="C"'),
    "iptc": lambda: iptc((80, b"Jane")),
    "photoshop": lambda: photoshop((0x0404, iptc((80, b"Jane")))),
    "png_text": lambda: b"zTXtRaw profile type exif\0\0" + zlib.compress(RAW),
}


@pytest.mark.parametrize("form", BLOCKS)
def test_a_broken_block_is_read_as_far_as_it_goes(form: str) -> None:
    """Cut, changed and random: the answer is always a list of kinds, never an error."""
    whole, chance = BLOCKS[form](), random.Random(7)
    assert read.kinds([Block(form, whole)])
    for _ in range(1500):
        mutant = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            mutant[chance.randrange(len(mutant))] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
        cut = bytes(mutant[: chance.randrange(len(mutant) + 1)])
        for block in (bytes(mutant), cut, chance.randbytes(40)):
            assert {*read.kinds([Block(form, block)])} <= {*KINDS}


def test_a_directory_that_claims_everything_costs_little() -> None:
    """A thousand tags, each with the whole block as its value, and directories that lead to themselves."""
    claims = dict.fromkeys(range(1, 900), 8) | {0x8769: 8, 0x8825: 8}
    block = exif(claims) + bytes(2_000_000)

    assert {*read.kinds([Block("exif", block)] * 50)} <= {*KINDS}
