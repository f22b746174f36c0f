"""Colours look as in a colour-managed viewer, however they were stored."""

import struct
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from tests.material import pictures
from thumbs import formats, pipeline, sizes
from thumbs.pipeline import icc

# Display P3 (200, 100, 50) in sRGB, by the matrices of the CSS Color 4 specification.
P3, P3_AS_SRGB = (200, 100, 50), (215, 94, 32)
# Adobe RGB (1998) likewise.
ADOBE = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), (0.3127, 0.3290))
ADOBE_AS_SRGB = (229, 100, 45)


def centre(original: bytes, output: str = "webp", quality: int = 95) -> tuple[int, ...]:
    wanted = pipeline.Wanted(sizes.parse("small=32"), (formats.OUTPUTS[output],), quality, 50)
    made = Image.open(BytesIO(pipeline.run(original, wanted).thumbnails[0].content))
    pixel = made.convert("RGBA").getpixel((made.width // 2, made.height // 2))
    assert isinstance(pixel, tuple)
    return pixel


def near(pixel: tuple[int, ...], colour: tuple[int, ...], tolerance: int = 6) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=False))


def p3() -> bytes:
    made = icc.of_cicp(12, 13)
    assert made is not None
    return made


@pytest.mark.parametrize(
    "maker", [pictures.jpeg, pictures.png, pictures.webp, pictures.avif, pictures.heic, pictures.tiff]
)
def test_display_p3_becomes_srgb(maker: object) -> None:
    original = maker(picture=Image.new("RGB", (64, 64), P3), icc_profile=p3())  # type: ignore[operator]
    assert near(centre(original), P3_AS_SRGB)


def test_adobe_rgb_becomes_srgb() -> None:
    profile = icc.profile(ADOBE, icc.gamma(563 / 256))
    assert near(centre(pictures.png(picture=Image.new("RGB", (64, 64), P3), icc_profile=profile)), ADOBE_AS_SRGB)


def test_a_profile_keeps_transparency() -> None:
    original = pictures.png(picture=Image.new("RGBA", (64, 64), (*P3, 128)), icc_profile=p3())
    assert near(centre(original), (*P3_AS_SRGB, 128))


def test_a_png_may_name_its_colour_space() -> None:
    original = pictures.with_chunk(pictures.png(picture=Image.new("RGB", (64, 64), P3)), b"cICP", bytes((12, 13, 0, 1)))
    assert near(centre(original), P3_AS_SRGB)


def test_a_png_with_linear_light_is_brightened() -> None:
    plain = pictures.png(picture=Image.new("RGB", (64, 64), (55, 55, 55)))
    assert near(centre(pictures.with_chunk(plain, b"gAMA", struct.pack(">I", 100_000))), (128, 128, 128))
    assert near(centre(pictures.with_chunk(plain, b"gAMA", struct.pack(">I", 45_455))), (55, 55, 55))


def test_a_heic_may_name_its_colour_space() -> None:
    picture = Image.new("RGB", (64, 64), P3)
    original = pictures.heic(
        picture=picture, color_primaries=12, transfer_characteristics=13, matrix_coefficients=6, full_range_flag=1
    )
    assert near(centre(original), P3_AS_SRGB)


def test_an_srgb_profile_changes_nothing() -> None:
    original = pictures.png(picture=Image.new("RGB", (64, 64), P3), icc_profile=pictures.srgb_profile())
    assert near(centre(original), P3, 3)


@pytest.mark.parametrize(
    ("cmyk", "colour"), [((0, 0, 0, 0), (255, 255, 255)), ((0, 255, 255, 0), (255, 0, 0)), ((0, 0, 0, 255), (0, 0, 0))]
)
def test_cmyk_without_a_profile_is_what_browsers_show(cmyk: tuple[int, ...], colour: tuple[int, ...]) -> None:
    assert near(centre(pictures.jpeg(picture=Image.new("CMYK", (64, 64), cmyk))), colour)


