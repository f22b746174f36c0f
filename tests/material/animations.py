"""Animations, written frame by frame, and what each moment of them shows, composed pixel by pixel."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal
from zlib import compress

from PIL import Image

from tests.material.pictures import chunk, riff, vp8x

Pixel = tuple[int, int, int, int]
Rows = list[list[Pixel]]
Disposal = Literal["keep", "background", "previous"]

NOTHING: Pixel = (0, 0, 0, 0)


@dataclass(frozen=True)
class Part:
    """A frame. rows: straight RGBA. at: its left upper corner. delay: milliseconds. over: blends with what is below."""

    rows: Rows
    at: tuple[int, int] = (0, 0)
    delay: int = 100
    disposal: Disposal = "keep"
    over: bool = True

    @property
    def size(self) -> tuple[int, int]:
        return len(self.rows[0]), len(self.rows)


def flat(size: tuple[int, int], colour: Pixel) -> Rows:
    return [[colour] * size[0] for _ in range(size[1])]


def shown(size: tuple[int, int], parts: Sequence[Part]) -> list[Rows]:
    """Each moment, by the rules of GIF89a, PNG 3 and the WebP container, which are the same."""
    canvas = flat(size, NOTHING)
    moments = []
    for part in parts:
        before = [list(row) for row in canvas]
        places = [
            (x, y, part.rows[y - part.at[1]][x - part.at[0]])
            for y in range(part.at[1], min(size[1], part.at[1] + part.size[1]))
            for x in range(part.at[0], min(size[0], part.at[0] + part.size[0]))
        ]
        for x, y, pixel in places:
            canvas[y][x] = _over(pixel, canvas[y][x]) if part.over else pixel
        moments.append([list(row) for row in canvas])
        if part.disposal == "previous":
            canvas = before
        elif part.disposal == "background":
            for x, y, _ in places:
                canvas[y][x] = NOTHING
    return moments


def _over(top: Pixel, below: Pixel) -> Pixel:
    a, b = top[3] / 255, below[3] / 255 * (1 - top[3] / 255)
    if a + b == 0:
        return NOTHING
    red, green, blue = (round((t * a + u * b) / (a + b)) for t, u in zip(top[:3], below[:3], strict=True))
    return red, green, blue, round((a + b) * 255)


def rows(image: Image.Image) -> Rows:
    levels = image.convert("RGBA").tobytes()
    pixels = list(zip(levels[::4], levels[1::4], levels[2::4], levels[3::4], strict=True))
    return [pixels[start : start + image.width] for start in range(0, len(pixels), image.width)]


def image(rows: Rows) -> Image.Image:
    """The same the other way round."""
    levels = bytes(level for row in rows for pixel in row for level in pixel)
    return Image.frombytes("RGBA", (len(rows[0]), len(rows)), levels)


def _distinct(parts: Sequence[Part]) -> dict[int, Part]:
    """By their ids, because a part may be shown many times, and to encode it takes long."""
    return {id(part): part for part in parts}


_DISPOSALS = {"keep": 1, "background": 2, "previous": 3}


def gif(
    size: tuple[int, int], parts: Sequence[Part], repeat: int | None = 0, background: int = 0, local: bool = False
) -> bytes:
    """repeat: the number in its loop extension, or None without one. background: an index. local: a table for each
    frame, and none for all."""
    distinct = _distinct(parts)
    table = sorted({pixel[:3] for part in distinct.values() for row in part.rows for pixel in row if pixel[3]})
    assert len(table) < 256
    colours = b"".join(bytes(colour) for colour in table).ljust(768, b"\0")
    written = [
        b"GIF89a",
        struct.pack("<HHBBB", *size, 0x70 if local else 0xF7, background, 0),
        b"" if local else colours,
    ]
    if repeat is not None:
        written.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", repeat, 0))
    made = {each: _picture(part, table, colours if local else b"") for each, part in distinct.items()}
    return b"".join((*written, *(made[id(part)] for part in parts), b";"))


def _picture(part: Part, table: list[tuple[int, int, int]], own: bytes) -> bytes:
    clear, numbers = len(table), {colour: number for number, colour in enumerate(table)}
    indexes = [numbers[pixel[:3]] if pixel[3] else clear for row in part.rows for pixel in row]
    packed = _DISPOSALS[part.disposal] << 2 | (clear in indexes)
    control = b"\x21\xf9\x04" + struct.pack("<BHBB", packed, part.delay // 10, clear if clear in indexes else 0, 0)
    descriptor = b"\x2c" + struct.pack("<HHHHB", *part.at, *part.size, 0x87 if own else 0)
    return b"".join((control, descriptor, own, b"\x08", _sub_blocks(_coded(indexes))))


_NINE_BITS = [f"{code:09b}" for code in range(512)]


def _coded(indexes: list[int]) -> bytes:
    """LZW without compression: it starts anew before codes would take more than 9 bits."""
    codes = [
        256,
        *(code for start in range(0, len(indexes), 250) for code in (256, *indexes[start : start + 250])),
        257,
    ]
    bits = int("".join([_NINE_BITS[code] for code in reversed(codes)]), 2)
    return bits.to_bytes((9 * len(codes) + 7) // 8, "little")


def _sub_blocks(content: bytes) -> bytes:
    pieces = [content[start : start + 255] for start in range(0, len(content), 255)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def apng(
    size: tuple[int, int], parts: Sequence[Part], plays: int = 0, still: Rows | None = None, extra: bytes = b""
) -> bytes:
    """still: what a decoder of stills shows, if it is not the first frame, which is a still only if it is as large as
    the whole (PNG 3, 11.3.6.2). extra: chunks before the data."""
    if not still and (parts[0].at, parts[0].size) != ((0, 0), size):
        still = flat(size, NOTHING)
    written = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 6, 0, 0, 0)), extra]
    written.append(chunk(b"acTL", struct.pack(">II", len(parts), plays)))
    sequence = 0
    deflated = {each: _deflated(part.rows) for each, part in _distinct(parts).items()}
    if still:
        written.append(chunk(b"IDAT", _deflated(still)))
    for index, part in enumerate(parts):
        disposal = _DISPOSALS[part.disposal] - 1
        control = struct.pack(">IIIIIHHBB", sequence, *part.size, *part.at, part.delay, 1000, disposal, part.over)
        written.append(chunk(b"fcTL", control))
        sequence += 1
        if index == 0 and not still:
            written.append(chunk(b"IDAT", deflated[id(part)]))
        else:
            data = deflated[id(part)]
            for piece in (data[:20], data[20:]):
                written.append(chunk(b"fdAT", struct.pack(">I", sequence) + piece))
                sequence += 1
    return b"".join((*written, chunk(b"IEND", b"")))


def _deflated(rows: Rows) -> bytes:
    return compress(b"".join(b"\0" + bytes(level for pixel in row for level in pixel) for row in rows))


def webp(size: tuple[int, int], parts: Sequence[Part], plays: int = 0) -> bytes:
    """Its frames begin at even places, and leave nothing like "previous"."""
    chunks = [vp8x(0x12, size), (b"ANIM", struct.pack("<IH", 0xFF00FF00, plays))]
    stills = {each: _still(part.rows) for each, part in _distinct(parts).items()}
    for part in parts:
        flags = (0 if part.over else 2) | (part.disposal == "background")
        place = _24(part.at[0] // 2, part.at[1] // 2, part.size[0] - 1, part.size[1] - 1, part.delay)
        chunks.append((b"ANMF", place + bytes([flags]) + stills[id(part)]))
    return riff(*chunks)


def _still(rows: Rows) -> bytes:
    """The chunk VP8L of a frame, without loss."""
    file = BytesIO()
    image(rows).save(file, "WEBP", lossless=True, exact=True)
    content = file.getvalue()
    return content[content.index(b"VP8L") :]


def _24(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(3, "little") for number in numbers)
