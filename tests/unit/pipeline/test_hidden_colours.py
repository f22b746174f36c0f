"""The colours that a picture hides where it is transparent do not show in its thumbnails, which are lossy."""

import random
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.material import animations, pictures
from tests.material.animations import Part
from thumbs import formats, pipeline, sizes
from thumbs.pipeline.encode import filled

SIZE = (150, 110)  # no multiple of a block
COLOUR = (220, 30, 40)
LEVELS = 12  # that an encoder may be off; black and magenta were 15 to 128 off
LOSSY = [name for name, output in formats.OUTPUTS.items() if output.transparency]
HIDDEN = {
    "magenta": Image.new("RGB", SIZE, (255, 0, 255)),
    "black": Image.new("RGB", SIZE),
    "white": Image.new("RGB", SIZE, (255, 255, 255)),
    "noise": Image.frombytes("RGB", SIZE, random.Random(1).randbytes(3 * SIZE[0] * SIZE[1])),
}


def shapes() -> Image.Image:
    mask = Image.new("L", SIZE)
    draw = ImageDraw.Draw(mask)
    draw.ellipse((6, 8, 61, 67), fill=255)
    draw.rectangle((77, 11, 141, 57), fill=255)
    for left in range(5, SIZE[0], 13):
        draw.rectangle((left, 75, left + 2, 103), fill=255)
    return mask


MASKS = {"hard": shapes(), "soft": shapes().filter(ImageFilter.GaussianBlur(1))}


def seen_in(alpha: Image.Image) -> Image.Image:
    return alpha.point([0] + [255] * 255)


def hiding(hidden: Image.Image, alpha: Image.Image, visible: Image.Image | None = None) -> Image.Image:
    picture = hidden.copy()
    picture.paste(visible or Image.new("RGB", picture.size, COLOUR), mask=seen_in(alpha))
    picture.putalpha(alpha)
    return picture


def thumbnail(original: bytes, output: str, spelled: str = "a=150") -> bytes:
    wanted = pipeline.Wanted(sizes.parse(spelled), (formats.OUTPUTS[output],), 80, 50, animated=True)
    return pipeline.run(original, wanted).thumbnails[0].content


def furthest(made: bytes, expected: Image.Image, frame: int = 0) -> int:
    """The largest difference of any level on black and on white. AVIF's own error of alpha is left out."""
    opened = Image.open(BytesIO(made))
    opened.seek(frame)
    picture = opened.convert("RGBA")
    picture.putalpha(expected.getchannel("A"))
    off = 0
    for ground in ("black", "white"):
        pair = [Image.new("RGBA", expected.size, ground) for _ in range(2)]
        for below, above in zip(pair, (picture, expected), strict=True):
            below.alpha_composite(above)
        off = max(off, *ImageChops.difference(*pair).tobytes())
    return off


@pytest.mark.parametrize("edges", MASKS)
@pytest.mark.parametrize("output", LOSSY)
def test_thumbnails_of_the_original_size_are_the_same_whatever_is_hidden(output: str, edges: str) -> None:
    made = {thumbnail(pictures.png(picture=hiding(one, MASKS[edges])), output) for one in HIDDEN.values()}
    (content,) = made
    assert furthest(content, hiding(HIDDEN["black"], MASKS[edges])) <= LEVELS


@pytest.mark.parametrize("output", LOSSY)
def test_the_colour_that_a_gif_hides_has_no_fringe(output: str) -> None:
    picture = hiding(HIDDEN["magenta"], MASKS["hard"])
    indexed = seen_in(MASKS["hard"]).point([0] + [1] * 255)
    indexed.putpalette([255, 0, 255, *COLOUR])
    assert furthest(thumbnail(pictures.gif(picture=indexed, transparency=0), output), picture) <= LEVELS


