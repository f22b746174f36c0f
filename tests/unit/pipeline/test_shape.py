"""The sizes of all results, the frame that is used, and that shortcuts make no visible difference."""

import struct
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.material import pictures
from tests.material.decoding import decoded_at_once
from tests.material.pictures import riff, vp8x
from thumbs import formats, pipeline, sizes
from thumbs.pipeline import geometry
from thumbs.pipeline.readers import jpeg_scans, webp
from thumbs.pipeline.resize import resize


@pytest.mark.parametrize(
    ("picture", "spelled", "expected"),
    [
        ((4000, 3000), "a=640", (640, 480)),
        ((3000, 4000), "a=640", (480, 640)),
        ((100, 50), "a=640", (100, 50)),
        ((1, 30_000), "a=160", (1, 160)),
        ((30_000, 1), "a=160", (160, 1)),
        ((1, 1), "a=1", (1, 1)),
        ((4000, 3000), "a=400x400", (400, 400)),
        ((500, 400), "a=400x300", (400, 300)),
        ((200, 200), "a=400x300", (200, 150)),
        ((1, 30_000), "a=400x300", (1, 1)),
        ((400, 300), "a=400x300", (400, 300)),
    ],
)
def test_the_sizes_that_come_out(picture: tuple[int, int], spelled: str, expected: tuple[int, int]) -> None:
    target = geometry.target(picture, sizes.parse(spelled)[0])
    assert target.output == expected
    assert target.scaled[0] >= target.output[0]
    assert target.scaled[1] >= target.output[1]
    assert target.scaled[0] <= picture[0]
    assert target.scaled[1] <= picture[1]


@pytest.mark.parametrize("size", [(1, 3000), (3000, 1), (1, 1), (2, 3)])
def test_pictures_of_extreme_shapes_are_converted(size: tuple[int, int]) -> None:
    for maker in (pictures.jpeg, pictures.png, pictures.webp):
        wanted = pipeline.Wanted(sizes.parse("a=160,b=40x30"), (formats.OUTPUTS["webp"],), 80, 50)
        made = pipeline.run(maker(*size), wanted)
        assert min(min(one.width, one.height) for one in made.thumbnails) >= 1


def test_thumbnails_come_in_the_order_of_their_sizes() -> None:
    wanted = pipeline.Wanted(sizes.parse("a=10,c=300,b=50x50,d=100"), (formats.OUTPUTS["jpeg"],), 80, 50)
    made = pipeline.run(pictures.jpeg(400, 300), wanted).thumbnails
    assert [(one.size, one.width, one.height) for one in made] == [
        ("a", 10, 8),
        ("c", 300, 225),
        ("b", 50, 50),
        ("d", 100, 75),
    ]


@pytest.mark.parametrize(
    "original",
    [
        pictures.animated_gif(),
        pictures.png(320, 240, save_all=True, append_images=[Image.new("RGB", (320, 240))]),
        pictures.webp(320, 240, save_all=True, append_images=[Image.new("RGB", (320, 240))]),
        pictures.avif(320, 240, save_all=True, append_images=[Image.new("RGB", (320, 240))]),
        pictures.encoded(
            pictures.quadrants(320, 240), "MPO", save_all=True, append_images=[Image.new("RGB", (99, 99))]
        ),
        pictures.tiff(320, 240, save_all=True, append_images=[Image.new("RGB", (99, 99))]),
    ],
    ids=["gif", "apng", "webp", "avif", "mpo", "tiff"],
)
def test_the_first_of_several_pictures_is_the_one(original: bytes) -> None:
    wanted = pipeline.Wanted(sizes.parse("a=160"), (formats.OUTPUTS["webp"],), 90, 50)
    made = pipeline.run(original, wanted)
    assert (made.original["width"], made.original["height"]) == (320, 240)
    pixel = Image.open(BytesIO(made.thumbnails[0].content)).convert("RGB").getpixel((40, 30))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 15 for a, b in zip(pixel, pictures.RED, strict=True))


@pytest.mark.parametrize("frames", [1, 3, 12])
def test_frames_are_counted(frames: int) -> None:
    others = [Image.new("RGB", (32, 24), (level * 20, 0, 0)) for level in range(frames - 1)]
    several: dict[str, Any] = {"save_all": True, "append_images": others} if others else {}
    wanted = pipeline.Wanted(sizes.parse("a=16"), (formats.OUTPUTS["webp"],), 80, 50)
    for maker in (pictures.gif, pictures.png, pictures.webp, pictures.avif):
        assert pipeline.run(maker(32, 24, **several), wanted).original["frames"] == frames, maker


