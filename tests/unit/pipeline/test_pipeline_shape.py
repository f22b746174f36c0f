"""How large everything comes out, from which frame, and that shortcuts change nothing that can be seen."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.unit import pictures
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
        wanted = pipeline.Wanted(sizes.parse("a=160,b=40x30"), formats.OUTPUTS["webp"], 80, 50)
        made = pipeline.run(maker(*size), wanted)
        assert min(min(one.width, one.height) for one in made.thumbnails) >= 1


def test_thumbnails_come_in_the_order_of_their_sizes() -> None:
    wanted = pipeline.Wanted(sizes.parse("a=10,c=300,b=50x50,d=100"), formats.OUTPUTS["jpeg"], 80, 50)
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
    wanted = pipeline.Wanted(sizes.parse("a=160"), formats.OUTPUTS["webp"], 90, 50)
    made = pipeline.run(original, wanted)
    assert (made.original.width, made.original.height) == (320, 240)
    pixel = Image.open(BytesIO(made.thumbnails[0].content)).convert("RGB").getpixel((40, 30))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 15 for a, b in zip(pixel, pictures.RED, strict=True))


@pytest.mark.parametrize("frames", [1, 3, 12])
def test_frames_are_counted(frames: int) -> None:
    others = [Image.new("RGB", (32, 24), (level * 20, 0, 0)) for level in range(frames - 1)]
    several: dict[str, Any] = {"save_all": True, "append_images": others} if others else {}
    wanted = pipeline.Wanted(sizes.parse("a=16"), formats.OUTPUTS["webp"], 80, 50)
    for maker in (pictures.gif, pictures.png, pictures.webp, pictures.avif):
        assert pipeline.run(maker(32, 24, **several), wanted).original.frames == frames, maker


def test_the_main_colour_is_that_of_most_of_the_picture() -> None:
    picture = Image.new("RGB", (400, 300), (200, 40, 40))
    picture.paste((20, 20, 220), (0, 0, 150, 300))
    wanted = pipeline.Wanted(sizes.parse("a=160"), formats.OUTPUTS["webp"], 80, 50)
    assert pipeline.run(pictures.png(picture=picture), wanted).placeholder.color == "#c82828"


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
    scaled = source.load((400, 300))
    assert scaled.size == (400, 300)
    whole = webp.source(pictures.webp(picture=picture)).load((1600, 1200))
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
