"""A BMP is read correctly with any header and any bit masks."""

import struct
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from tests.material import pictures
from tests.material.pictures import assert_quadrants
from thumbs import formats, pipeline, sizes
from thumbs.errors import Reason, Rejected

WIDTH, HEIGHT = 30, 20  # rows of 2 bits and of 16 have to be padded to 4 bytes
BITFIELDS, ALPHA_BITFIELDS = 3, 6


def convert(original: bytes) -> Image.Image:
    wanted = pipeline.Wanted(sizes.parse("small=160"), (formats.OUTPUTS["webp"],), 100, 50)
    return Image.open(BytesIO(pipeline.run(original, wanted).thumbnails[0].content))


def scaled(value: int, mask: int) -> int:
    """An 8-bit value under the mask."""
    low = (mask & -mask).bit_length() - 1 if mask else 0
    return round(value * (mask >> low) / 255) << low


def packed(picture: Image.Image, bits: int, masks: tuple[int, ...], top_down: bool = False) -> bytes:
    rows = []
    rgba = picture.convert("RGBA")
    for y in range(picture.height):
        row = rgba.crop((0, y, picture.width, y + 1)).tobytes()
        pixels = b"".join(
            sum(scaled(v, m) for v, m in zip(row[x : x + 4], masks, strict=False)).to_bytes(bits // 8, "little")
            for x in range(0, len(row), 4)
        )
        rows.append(pixels + bytes(-len(pixels) % 4))
    return b"".join(rows if top_down else rows[::-1])


def bmp(
    pixels: bytes,
    bits: int,
    *,
    length: int = 40,
    masks: tuple[int, ...] = (),
    compression: int | None = None,
    height: int = HEIGHT,
    palette: bytes = b"",
    profile: bytes = b"",
    space: bytes = b"BGRs",
) -> bytes:
    compression = (BITFIELDS if masks else 0) if compression is None else compression
    fields = struct.pack("<IiiHHIIiiII", length, WIDTH, height, 1, bits, compression, len(pixels), 0, 0, 0, 0)
    stated = struct.pack(f"<{len(masks)}I", *masks)
    if length > 40:
        fields = (fields + stated.ljust(16, b"\0") + space).ljust(length, b"\0")[:length]
        stated = b""
    fields = fields[:length]
    start = 14 + len(fields) + len(stated) + len(palette)
    if profile:
        fields = fields[:112] + struct.pack("<II", start - 14 + len(pixels), len(profile)) + fields[120:]
    size = start + len(pixels) + len(profile)
    return b"BM" + struct.pack("<IHHI", size, 0, 0, start) + fields + stated + palette + pixels + profile


MASKS = {
    "4-4-4": (16, (0xF00, 0xF0, 0xF)),
    "5-5-5": (16, (0x7C00, 0x3E0, 0x1F)),
    "5-6-5": (16, (0xF800, 0x7E0, 0x1F)),
    "6-5-5": (16, (0xFC00, 0x3E0, 0x1F)),
    "5-6-5 the other way round": (16, (0x1F, 0x7E0, 0xF800)),
    "3-3-2": (16, (0xE0, 0x1C, 0x3)),
    "8-8-8": (32, (0xFF0000, 0xFF00, 0xFF)),
    "8-8-8 the other way round": (32, (0xFF, 0xFF00, 0xFF0000)),
    "8-8-8 higher up": (32, (0xFF000000, 0xFF0000, 0xFF00)),
    "8-8-8 between the bytes": (32, (0xFF00000, 0xFF000, 0xFF0)),
    "10-10-10": (32, (0x3FF00000, 0xFFC00, 0x3FF)),
    "11-11-10": (32, (0xFFE00000, 0x1FFC00, 0x3FF)),
    "12-12-8": (32, (0xFFF00000, 0xFFF00, 0xFF)),
}


@pytest.mark.parametrize("length", [40, 52, 56, 108, 124])
@pytest.mark.parametrize("name", MASKS)
def test_samples_may_have_any_bits(name: str, length: int) -> None:
    bits, masks = MASKS[name]
    tolerance = 45 if name == "3-3-2" else 12
    for top_down in (False, True):
        pixels = packed(pictures.quadrants(WIDTH, HEIGHT), bits, masks, top_down)
        made = convert(bmp(pixels, bits, masks=masks, length=length, height=-HEIGHT if top_down else HEIGHT))
        assert_quadrants(made, tolerance)


@pytest.mark.parametrize(
    ("bits", "masks"),
    [
        (16, (0x7C00, 0x3E0, 0x1F, 0x8000)),
        (16, (0xF00, 0xF0, 0xF, 0xF000)),
        (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
        (32, (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000)),
    ],
    ids=["1-5-5-5", "4-4-4-4", "8-8-8-8", "2-10-10-10"],
)
def test_alpha_counts_where_there_is_a_mask_for_it(bits: int, masks: tuple[int, ...]) -> None:
    picture = pictures.transparent(WIDTH, HEIGHT)
    pixels = packed(picture, bits, masks)
    for original in (
        bmp(pixels, bits, masks=masks, length=56),
        bmp(pixels, bits, masks=masks, length=124),
        bmp(pixels, bits, masks=masks, compression=ALPHA_BITFIELDS),
    ):
        alpha = convert(original).getchannel("A")
        assert [alpha.getpixel((x, y)) for x, y in ((7, 5), (22, 5), (7, 15), (22, 15))] == [255, 255, 255, 0]


@pytest.mark.parametrize(
    ("bits", "masks"), [(16, (0x7C00, 0x3E0, 0x1F, 0x8000)), (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000))]
)
def test_alpha_that_is_zero_everywhere_does_not_count(bits: int, masks: tuple[int, ...]) -> None:
    made = convert(bmp(packed(pictures.quadrants(WIDTH, HEIGHT), bits, masks[:3]), bits, masks=masks, length=56))
    assert made.mode == "RGB"
    assert_quadrants(made)


COLOURS = (pictures.RED, pictures.GREEN, pictures.BLUE, pictures.WHITE)


def indexed(bits: int) -> bytes:
    rows = []
    for y in range(HEIGHT - 1, -1, -1):
        row = 0
        for x in range(WIDTH):
            row = row << bits | (2 * (y >= HEIGHT // 2) + (x >= WIDTH // 2))
        length = (WIDTH * bits + 31) // 32 * 4
        rows.append((row << 8 * length - WIDTH * bits).to_bytes(length, "big"))
    return b"".join(rows)


def palette(bits: int) -> bytes:
    return b"".join(bytes([*colour[::-1], 0]) for colour in COLOURS).ljust(4 << bits, b"\0")


@pytest.mark.parametrize("length", [*range(16, 41, 4), 18, 42, 60, 64])
@pytest.mark.parametrize("bits", [2, 4, 8, 24])
def test_a_header_may_have_any_length(bits: int, length: int) -> None:
    """OS/2 2 has 64 bytes, of which all but the first 16 may be left out; those of Windows have 40 and more."""
    if bits == 24:
        pixels = packed(pictures.quadrants(WIDTH, HEIGHT), 24, (0xFF0000, 0xFF00, 0xFF))
        original = bmp(pixels, 24, length=length)
    else:
        original = bmp(indexed(bits), bits, length=length, palette=palette(bits))
    assert_quadrants(convert(original))


@pytest.mark.parametrize(("space", "converted"), [(b"DEBM", True), (b"KNIL", False), (b"BGRs", False)])
def test_only_a_profile_inside_the_file_counts(space: bytes, converted: bool) -> None:
    swapped = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    swapped = swapped.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")  # red is green
    pixels = packed(pictures.quadrants(WIDTH, HEIGHT), 24, (0xFF0000, 0xFF00, 0xFF))
    original = bmp(pixels, 24, length=124, profile=bytes(swapped), space=space)
    red, green, _ = convert(original).convert("RGB").crop((7, 5, 8, 6)).tobytes()
    assert (green > 180 and red < 100) if converted else (red > 180 and green < 100)


@pytest.mark.parametrize(
    ("bits", "compression", "length"),
    [(0, 4, 40), (0, 5, 124), (32, 11, 40), (1, 3, 64), (24, 4, 64), (64, 0, 40)],
    ids=["JPEG", "PNG", "CMYK", "Huffman", "RLE24", "64 bits"],
)
def test_a_kind_of_bmp_that_is_not_read_is_not_called_damaged(bits: int, compression: int, length: int) -> None:
    with pytest.raises(Rejected) as caught:
        convert(bmp(bytes(WIDTH * HEIGHT * 8), bits, compression=compression, length=length))
    assert caught.value.reason is Reason.VARIANT_NOT_SUPPORTED


def test_one_that_ends_early_is_damaged() -> None:
    for bits, masks in ((16, (0xF00, 0xF0, 0xF)), (32, (0x3FF00000, 0xFFC00, 0x3FF)), (24, ())):
        pixels = packed(pictures.quadrants(WIDTH, HEIGHT), bits, masks or (0xFF0000, 0xFF00, 0xFF))
        with pytest.raises(Rejected) as caught:
            convert(bmp(pixels, bits, masks=masks)[:-3])
        assert caught.value.reason is Reason.DAMAGED


def corner(original: bytes) -> tuple[int, ...]:
    return tuple(255 * (value > 127) for value in convert(original).getpixel((3, 3)))  # type: ignore[union-attr]


@pytest.mark.parametrize(("bits", "masks"), [(16, (0xFF, 0xFF00, 0)), (32, (0, 0xFF00, 0xFF))])
def test_a_colour_without_bits_is_absent(bits: int, masks: tuple[int, ...]) -> None:
    data = packed(Image.new("RGB", (WIDTH, HEIGHT), "white"), bits, masks)
    assert corner(bmp(data, bits, masks=masks)) == tuple(255 * (mask > 0) for mask in masks)


def test_a_header_of_52_bytes_has_no_mask_for_alpha() -> None:
    masks = 0xF00, 0xF0, 0xF
    data = packed(Image.new("RGB", (WIDTH, HEIGHT), "white"), 16, masks)
    assert corner(bmp(data, 16, length=52, masks=masks, compression=ALPHA_BITFIELDS)) == (255, 255, 255)


def test_a_negative_width_is_damage() -> None:
    original = bmp(bytes(3 * WIDTH * HEIGHT), 24)
    with pytest.raises(Rejected) as refused:
        convert(original[:18] + struct.pack("<i", -WIDTH) + original[22:])
    assert refused.value.reason is Reason.DAMAGED
