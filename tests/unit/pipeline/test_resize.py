"""Resizing keeps flat colours unchanged, and leaves out nothing at the edges."""

import random
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageStat

from tests.material import pictures
from thumbs import formats, pipeline, sizes
from thumbs.pipeline import alpha, boxes
from thumbs.pipeline.readers import deep
from thumbs.pipeline.resize import averaged, resize, resize_multiplied

SIDE = 600


def shapes() -> Image.Image:
    mask = Image.new("L", (SIDE, SIDE))
    draw = ImageDraw.Draw(mask)
    draw.ellipse((40, 60, 400, 420), fill=255)
    draw.rectangle((420, 20, 580, 200), fill=255)
    for x in range(0, SIDE, 7):
        draw.line((x, 480, x, 590), fill=255)
    return mask


def noise() -> Image.Image:
    return Image.frombytes("L", (SIDE, SIDE), random.Random(1).randbytes(SIDE * SIDE))


MASKS: dict[str, Callable[[], Image.Image]] = {
    "shapes": shapes,
    "soft shapes": lambda: shapes().filter(ImageFilter.GaussianBlur(5)),
    "ramp": lambda: Image.linear_gradient("L").resize((SIDE, SIDE)),
    "noise": noise,
    "faint": lambda: Image.new("L", (SIDE, SIDE), 19),
    "opaque": lambda: Image.new("L", (SIDE, SIDE), 255),
}


def flat(colour: tuple[int, ...], mask: Image.Image) -> Image.Image:
    """RGBA or LA: that colour where the mask shows it, and another one where it is invisible."""
    mode = "RGBA" if len(colour) == 3 else "LA"
    picture = Image.new(mode, mask.size, (*colour, 255))
    picture.putalpha(mask)
    picture.paste(Image.new(mode, mask.size), mask=mask.point(lambda level: 255 * (level == 0)))
    return picture


def visible(picture: Image.Image, least: int = 16) -> set[tuple[int, ...]]:
    """The colours of pixels with that alpha or more."""
    straight = alpha.straight(picture)
    counted = straight.getcolors(straight.width * straight.height)
    assert counted
    return {colour[:-1] for _, colour in counted if isinstance(colour, tuple) and colour[-1] >= least}


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("colour", [(128, 128, 128), (255, 255, 255), (77, 200, 3), (128,), (255,)])
def test_flat_colours_stay_exact_in_every_size(mask: str, colour: tuple[int, ...]) -> None:
    picture = flat(colour, MASKS[mask]())
    for side in (230, 130, 31):  # with and without averaging, with and without a remainder
        picture = resize_multiplied(averaged(picture, (side, side)), (side, side))
        assert visible(picture) == {colour}, side
        hardly = visible(picture, least=5)
        assert all(abs(a - b) <= 1 for seen in hardly for a, b in zip(seen, colour, strict=True)), side


def test_several_flat_colours_stay_exact_where_they_do_not_meet() -> None:
    colours = [(200, 40, 40), (40, 60, 200), (128, 128, 128)]
    picture = Image.new("RGBA", (SIDE, SIDE), (9, 99, 9, 0))
    for place, colour in enumerate(colours):
        picture.paste((*colour, 255), (200 * place + 40, 50, 200 * place + 160, 550))
    for side in (200, 100, 40):
        picture = resize_multiplied(picture, (side, side))
        assert visible(picture) == {*colours}, side


