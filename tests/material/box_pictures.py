"""Small pictures in the boxes of AVIF and HEIC, and how to inspect their thumbnails."""

import struct
from io import BytesIO
from typing import Any

from PIL import Image

from tests.material import containers, pictures
from thumbs import formats, pipeline, sizes

# Display P3 (200, 100, 50) in sRGB, by the matrices of the CSS Color 4 specification.
P3, P3_AS_SRGB = (200, 100, 50), (215, 94, 32)
RED, GREEN, BLUE, WHITE = pictures.RED, pictures.GREEN, pictures.BLUE, pictures.WHITE


def converted(original: bytes, box: int = 64) -> tuple[tuple[int, int], Image.Image]:
    """Width and height of the original according to the manifest, and the thumbnail."""
    made = pipeline.run(original, pipeline.Wanted(sizes.parse(f"a={box}"), (formats.OUTPUTS["webp"],), 95, 50))
    seen = made.original
    return (seen["width"], seen["height"]), Image.open(BytesIO(made.thumbnails[0].content)).convert("RGB")


def corners(picture: Image.Image) -> list[tuple[int, ...]]:
    """The colours of the quadrants: top left and right, bottom left and right."""
    places = [(picture.width * x // 4, picture.height * y // 4) for y in (1, 3) for x in (1, 3)]
    return [picture.getpixel(place) for place in places]  # type: ignore[misc]


def near(pixel: tuple[int, ...], colour: tuple[int, ...], tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True))


def flat_avif(colour: tuple[int, int, int] = P3, **options: Any) -> bytes:
    return pictures.avif(picture=Image.new("RGB", (64, 64), colour), **options)


def track(codec: bytes, data: bytes, described: bytes, width: int = 64, height: int = 64) -> bytes:
    """moov and mdat of one sample, at the end of a file that begins with 20 bytes of ftyp. described: boxes."""
    entry = containers.box(codec, bytes(24), struct.pack(">2H", width, height), bytes(50), described)

    def moov(at: int) -> bytes:
        samples = containers.box(
            b"stbl",
            containers.box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
            containers.box(b"stco", bytes(4), struct.pack(">II", 1, at)),
        )
        handler = containers.box(b"hdlr", bytes(8), b"pict", bytes(13))
        media = containers.box(b"mdia", handler, containers.box(b"minf", samples))
        return containers.box(b"moov", containers.box(b"trak", media))

    return moov(20 + len(moov(0)) + 8) + containers.box(b"mdat", data)


def grid(tile: bytes, described: tuple[containers.Property, ...], whole: tuple[containers.Property, ...]) -> bytes:
    """2 by 1 of the same tile of 64 pixels. described: each tile beyond its size; whole: the grid likewise."""
    configuration, data = containers.coded(tile)
    tiles = (containers.size(64, 64), (b"av1C", configuration), (b"pixi", b"\0\0\0\0\3\10\10\10"), *described)
    return containers.of_items(
        [
            containers.Item(
                b"grid",
                b"\0\0\0\1" + struct.pack(">2H", 128, 64),
                (containers.size(128, 64), (b"pixi", b"\0\0\0\0\3\10\10\10"), *whole),
                (2, 3),
            ),
            containers.Item(b"av01", data, tiles),
            containers.Item(b"av01", data, tiles),
        ]
    )
