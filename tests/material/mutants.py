"""Mutants: pictures of every accepted format, broken in ways that parsers do not expect.

Everything follows from a seed, so that a finding can be reproduced.
"""

import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from PIL import Image

from tests.material import animations, containers, gain_maps, metadata, pictures, rights
from tests.material.animations import Part, flat

# Values at which sizes, counts and offsets overflow.
_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


@cache
def parents() -> tuple[bytes, ...]:
    """Small, so that thousands of mutants are tried in seconds; each kind of each format."""
    picture = pictures.photo(64, 48)
    clear = pictures.transparent(64, 48)
    gray = picture.convert("L")
    profile = pictures.srgb_profile()
    deep = pictures.stored_png(32, 16, 2, bytes(range(192)))
    frames: dict[str, Any] = {"save_all": True, "append_images": [gray.convert("RGB"), picture], "duration": 100}
    return (
        pictures.jpeg(picture=picture, orientation=6, icc_profile=profile),
        pictures.jpeg(picture=picture, progressive=True),
        pictures.jpeg(picture=gray),
        pictures.jpeg(picture=picture.convert("CMYK")),
        pictures.jpeg(384, 288, restart_marker_rows=3),  # decoded to an eighth
        pictures.png(picture=picture, orientation=3, icc_profile=profile),
        pictures.png(picture=clear),
        pictures.png(picture=picture.quantize(16)),
        pictures.png(picture=gray.convert("1")),
        pictures.png(picture=gray.convert("I;16")),
        pictures.with_chunk(deep, b"gAMA", (100_000).to_bytes(4, "big")),
        pictures.with_chunk(deep, b"cICP", bytes((9, 18, 0, 1))),  # BT.2020 and HLG
        pictures.png(picture=picture, **frames),
        pictures.webp(picture=picture, orientation=8, icc_profile=profile),
        pictures.webp(picture=clear, lossless=True),
        pictures.webp(picture=picture, **frames),
        pictures.gif(picture=picture),
        pictures.gif(picture=picture, **frames),
        pictures.avif(picture=picture, orientation=5),
        pictures.avif(picture=clear),
        containers.avif(pictures.avif(40, 30), containers.clap(20, 1, 20, 1, 1, 2, 0, 1), width=40, height=30),
        pictures.heic(picture=picture, orientation=6),
        pictures.heic(picture=clear),
        pictures.tiff(picture=picture, orientation=7, icc_profile=profile),
        pictures.tiff(picture=picture, compression="tiff_lzw", strip_size=1200),  # decoded by us
        pictures.tiff(picture=picture, compression="jpeg"),
        pictures.tiff(picture=picture, compression="tiff_adobe_deflate", big_tiff=True),
        pictures.tiff(picture=gray.convert("1"), compression="group4"),
        pictures.bmp(picture=picture),
        pictures.bmp(picture=picture.quantize(16)),
        pictures.bmp(picture=Image.new("1", (33, 17))),
        gain_maps.ultra_hdr(),
        gain_maps.items(b"hvc1", b"heic"),
        gain_maps.items(b"av01", b"avif", gain_maps.tmap(1, 2), alternatives=(3, 1)),
        *_with_rights(),
        *_that_move(),
    )


def _that_move() -> tuple[bytes, ...]:
    """Tiny, so that mutations meet what says where a frame is, how long it is shown, and what it leaves."""
    size, small = (16, 12), (6, 4)
    parts = [
        Part(flat(size, (220, 30, 40, 255)), delay=120),
        Part(flat(small, (30, 40, 220, 255)), at=(2, 4), disposal="background"),
        Part(flat(small, (0, 0, 0, 0)), at=(10, 8), disposal="previous", over=False),
        Part(flat(small, (30, 180, 60, 255)), at=(8, 2)),
    ]
    still = flat(size, (30, 180, 60, 255))
    return (
        animations.gif(size, parts, repeat=2),
        animations.gif(size, parts, repeat=None, local=True),
        animations.apng(size, parts),
        animations.apng(size, parts, still=still),
        animations.webp(size, parts),
    )


def _with_rights() -> tuple[bytes, ...]:
    """Little else is in them, so that mutations meet what tells whose the picture is."""
    told = rights.packet(rights.ALL)
    records = metadata.photoshop((0x0404, metadata.iptc((80, b"Jane"), (110, b"Agency"), (116, b"(c) Jane"))))
    exif = metadata.exif({0x013B: b"Jane; Zoe\0", 0x8298: b"(c) Jane\0(c) Zoe\0"})
    xmp = b"http://ns.adobe.com/xap/1.0/\0"
    return (
        metadata.jpeg((0xE1, xmp + told)),
        metadata.jpeg((0xE1, xmp + told.decode().encode("utf-16-le")), (0xED, b"Photoshop 3.0\0" + records)),
        metadata.jpeg((0xE1, b"Exif\0\0" + exif), (0xED, b"Photoshop 3.0\0" + records)),
        metadata.png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + told), (b"tEXt", b"Author\0Jane")),
        pictures.tiff(32, 24, tiffinfo={0x02BC: told, 0x013B: "Jane"}),
        metadata.in_pillow("WEBP")(exif, told),
    )


def mutants(seed: int) -> Iterator[bytes]:
    """Endless, each parent in turn."""
    chance = random.Random(seed)
    while True:
        for parent in parents():
            child = bytearray(parent)
            for _ in range(chance.choice((1, 1, 2, 4, 16))):
                chance.choice(_MUTATIONS)(child, chance)
            yield bytes(child)


def _spot(child: bytearray, chance: random.Random) -> int:
    """Half of the time in the first 200 bytes, which contain the headers."""
    return chance.randrange(min(len(child), 200) if chance.random() < 0.5 else len(child)) if child else 0


def _flip(child: bytearray, chance: random.Random) -> None:
    if child:
        child[_spot(child, chance)] ^= 1 << chance.randrange(8)


def _set(child: bytearray, chance: random.Random) -> None:
    if child:
        child[_spot(child, chance)] = chance.randrange(256)


def _edge(child: bytearray, chance: random.Random) -> None:
    width = chance.choice((1, 2, 4))
    value = chance.choice(_EDGES) & (256**width - 1)
    at = _spot(child, chance)
    child[at : at + width] = value.to_bytes(width, chance.choice(("big", "little")))


def _cut(child: bytearray, chance: random.Random) -> None:
    at = _spot(child, chance)
    del child[at : at + chance.choice((1, 2, 4, 16, 64))]


def _repeat(child: bytearray, chance: random.Random) -> None:
    at, length = _spot(child, chance), chance.choice((1, 4, 16, 64, 256))
    child[at:at] = child[at : at + length] * chance.choice((1, 2, 8))


def _truncate(child: bytearray, chance: random.Random) -> None:
    del child[_spot(child, chance) :]


def _splice(child: bytearray, chance: random.Random) -> None:
    other = chance.choice(parents())
    at, start = _spot(child, chance), chance.randrange(len(other))
    child[at : at + 64] = other[start : start + 64]


_MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _flip,
    _set,
    _set,
    _edge,
    _edge,
    _edge,
    _cut,
    _repeat,
    _truncate,
    _splice,
)