def test_a_drawing_on_a_photograph_of_alpha_stays_white_where_it_is_opaque() -> None:
    picture = pictures.photo(SIDE, SIDE)
    picture.paste((255, 255, 255), (0, 0, SIDE, 200))
    cut = picture.convert("RGBA")
    cut.putalpha(shapes())
    cut.paste((255, 255, 255, 255), (0, 0, SIDE, 200))
    assert not alpha.is_drawing(cut)
    for side in (280, 120):
        cut = resize_multiplied(cut, (side, side))
        assert visible(cut.crop((0, 0, side, side // 4))) == {(255, 255, 255)}


def test_an_opaque_photograph_is_resized_as_if_it_had_no_alpha() -> None:
    picture = pictures.photo(SIDE, SIDE)
    with_alpha = resize(picture.convert("RGBA"), (200, 200))
    assert with_alpha.convert("RGB").tobytes() == resize(picture, (200, 200)).tobytes()
    assert with_alpha.getchannel("A").getextrema() == (255, 255)


def test_invisible_colours_leave_no_trace_in_photographs() -> None:
    picture = pictures.photo(SIDE, SIDE).convert("RGBA")
    picture.putalpha(shapes().filter(ImageFilter.GaussianBlur(5)))
    green = picture.copy()
    green.paste((0, 255, 0, 0), mask=picture.getchannel("A").point(lambda level: 255 * (level == 0)))
    made = [resize(one, (200, 200)) for one in (picture, green)]
    assert made[0].tobytes() == made[1].tobytes()


def ramp(width: int, height: int) -> Image.Image:
    """From black to white along the shorter side."""
    length = min(width, height)
    line = Image.frombytes("L", (length, 1), bytes(255 * i // (length - 1) for i in range(length)))
    if width > height:
        line = line.transpose(Image.Transpose.ROTATE_270)
    return line.resize((width, height), Image.Resampling.NEAREST)


@pytest.mark.parametrize(
    ("size", "thumbnail"),
    [
        ((7, 2000), (1, 640)),
        ((1999, 5), (640, 2)),
        ((1999, 5), (640, 1)),
        ((2000, 6), (100, 1)),
        ((11, 3000), (2, 160)),
        ((127, 2000), (10, 160)),
        ((131, 2100), (10, 160)),
        ((1000, 203), (40, 9)),
        ((1001, 699), (100, 70)),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK"])
def test_the_mean_of_a_picture_stays_whatever_its_shape(
    size: tuple[int, int], thumbnail: tuple[int, int], mode: str
) -> None:
    picture = ramp(*size).convert(mode)
    before = ImageStat.Stat(picture).mean
    after = ImageStat.Stat(resize(averaged(picture, thumbnail), thumbnail)).mean
    assert after == pytest.approx(before, abs=2)


@pytest.mark.parametrize("size", [(7, 4000), (2999, 5), (21, 3000)])
@pytest.mark.parametrize("maker", [pictures.jpeg, pictures.png, pictures.webp])
def test_a_narrow_picture_keeps_its_mean_whatever_decodes_it(
    maker: Callable[..., bytes], size: tuple[int, int]
) -> None:
    picture = ramp(*size).convert("RGB")
    wanted = pipeline.Wanted(sizes.parse("a=160"), (formats.OUTPUTS["webp"],), 95, 50)
    made = pipeline.run(maker(picture=picture), wanted).thumbnails[0]
    after = ImageStat.Stat(Image.open(BytesIO(made.content)).convert("L")).mean[0]
    assert after == pytest.approx(ImageStat.Stat(picture.convert("L")).mean[0], abs=3)


@pytest.mark.parametrize("length", [64, 65, 127, 128, 1000, 1001, 1003, 4000])
@pytest.mark.parametrize("box", [1, 2, 3, 7])
@pytest.mark.parametrize("most", [None, 16])
def test_boxes_lie_side_by_side_and_leave_nothing_out(length: int, box: int, most: int | None) -> None:
    made = [*boxes.runs(length, box, most)]
    assert (made[0].start, made[-1].stop) == (0, length)
    assert all(one.stop == other.start for one, other in pairwise(made))
    counts = [(run.stop - run.start) // run.box for run in made]
    assert all(run.at == sum(counts[:number]) for number, run in enumerate(made))
    assert sum(counts) == length // box
    assert all(count == 1 or run.box == box for run, count in zip(made, counts, strict=True))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA"])
def test_every_pixel_at_the_edges_counts(mode: str) -> None:
    picture = Image.new("L", (1003, 701))
    ImageDraw.Draw(picture).rectangle((0, 0, 1002, 700), outline=255)
    shown = picture.convert(mode)
    if mode in alpha.PREMULTIPLIED:
        shown.putalpha(picture.point(lambda level: 255 - level // 2))
        small = alpha.straight(alpha.averaged(shown, (3, 3))).convert("L")
    else:
        small = boxes.averaged(shown, (3, 3)).convert("L")
    assert small.size == (334, 233)
    for edge in ((0, 0, 334, 1), (0, 232, 334, 233), (0, 0, 1, 233), (333, 0, 334, 233)):
        assert min(small.crop(edge).tobytes()) > 30


def of_16_bits(mode: str) -> Image.Image:
    halves = [Image.new(mode, (1, 200_000))] * 2
    meant = deep.of_cicp(9, 16)
    assert meant
    return deep.to_srgb((1, 200_000), deep.of_halves(*halves), meant, (1, 640))


@pytest.mark.parametrize(
    "convert",
    [
        lambda: resize(Image.new("RGBA", (1, 200_000), (5, 5, 5, 9)), (1, 640)),
        lambda: resize(Image.frombytes("RGBA", (8, 100_000), random.Random(1).randbytes(3_200_000)), (2, 25_000)),
        lambda: of_16_bits("RGB"),
        lambda: of_16_bits("RGBA"),
    ],
    ids=["drawing", "with alpha", "of 16 bits", "of 16 bits with alpha"],
)
def test_a_narrow_picture_is_not_taken_apart_into_a_thousand_pieces(
    convert: Callable[[], Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its own cost: a few KB of PNG, one pixel wide, took as long as fifty megapixels may."""
    crop = Image.Image.crop
    pieces = []

    def counted(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
        pieces.append(box)
        return crop(image, box)

    monkeypatch.setattr(Image.Image, "crop", counted)
    convert()
    assert 0 < len(pieces) < 100


def test_a_picture_that_nothing_else_needs_is_freed() -> None:
    kept, freed = pictures.photo(300, 200), pictures.photo(300, 200)

    made = resize_multiplied(freed, (160, 107), last=True)

    assert made.tobytes() == resize_multiplied(kept, (160, 107)).tobytes()
    assert kept.tobytes() == pictures.photo(300, 200).tobytes()
    with pytest.raises(ValueError, match="closed"):
        freed.tobytes()
    assert resize_multiplied(made, made.size, last=True).tobytes() == made.tobytes(), "the result is the picture itself"
