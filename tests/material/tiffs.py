"""TIFFs of every layout, generated from numbers between 0 and 1."""

import struct
import zlib
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from math import ceil

NONE, LZW, DEFLATE, PACKBITS = 1, 5, 8, 32773
UNSIGNED, SIGNED, FLOAT = 1, 2, 3

Pixel = Sequence[float]


def packed(values: Sequence[float], bits: int, kind: int, order: str) -> bytes:
    """One row. values: whole numbers are used unchanged, others as a fraction of the maximum."""
    if kind == FLOAT:
        return struct.pack(f"{order}{len(values)}{ {16: 'e', 32: 'f', 64: 'd'}[bits] }", *values)
    most = 2**bits - 1 if kind == UNSIGNED else 2 ** (bits - 1) - 1
    whole = [value if isinstance(value, int) else round(value * most) for value in values]
    if bits in {8, 16, 32}:
        letter = {8: "b", 16: "h", 32: "i"}[bits]
        return struct.pack(f"{order}{len(whole)}{letter if kind == SIGNED else letter.upper()}", *whole)
    number = 0
    for value in whole:
        number = number << bits | value
    length = ceil(bits * len(whole) / 8)
    return (number << 8 * length - bits * len(whole)).to_bytes(length, "big")


def differences(values: Sequence[float], step: int, bits: int) -> list[int]:
    """Predictor 2"""
    whole = [round(value * (2**bits - 1)) for value in values]
    return whole[:step] + [(now - before) % 2**bits for now, before in zip(whole[step:], whole, strict=False)]


def float_differences(row: bytes, order: str) -> bytes:
    """Predictor 3, for floating point of 32 bits and one sample per pixel (Adobe, TIFF technical note 3)."""
    planes = b"".join(row[byte::4] for byte in (range(4) if order == ">" else range(3, -1, -1)))
    return planes[:1] + bytes((now - before) % 256 for before, now in pairwise(planes))


def lzw(data: bytes) -> bytes:
    """Only codes of 9 bits, with a new table before they would grow."""
    number, bits = 0, 0
    for at in range(0, len(data), 200):
        for code in (256, *data[at : at + 200]):
            number, bits = number << 9 | code, bits + 9
    number, bits = number << 9 | 257, bits + 9
    return (number << -bits % 8).to_bytes(ceil(bits / 8), "big")


def packbits(data: bytes) -> bytes:
    return b"".join(bytes([len(data[at : at + 128]) - 1]) + data[at : at + 128] for at in range(0, len(data), 128))


_ENCODERS: dict[int, Callable[[bytes], bytes]] = {NONE: bytes, LZW: lzw, DEFLATE: zlib.compress, PACKBITS: packbits}


def tiff(
    size: tuple[int, int],
    pixel: Callable[[int, int], Pixel],
    bits: int,
    *,
    photometric: int,
    kind: int = UNSIGNED,
    order: str = "<",
    planar: bool = False,
    extras: tuple[int, ...] = (),
    compression: int = NONE,
    predictor: int = 1,
    rows: int = 0,
    tile: tuple[int, int] | None = None,
    tags: dict[int, tuple[int, ...] | bytes] | None = None,
    big: bool = False,
) -> bytes:
    """pixel: the samples at x and y. rows: per strip, all if 0. tags: others, of whole numbers or as bytes."""
    width, height = size
    samples = len(pixel(0, 0))
    across, down = tile or (width, rows or height)
    step = 1 if planar else samples
    parts = []
    for plane in range(samples if planar else 1):
        for top in range(0, height, down):
            for left in range(0, width, across):
                data = b""
                for y in range(top, top + down if tile else min(height, top + down)):
                    row: list[float] = []
                    for x in range(left, left + across):
                        of_pixel = pixel(min(x, width - 1), min(y, height - 1))
                        row += [of_pixel[plane]] if planar else of_pixel
                    coded = packed(differences(row, step, bits) if predictor == 2 else row, bits, kind, order)
                    data += float_differences(coded, order) if predictor == 3 else coded
                parts.append(_ENCODERS[compression](data))
    header = 16 if big else 8
    starts = tuple(header + end - len(part) for part, end in zip(parts, accumulate(map(len, parts)), strict=True))
    values: dict[int, tuple[int, ...] | bytes] = {
        256: (width,),
        257: (height,),
        258: (bits,) * samples,
        259: (compression,),
        262: (photometric,),
        277: (samples,),
        284: (2 if planar else 1,),
        317: (predictor,),
        339: (kind,) * samples,
        **({338: extras} if extras else {}),
        **({322: (across,), 323: (down,)} if tile else {278: (down,)}),
        (324 if tile else 273): starts,
        (325 if tile else 279): tuple(map(len, parts)),
        **(tags or {}),
    }
    return written(b"".join(parts), values, order, big)


def written(data: bytes, values: dict[int, tuple[int, ...] | bytes], order: str, big: bool) -> bytes:
    """The data, then the directory and its values; numbers are written as LONG, or SHORT if a reader requires it."""
    header, width, offset = (16, 8, "Q") if big else (8, 4, "I")
    data += b"\0" * (len(data) % 2)
    at = header + len(data)
    entries, tail = [], b""
    behind = at + (8 if big else 2) + len(values) * (4 + 2 * width) + width
    for tag, several in sorted(values.items()):
        letter, kind = ("H", 3) if isinstance(several, tuple) and max(several, default=0) < 2**16 else ("I", 4)
        content = several if isinstance(several, bytes) else struct.pack(f"{order}{len(several)}{letter}", *several)
        place = content.ljust(width, b"\0")
        if len(content) > width:
            place = struct.pack(order + offset, behind + len(tail))
            tail += content + b"\0" * (len(content) % 2)
        entries.append(struct.pack(f"{order}HH{offset}", tag, 2 if several is content else kind, len(several)) + place)
    magic = b"II" if order == "<" else b"MM"
    start = struct.pack(order + ("HHHQ" if big else "HI"), *((43, 8, 0, at) if big else (42, at)))
    count = struct.pack(order + ("Q" if big else "H"), len(values))
    return b"".join((magic, start, data, count, *entries, bytes(width), tail))
