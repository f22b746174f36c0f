"""A size that ends in :enlarge enlarges what is smaller than its box, and changes nothing else."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.material import animations, pictures
from thumbs import formats, pipeline, sizes
from thumbs.errors import Reason, Rejected
from thumbs.pipeline import geometry
from thumbs.pipeline.enlarge import enlarged
from thumbs.pipeline.steps import cascade

LANCZOS = Image.Resampling.LANCZOS


def converted(original: bytes, spelled: str, output: str = "webp", **changed: Any) -> pipeline.Conversion:
    wanted = pipeline.Wanted(sizes.parse(spelled), (formats.OUTPUTS[output],), 100, 50)._replace(**changed)
    return pipeline.run(original, wanted)


def shown(made: pipeline.Rendered) -> Image.Image:
    picture = Image.open(BytesIO(made.content))
    assert picture.size == (made.width, made.height)
    return picture


def off(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """The mean and the largest difference of a level, premultiplied if there is alpha."""
    assert (one.mode, one.size) == (other.mode, other.size)
    if one.mode == "RGBA":
        one, other = (Image.frombytes("RGBA", each.size, each.convert("RGBa").tobytes()) for each in (one, other))
    found = ImageStat.Stat(ImageChops.difference(one, other))
    return max(found.mean), max(high for _, high in found.extrema)


@pytest.mark.parametrize(
    ("picture", "spelled", "scaled", "output"),
    [
        ((100, 50), "400:enlarge", (400, 200), (400, 200)),
        ((50, 100), "400x300:fit:enlarge", (150, 300), (150, 300)),
        ((100, 50), "400x400:enlarge", (800, 400), (400, 400)),
        ((100, 50), "400x400:pad:enlarge", (400, 200), (400, 400)),
        ((399, 300), "400x300:crop:enlarge", (400, 301), (400, 300)),
        ((1000, 50), "400x300:crop:enlarge", (6000, 300), (400, 300)),
        ((1, 1), "7x5:crop:enlarge", (7, 7), (7, 5)),
        ((3, 4095), "4096:enlarge", (3, 4096), (3, 4096)),
        ((1, 4096), "4096x4096:crop:enlarge", (4096, 4096 * 4096), (4096, 4096)),
    ],
)
def test_a_picture_that_is_too_small_gets_the_size_of_its_box(
    picture: tuple[int, int], spelled: str, scaled: tuple[int, int], output: tuple[int, int]
) -> None:
    target = geometry.target(picture, sizes.parse(f"a={spelled}")[0])

    assert (target.scaled, target.output, target.enlarged) == (scaled, output, True)


@pytest.mark.parametrize("picture", [(400, 300), (4000, 3000), (400, 5000), (1600, 300)], ids=str)
@pytest.mark.parametrize("spelled", ["a=400x300", "a=300", "a=400x300:crop", "a=300x300:pad:fff"])
def test_a_picture_that_is_large_enough_stays_the_same(picture: tuple[int, int], spelled: str) -> None:
    size, enlarge = sizes.parse(spelled)[0], sizes.parse(f"{spelled}:enlarge")[0]

    assert geometry.target(picture, enlarge) == geometry.target(picture, size)._replace(size=enlarge)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("box", [(0, 0, 1333, 999), (0, 150, 1333, 750), (611, 0, 1111, 999), (3, 5, 4, 6)], ids=str)
def test_a_part_is_what_pillow_enlarges_and_cuts(mode: str, box: tuple[int, int, int, int]) -> None:
    picture = pictures.photo(101, 77).convert(mode)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    whole = picture.resize((1333, 999), LANCZOS)

    mean, most = off(enlarged(picture, whole.size, box), whole.crop(box))

    assert mean < 0.6
    assert most <= (1 if mode == "RGB" else 24)  # Pillow clips each colour where alpha overshoots


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_that_is_made_in_strips_has_no_seam(mode: str) -> None:
    picture = pictures.photo(64, 48).convert(mode)
    if mode == "RGBA":
        picture.putalpha(pictures.photo(64, 48, seed=2).convert("L").point([max(40, level) for level in range(256)]))
    whole = enlarged(picture, (2048, 1536), (0, 0, 2048, 1536))

    for top in range(256, 1536, 256):
        box = 0, top - 8, 2048, top + 8
        assert off(enlarged(picture, whole.size, box), whole.crop(box))[1] <= 1


@pytest.mark.parametrize("hidden", [0, 255], ids=["black is hidden", "white is hidden"])
def test_a_flat_colour_stays_flat_and_gets_no_fringe(hidden: int) -> None:
    """At each alpha that shows, the edge has the colour of the shape."""
    picture = Image.new("RGBA", (24, 24), (hidden, hidden, hidden, 0))
    picture.paste((180, 90, 40, 255), (5, 5, 19, 19))
    picture.paste((180, 90, 40, 128), (9, 9, 15, 15))

    made = enlarged(picture, (240, 240), (0, 0, 240, 240))

    alphas = {level[3] for _, level in made.getcolors(2**16) or [] if isinstance(level, tuple)}
    seen = {level[:3] for _, level in made.getcolors(2**16) or [] if isinstance(level, tuple) and level[3] > 4}
    assert len(alphas) > 50
    assert seen == {(180, 90, 40)}


def test_a_flat_picture_stays_flat() -> None:
    for colour in ((1, 2, 3), (127, 128, 200), (255, 255, 254)):
        assert enlarged(Image.new("RGB", (3, 5), colour), (300, 500), (10, 20, 300, 500)).getcolors() == [
            (290 * 480, colour)
        ]


def gradient(size: tuple[int, int]) -> Image.Image:
    return Image.merge("RGB", [Image.linear_gradient("L").rotate(90 * turn).resize(size) for turn in range(3)])


@pytest.mark.parametrize("kind", ["gray", "16 bits", "palette", "alpha", "orientation", "cmyk"])
@pytest.mark.parametrize("output", formats.OUTPUTS)
def test_every_kind_of_picture_looks_as_pillow_enlarges_it(kind: str, output: str) -> None:
    picture, turned = gradient((48, 36)), Image.Transpose.ROTATE_270
    if kind == "alpha":
        picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    original, meant = {
        "gray": lambda: (pictures.png(picture=picture.convert("L")), picture.convert("L")),
        "16 bits": lambda: (pictures.gray16_png(48, 36, 30_000), Image.new("L", (48, 36), 117)),
        "palette": lambda: (pictures.gif(picture=picture.quantize(64)), picture.quantize(64)),
        "alpha": lambda: (pictures.png(picture=picture), picture),
        "orientation": lambda: (
            pictures.jpeg(picture=picture, quality=100, orientation=6),
            picture.transpose(turned),
        ),
        "cmyk": lambda: (pictures.tiff(picture=picture.convert("CMYK")), picture),
    }[kind]()
    if kind == "orientation":  # the maker stores it as a camera would
        meant = Image.open(BytesIO(original)).transpose(turned)
    meant = meant.convert("RGBA")
    height = 300 * meant.height // meant.width

    (made,) = converted(original, "a=300x4096:fit:enlarge", output).thumbnails

    assert (made.width, made.height) == (300, height)
    clear, white = shown(made).convert("RGBA"), Image.new("RGBA", (300, height), "white")
    expected = Image.alpha_composite(white, meant.resize((300, height), LANCZOS)).convert("RGB")
    assert off(Image.alpha_composite(white, clear).convert("RGB"), expected)[0] < 2


def test_no_thumbnail_is_made_of_an_enlarged_one() -> None:
    original = pictures.png(picture=pictures.photo(300, 200))
    others = converted(original, "a=160,b=100x100,c=300").thumbnails

    made = converted(original, "a=160,b=100x100,c=300,d=900:enlarge,e=900x900:enlarge").thumbnails
    assert made[:3] == others


def test_others_stay_the_same_if_nothing_is_too_small() -> None:
    original = pictures.jpeg(picture=pictures.photo(900, 600))

    assert converted(original, "a=160:enlarge,b=400x300:crop:enlarge").thumbnails == (
        converted(original, "a=160,b=400x300:crop").thumbnails
    )


@pytest.mark.parametrize(("focus", "left"), [((0.0, 0.5), 0), ((1.0, 0.5), 3), ((0.375, 0.5), 1)])
def test_an_enlarged_crop_keeps_the_focus(focus: tuple[float, float], left: int) -> None:
    picture = Image.new("RGB", (4, 1))
    for x, colour in enumerate(("red", "lime", "blue", "white")):
        picture.paste(colour, (x, 0, x + 1, 1))

    (made,) = cascade(picture, [geometry.target((4, 1), sizes.parse("a=90x90:enlarge")[0])], focus=focus)

    assert made.size == (90, 90)
    assert all(abs(a - b) < 12 for a, b in zip(made.getpixel((45, 45)), picture.getpixel((left, 0)), strict=True))  # type: ignore[arg-type]


def test_an_enlarged_crop_finds_the_important_part() -> None:
    """Also where the whole enlarged picture would have 68,000 megapixels."""
    picture = Image.new("RGB", (1, 4096), (90, 90, 90))
    picture.paste((230, 40, 60), (0, 3000, 1, 3060))
    windows: dict[int, tuple[int, int, int, int]] = {}
    target = geometry.target(picture.size, sizes.parse("a=40x4096:enlarge")[0])

    (made,) = cascade(picture, [target], windows)

    assert made.size == (40, 4096)
    assert windows[0][1] <= 3000 * 40
    assert windows[0][3] >= 3060 * 40


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (1, 4096), (16, 16), (3_000_000, 1)], ids=str)
def test_the_largest_box_is_filled_by_every_shape(mode: str, size: tuple[int, int]) -> None:
    picture = Image.new(mode, size, (10, 200, 30, 255))
    picture.paste((0, 0, 0, 0)[: len(mode)], (0, 0, size[0] // 2, size[1] // 2))
    (target,) = [geometry.target(size, one) for one in sizes.parse("a=4096x4096:crop:enlarge")]

    assert [made.size for made in cascade(picture, [target])] == [(4096, 4096)]


@pytest.mark.parametrize("limits", [pipeline.Limits(cpu_seconds=1), pipeline.Limits(memory=300 * 2**20)])
def test_ten_of_the_largest_boxes_are_made_or_refused_with_a_reason(limits: pipeline.Limits) -> None:
    ten = sizes.parse(",".join(f"{letter}=4096x4096:crop:enlarge" for letter in "abcdefghij"))

    with pytest.raises(Rejected) as refused:
        pipeline.run(pictures.png(16, 16), pipeline.Wanted(ten, (formats.OUTPUTS["webp"],), 80, 50), limits)

    assert refused.value.reason is Reason.TOO_COMPLEX


@pytest.mark.parametrize("kind", ["gif", "apng", "webp"])
def test_an_enlarged_animation_moves_within_its_budget(kind: str) -> None:
    colours = (220, 30, 40, 255), (30, 40, 220, 255)
    parts = [animations.Part(animations.flat((16, 12), colour), delay=50) for colour in colours]
    short, long = (getattr(animations, kind)((16, 12), parts * times) for times in (4, 200))

    made = converted(short, "a=160:enlarge,b=60x60:pad:fff:enlarge", animated=True)
    assert [(one.width, one.height, one.frames) for one in made.thumbnails] == [(160, 120, 8), (60, 60, 8)]
    still = converted(long, "a=600x600:enlarge,b=800x800:pad:enlarge", animated=True, quality=1)
    assert still.animation is not None
    assert still.animation["reason"] == "too_many_pixels"
