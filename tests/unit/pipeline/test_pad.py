"""The fit of a size; with :pad, the whole picture in a thumbnail of exactly the size of its box."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from tests.material import pictures
from thumbs import formats, pipeline, sizes
from thumbs.pipeline import geometry
from thumbs.pipeline.pad import padded

RED, CLEAR, BLUE = (255, 0, 0, 255), (0, 0, 0, 0), (32, 64, 192, 255)


def target(picture: tuple[int, int], spelled: str) -> geometry.Target:
    return geometry.target(picture, sizes.parse(f"a={spelled}")[0])


def thumbnails(original: bytes, spelled: str, output: str) -> tuple[pipeline.Rendered, ...]:
    return pipeline.run(original, pipeline.Wanted(sizes.parse(spelled), (formats.OUTPUTS[output],), 90, 50)).thumbnails


def shown(made: pipeline.Rendered) -> Image.Image:
    picture = Image.open(BytesIO(made.content)).convert("RGBA")
    assert picture.size == (made.width, made.height)
    return picture


def near(picture: Image.Image, place: tuple[int, int], colour: tuple[int, ...], tolerance: int = 6) -> bool:
    pixel = picture.getpixel(place)
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize(
    ("picture", "spelled", "expected"),
    [
        ((4000, 3000), "400x400:fit", (400, 300)),
        ((300, 400), "400x200:fit", (150, 200)),
        ((100, 50), "400x300:fit", (100, 50)),
        ((4000, 3000), "400:crop", (400, 400)),
        ((100, 50), "400:crop", (50, 50)),
    ],
)
def test_a_size_may_name_another_fit(picture: tuple[int, int], spelled: str, expected: tuple[int, int]) -> None:
    made = target(picture, spelled)
    assert (made.output, made.has_margin) == (expected, False)


# Where the picture is in its thumbnail: left, top, right, bottom. If a pixel is left over, it is right or below.
@pytest.mark.parametrize(
    ("picture", "spelled", "place"),
    [
        ((4000, 3000), "400x400:pad", (0, 50, 400, 350)),
        ((3000, 4000), "400x400:pad", (50, 0, 350, 400)),
        ((4000, 3000), "400x300:pad", (0, 0, 400, 300)),
        ((100, 50), "400x300:pad", (150, 125, 250, 175)),  # never enlarged
        ((101, 50), "400x301:pad", (149, 125, 250, 175)),
        ((1, 1), "4x4:pad", (1, 1, 2, 2)),
        ((1, 1), "1x1:pad", (0, 0, 1, 1)),
        ((1, 1), "5:pad", (2, 2, 3, 3)),
        ((1, 30_000), "400x300:pad", (199, 0, 200, 300)),
        ((30_000, 1), "400x300:pad", (0, 149, 400, 150)),
        ((30_000, 1), "1x300:pad", (0, 149, 1, 150)),
        ((4096, 2), "4096x4096:pad", (0, 2047, 4096, 2049)),
    ],
)
@pytest.mark.parametrize("colour", ["", ":2040c0"])
def test_the_picture_is_in_the_middle_of_its_box(
    picture: tuple[int, int], spelled: str, place: tuple[int, ...], colour: str
) -> None:
    wanted = target(picture, spelled + colour)
    assert wanted.output == (wanted.size.width, wanted.size.height)
    made = padded(Image.new("RGB", wanted.scaled, RED[:3]), wanted)

    ground = Image.new("RGBA", wanted.output, BLUE if colour else CLEAR)
    ground.paste(RED, place)  # type: ignore[arg-type]
    assert ImageChops.difference(made.convert("RGBA"), ground).getbbox(alpha_only=False) is None
    assert made.mode == ("RGB" if colour or not wanted.has_margin else "RGBA")
    assert wanted.has_margin == (place != (0, 0, *wanted.output))


@pytest.mark.parametrize("output", formats.OUTPUTS)
@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (120, 80), (600, 400)], ids=str)
def test_every_format_has_the_size_of_the_box(output: str, size: tuple[int, int]) -> None:
    original = pictures.png(picture=Image.new("RGB", size, (0, 200, 0)))
    clear, blue = thumbnails(original, "clear=160x120:pad,blue=160x120:pad:2040c0", output)

    for made, margin in ((clear, (255, 255, 255, 255) if output == "jpeg" else CLEAR), (blue, BLUE)):
        picture = shown(made)
        assert (picture.size, made.padded) == ((160, 120), True)
        corner = picture.getpixel((0, 0))
        assert isinstance(corner, tuple)
        if margin == CLEAR:
            assert corner[3] == 0
        else:
            assert near(picture, (0, 0), margin)
        if min(size) > 1:
            assert near(picture, (80, 60), (0, 200, 0, 255))


def test_only_what_has_a_margin_is_called_padded() -> None:
    made = thumbnails(pictures.jpeg(400, 300), "a=200x150:pad:fff,b=200x200:pad,c=100,d=50x50,e=400x300:pad", "webp")
    assert [one.padded for one in made] == [False, True, False, False, False]


@pytest.mark.parametrize("output", formats.OUTPUTS)
@pytest.mark.parametrize("same_shape", [True, False])
def test_a_colour_is_also_behind_what_is_transparent(output: str, same_shape: bool) -> None:
    clear = pictures.png(picture=Image.new("RGBA", (200, 150), (255, 255, 255, 0)))
    (made,) = thumbnails(clear, f"a=100x{75 if same_shape else 100}:pad:2040c0", output)

    assert near(shown(made), (50, 50), BLUE)
    assert near(shown(made), (1, 1), BLUE)


@pytest.mark.parametrize("ground", [0, 255])
@pytest.mark.parametrize("disc", [0, 255])
@pytest.mark.parametrize("hidden", [0, 255], ids=["black is hidden", "white is hidden"])
def test_edges_have_no_fringe_on_any_background(ground: int, disc: int, hidden: int) -> None:
    """A soft edge stays between the two colours, whatever colour the invisible pixels have."""
    alpha = Image.radial_gradient("L").point([255 if level < 80 else max(0, 335 - level) for level in range(256)])
    alpha = alpha.point([0 if level < 90 else level for level in range(256)]).resize((600, 600))
    picture = Image.new("RGB", alpha.size, (hidden,) * 3)
    picture.paste((disc,) * 3, mask=alpha.point([0] + [255] * 255))
    picture.putalpha(alpha)
    wanted = sizes.parse(f"a=120x160:pad:{f'{ground:02x}' * 3}")

    made = pipeline.run(pictures.png(picture=picture), pipeline.Wanted(wanted, (formats.OUTPUTS["webp"],), 100, 50))
    seen = shown(made.thumbnails[0])
    assert near(seen, (60, 80), (disc,) * 3 + (255,), 2)
    assert near(seen, (60, 5), (ground,) * 3 + (255,), 2)
    expected = Image.new("RGB", (600, 600), (ground,) * 3)
    expected.paste((disc,) * 3, mask=alpha)
    small = expected.resize((120, 120), Image.Resampling.BOX)
    off = ImageChops.difference(seen.convert("RGB").crop((0, 20, 120, 140)), small).convert("L")
    assert off.getextrema()[1] < 24  # type: ignore[operator]  # a fringe is 100 and more


@pytest.mark.parametrize("output", ["webp", "avif"])
def test_a_transparent_margin_does_not_darken_the_edge(output: str) -> None:
    white = pictures.png(picture=Image.new("RGB", (400, 200), (255, 255, 255)))
    (made,) = thumbnails(white, "a=201x201:pad", output)
    picture = shown(made)
    left = [picture.getpixel((x, y)) for x in range(0, 201, 20) for y in (51, 52, 100, 147)]
    assert all(isinstance(pixel, tuple) and min(pixel) >= 250 for pixel in left)
    assert {picture.getpixel((x, y))[3] for x in (0, 100, 200) for y in (0, 47, 153, 200)} == {0}  # type: ignore[index]