def test_the_main_colour_is_that_of_most_of_the_picture() -> None:
    picture = Image.new("RGB", (400, 300), (200, 40, 40))
    picture.paste((20, 20, 220), (0, 0, 150, 300))
    wanted = pipeline.Wanted(sizes.parse("a=160"), (formats.OUTPUTS["webp"],), 80, 50)
    assert pipeline.run(pictures.png(picture=picture), wanted).placeholder["color"] == "#c82828"


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean of the absolute differences, in levels."""
    return float(max(ImageStat.Stat(ImageChops.difference(one, other)).mean))


@pytest.mark.parametrize("divisor", [8, 4])
def test_the_early_scans_of_a_progressive_jpeg_are_enough(divisor: int) -> None:
    original = pictures.jpeg(picture=pictures.photo(1600, 1200), progressive=True)
    early = bytes(jpeg_scans.early(original, jpeg_scans.layout(original), divisor)) + b"\xff\xd9"
    assert len(early) < 0.65 * len(original)

    def decoded(data: bytes) -> Image.Image:
        picture = Image.open(BytesIO(data))
        picture.draft(None, (1600 // divisor, 1200 // divisor))
        return picture.resize((1600 // divisor * 4 // 5, 1200 // divisor * 4 // 5), Image.Resampling.LANCZOS)

    assert difference(decoded(early), decoded(original)) < 2


def test_every_scan_of_a_jpeg_is_read_for_its_full_size() -> None:
    original = pictures.jpeg(progressive=True)
    found = jpeg_scans.layout(original)
    assert len(found.scans) == 10
    for divisor in (1, 2):
        assert bytes(jpeg_scans.early(original, found, divisor)) == original[:-2]


def test_a_webp_that_is_scaled_while_decoding_looks_like_one_that_is_not() -> None:
    picture = pictures.photo(1600, 1200)
    source = webp.source(pictures.webp(picture=picture))
    scaled = decoded_at_once(source, (400, 300))
    assert scaled.size == (400, 300)
    whole = decoded_at_once(webp.source(pictures.webp(picture=picture)), (1600, 1200))
    assert difference(scaled.convert("RGB"), whole.convert("RGB").resize((400, 300), Image.Resampling.BOX)) < 3


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("size", [(160, 112), (500, 350), (1000, 700)], ids=str)
def test_a_resize_is_as_good_as_that_of_pillow_without_averaging(mode: str, size: tuple[int, int]) -> None:
    picture = pictures.photo(1111, 777).convert(mode)
    ours, theirs = resize(picture, size), picture.resize(size, Image.Resampling.LANCZOS)
    assert (ours.mode, ours.size) == (mode, size)
    assert difference(ours, theirs) < 2


def on_gray(picture: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", picture.size, (128, 128, 128)), picture)


def test_what_is_transparent_does_not_colour_what_is_seen() -> None:
    picture = pictures.photo(960, 672).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    picture.paste((255, 0, 255, 0), (0, 0, 960, 200))
    picture.paste((0, 0, 0, 255), (0, 500, 960, 672))
    ours, theirs = resize(picture, (160, 112)), picture.resize((160, 112), Image.Resampling.LANCZOS)
    assert difference(ours.getchannel("A"), theirs.getchannel("A")) < 0.5
    assert difference(on_gray(ours), on_gray(theirs)) < 1


def alphas(original: bytes, *points: tuple[int, int]) -> list[int]:
    """The size of the thumbnail, which is as large as the picture."""
    wanted = pipeline.Wanted(sizes.parse("a=320"), (formats.OUTPUTS["webp"],), 90, 50)
    made = Image.open(BytesIO(pipeline.run(original, wanted).thumbnails[0].content)).convert("RGBA")
    return [made.crop((x, y, x + 1, y + 1)).tobytes()[3] for x, y in points]


def small_frame_gif(at: tuple[int, int], transparent: bool, colours: int) -> bytes:
    """A frame of 100x80 on a canvas of 320x240."""
    picture = pictures.quadrants(100, 80).quantize(colours)
    clear: dict[str, Any] = {"transparency": picture.getpixel((90, 70))} if transparent else {}
    original = bytearray(pictures.gif(picture=picture, background=1, **clear))
    original[6:10] = struct.pack("<HH", 320, 240)
    frame = original.index(b",\0\0\0\0", 13 + 3 * 2 ** ((original[10] & 7) + 1))
    original[frame + 1 : frame + 5] = struct.pack("<HH", *at)
    return bytes(original)


@pytest.mark.parametrize("at", [(0, 0), (110, 80), (220, 160)])
@pytest.mark.parametrize("transparent", [False, True])
def test_around_the_first_frame_of_a_gif_there_is_nothing(at: tuple[int, int], transparent: bool) -> None:
    inside = at[0] + 10, at[1] + 10
    outside = (at[0] + 150) % 320, (at[1] + 120) % 240
    for colours in (4, 256):
        assert alphas(small_frame_gif(at, transparent, colours), inside, outside) == [255, 0]


def test_a_gray_gif_whose_frame_is_small_has_nothing_around_it() -> None:
    original = bytearray(pictures.gif(picture=pictures.quadrants(100, 80).convert("L")))
    original[6:10] = struct.pack("<HH", 320, 240)
    assert alphas(bytes(original), (10, 10), (200, 200)) == [255, 0]


HAS_ANIMATION, HAS_EXIF, HAS_ALPHA, HAS_PROFILE = 0x02, 0x08, 0x10, 0x20


@pytest.mark.parametrize("flags", [HAS_ANIMATION, HAS_ANIMATION | HAS_ALPHA])
@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("at", [(0, 0), (110, 80), (220, 160)])
def test_around_the_first_frame_of_a_webp_there_is_nothing(flags: int, lossless: bool, at: tuple[int, int]) -> None:
    still = pictures.webp(100, 80, lossless=lossless)[12:]
    numbers = b"".join(number.to_bytes(3, "little") for number in (at[0] // 2, at[1] // 2, 99, 79, 100))
    frame = b"ANMF", numbers + b"\0" + still
    original = riff(vp8x(flags, (320, 240)), (b"ANIM", bytes(6)), frame, frame)
    inside, outside = (at[0] + 10, at[1] + 10), ((at[0] + 150) % 320, (at[1] + 120) % 240)
    assert alphas(original, inside, outside) == [255, 0]


def test_alpha_of_a_frame_of_a_webp_needs_no_flag() -> None:
    still = pictures.webp(picture=pictures.transparent(320, 240), lossless=True)[12:]
    numbers = b"".join(number.to_bytes(3, "little") for number in (0, 0, 319, 239, 100))
    picture = next(still[at:] for at in range(len(still)) if still[at : at + 4] == b"VP8L")
    original = riff(vp8x(HAS_ANIMATION, (320, 240)), (b"ANIM", bytes(6)), (b"ANMF", numbers + b"\0" + picture))
    assert alphas(original, (80, 60), (240, 180)) == [255, 0]


@pytest.mark.parametrize("tail", [bytes(1_000_000), b"EXIF\x40\0\0\0" + pictures.exif(6), b"ANMF", b"\xff"], ids=len)
def test_what_follows_a_webp_does_not_count(tail: bytes) -> None:
    wanted = pipeline.Wanted(sizes.parse("a=160"), (formats.OUTPUTS["webp"],), 90, 50)
    for original in (pictures.webp(), pictures.webp(lossless=True), pictures.webp(orientation=1)):
        made, whole = pipeline.run(original + tail, wanted), pipeline.run(original, wanted)
        assert made.thumbnails == whole.thumbnails
        assert made.original["frames"] == 1


@pytest.mark.parametrize("announced", [True, False])
def test_metadata_of_a_webp_counts_where_its_header_announces_it(announced: bool) -> None:
    (kind, data) = next((original[12:16], original[20:]) for original in [pictures.webp(320, 240)])
    swapped = pictures.srgb_profile().replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")
    header = vp8x((HAS_EXIF | HAS_PROFILE) * announced, (320, 240))
    original = riff(header, (b"ICCP", swapped), (kind, data), (b"EXIF", pictures.exif(6)))
    wanted = pipeline.Wanted(sizes.parse("a=320"), (formats.OUTPUTS["webp"],), 90, 50)
    made = pipeline.run(original, wanted)
    assert (made.original["width"], made.original["height"]) == ((240, 320) if announced else (320, 240))
    picture = Image.open(BytesIO(made.thumbnails[0].content)).convert("RGB")
    x = made.original["width"] - 20 if announced else 20
    red, green, _ = picture.crop((x, 20, x + 1, 21)).tobytes()
    assert (red < green) is announced