@pytest.mark.parametrize("output", LOSSY)
def test_reduced_thumbnails_are_not_darker_at_their_edges(output: str) -> None:
    """Their invisible pixels are black."""
    doubled = hiding(HIDDEN["white"], MASKS["hard"]).resize((300, 220), Image.Resampling.NEAREST)
    expected = hiding(HIDDEN["white"], MASKS["hard"])
    soft = ImageChops.difference(expected.getchannel("A"), doubled.getchannel("A").resize(SIZE, Image.Resampling.BOX))
    assert soft.getbbox() is None

    content = thumbnail(pictures.png(picture=doubled), output)
    on_colour = Image.new("RGBA", SIZE, (*COLOUR, 255))
    on_colour.alpha_composite(Image.open(BytesIO(content)).convert("RGBA"))
    off = ImageChops.difference(on_colour.convert("RGB"), Image.new("RGB", SIZE, COLOUR))
    assert max(off.tobytes()) <= LEVELS


@pytest.mark.parametrize("output", LOSSY)
def test_a_transparent_margin_does_not_darken_the_picture(output: str) -> None:
    original = pictures.png(picture=Image.new("RGB", (150, 70), COLOUR))
    expected = Image.new("RGBA", (150, 150))
    expected.paste(COLOUR, (0, 40, 150, 110))
    assert furthest(thumbnail(original, output, "a=150x150:pad"), expected) <= LEVELS


@pytest.mark.parametrize("kind", ["apng", "webp"])
@pytest.mark.parametrize("output", LOSSY)
def test_frames_are_the_same_whatever_is_hidden(output: str, kind: str) -> None:
    masks = [MASKS["hard"], ImageChops.offset(MASKS["hard"], 5, 3)]
    made = set()
    for hidden in (HIDDEN["magenta"], HIDDEN["noise"]):
        parts = [Part(animations.rows(hiding(hidden, mask)), over=False) for mask in masks]
        made.add(thumbnail(getattr(animations, kind)(SIZE, parts), output))
    (content,) = made
    expected = [hiding(HIDDEN["black"], mask) for mask in masks]
    assert max(furthest(content, one, frame) for frame, one in enumerate(expected)) <= LEVELS


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 9), (4, 4), (5, 3), (17, 64), (150, 110)])
def test_filling_changes_neither_alpha_nor_what_is_visible(size: tuple[int, int]) -> None:
    noise = Image.frombytes("RGB", size, random.Random(2).randbytes(3 * size[0] * size[1]))
    alpha = MASKS["soft"].resize(size)
    for mask in (alpha, Image.new("L", size, 0), alpha.point([min(level, 3) for level in range(256)])):
        picture = noise.copy()
        picture.putalpha(mask)
        result = filled(picture)
        assert result.getchannel("A").tobytes() == mask.tobytes()
        both = [Image.composite(one.convert("RGB"), Image.new("RGB", size), seen_in(mask)) for one in (picture, result)]
        assert both[0].tobytes() == both[1].tobytes()


def test_a_single_visible_pixel_gives_its_colour_to_all_others() -> None:
    picture = Image.new("RGBA", (90, 70), (0, 255, 0, 0))
    picture.putpixel((33, 21), (220, 120, 40, 255))
    for level, band in zip((220, 120, 40), filled(picture).split()[:3], strict=True):
        # A sixteenth of a colour is exact to 8 levels.
        assert all(abs(one - level) <= 8 for one in band.tobytes())


def test_each_gap_gets_the_colour_that_is_near() -> None:
    picture = Image.new("RGBA", (128, 64))
    picture.paste((255, 0, 0, 255), (20, 0, 24, 64))
    picture.paste((0, 0, 255, 255), (100, 0, 104, 64))
    result = filled(picture)
    assert {result.getpixel((x, 30)) for x in (17, 27)} == {(255, 0, 0, 0)}
    assert {result.getpixel((x, 30)) for x in (97, 107)} == {(0, 0, 255, 0)}


def test_a_picture_that_hides_nothing_is_not_copied() -> None:
    picture = Image.new("RGBA", (64, 48), (*COLOUR, 1))
    assert filled(picture) is picture