def test_lab_becomes_srgb() -> None:
    lab = ImageCms.profileToProfile(
        Image.new("RGB", (64, 64), P3), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    assert near(centre(pictures.tiff(picture=lab)), P3, 8)


@pytest.mark.parametrize("value", [0, 20_000, 40_000, 65_535])
def test_16_bit_gray_keeps_its_shades(value: int) -> None:
    expected = (value >> 8,) * 3
    assert near(centre(pictures.gray16_png(64, 64, value)), expected, 3)
    assert near(centre(pictures.tiff(picture=Image.new("I;16", (64, 64), value))), expected, 3)


def test_all_16_bits_of_a_transparent_colour_count() -> None:
    colours = [(0x1234, 0x5678, 0x9ABC), (0x1235, 0x5678, 0x9ABC), (0x1234, 0x5679, 0x9ABC), (0x1234, 0x5678, 0x9ABD)]
    row = b"".join(struct.pack(">3H", *colour) * 16 for colour in colours)
    original = pictures.with_chunk(pictures.stored_png(64, 16, 2, row), b"tRNS", struct.pack(">3H", *colours[0]))
    wanted = pipeline.Wanted(sizes.parse("small=64"), (formats.OUTPUTS["webp"],), 95, 50)
    alpha = Image.open(BytesIO(pipeline.run(original, wanted).thumbnails[0].content)).getchannel("A")
    assert [alpha.getpixel((x, 32)) for x in (8, 24, 40, 56)] == [0, 255, 255, 255]


def test_16_bit_gray_may_have_a_transparent_shade() -> None:
    picture = Image.new("I;16", (64, 64), 30_000)
    assert centre(pictures.png(picture=picture, transparency=30_000))[3] == 0
    assert centre(pictures.png(picture=picture, transparency=30_001))[3] == 255


@pytest.mark.parametrize(
    ("depth", "colour", "row", "clear", "opaque"),
    [
        (1, 0, b"\xff" * 8, (1,), (0,)),
        (2, 0, b"\xaa" * 16, (2,), (1,)),
        (4, 0, b"\x55" * 32, (5,), (6,)),
        (8, 0, b"\x64" * 64, (100,), (101,)),
        (8, 2, b"\x64\x65\x66" * 64, (100, 101, 102), (100, 101, 103)),
        (16, 2, b"\x12\x34\x56\x78\x9a\xbc" * 64, (0x1234, 0x5678, 0x9ABC), (0x12, 0x56, 0x9A)),
    ],
)
def test_a_shade_of_a_png_may_be_transparent_whatever_its_depth(
    depth: int, colour: int, row: bytes, clear: tuple[int, ...], opaque: tuple[int, ...]
) -> None:
    original = pictures.stored_png(64, depth, colour, row)
    for shade, alpha in ((clear, 0), (opaque, 255)):
        named = pictures.with_chunk(original, b"tRNS", struct.pack(f">{len(shade)}H", *shade))
        assert centre(named)[3] == alpha, shade


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_other_kinds_of_pixels_keep_their_colour(mode: str) -> None:
    assert near(
        centre(pictures.png(picture=Image.new("RGB", (64, 64), (255, 255, 255)).convert(mode))), (255, 255, 255)
    )


def test_a_transparent_colour_of_a_palette_stays_transparent() -> None:
    assert centre(pictures.gif(picture=Image.new("RGBA", (64, 64), (10, 20, 30, 0))))[3] == 0


def test_invisible_colours_do_not_bleed_into_visible_ones() -> None:
    picture = Image.new("RGBA", (640, 640), (0, 255, 0, 0))
    for x in range(0, 640, 4):
        picture.paste((255, 0, 0, 255), (x, 0, x + 2, 640))
    red, green, _, alpha = centre(pictures.png(picture=picture))
    assert (red > 240, green < 15) == (True, True)
    assert 110 < alpha < 145


@pytest.mark.parametrize("output", formats.OUTPUTS)
def test_more_quality_means_more_bytes(output: str) -> None:
    original = pictures.jpeg(picture=pictures.photo(640, 480))
    made = [
        pipeline.run(
            original, pipeline.Wanted(sizes.parse("a=320"), (formats.OUTPUTS[output],), quality, 50)
        ).thumbnails[0]
        for quality in (1, 40, 60, 80, 95, 100)
    ]
    lengths = [len(one.content) for one in made]
    assert lengths == sorted(lengths)
    assert lengths[-1] > 2 * lengths[0]
