"""A crop keeps the subject: tested with pictures whose subject is at a known place."""

import random
from collections.abc import Callable, Iterator

import pytest
from PIL import Image, ImageDraw, ImageFilter

from thumbs.pipeline.crop import Box, window

Maker = Callable[[ImageDraw.ImageDraw, Box, random.Random], None]


def face(draw: ImageDraw.ImageDraw, box: Box, chance: random.Random) -> None:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    skin = chance.choice([(224, 172, 135), (198, 134, 98), (141, 92, 62), (240, 200, 170)])
    draw.ellipse(box, fill=skin)
    draw.chord(box, 190, 350, fill=chance.choice([(40, 26, 18), (90, 60, 30), (15, 15, 15)]))
    for x in (0.32, 0.68):
        eye = left + x * width, top + 0.45 * height
        draw.ellipse(
            (eye[0] - 0.08 * width, eye[1] - 0.04 * height, eye[0] + 0.08 * width, eye[1] + 0.04 * height),
            (255, 255, 255),
        )
        draw.ellipse(
            (eye[0] - 0.03 * width, eye[1] - 0.03 * height, eye[0] + 0.03 * width, eye[1] + 0.03 * height), (30, 40, 60)
        )
    draw.line((left + 0.35 * width, top + 0.78 * height, left + 0.65 * width, top + 0.78 * height), (150, 50, 50), 3)


def flower(draw: ImageDraw.ImageDraw, box: Box, chance: random.Random) -> None:
    colour = chance.choice([(230, 40, 60), (250, 190, 20), (170, 40, 200), (255, 90, 0)])
    left, top, right, bottom = box
    for start in range(0, 360, 45):
        draw.pieslice(box, start, start + 30, fill=colour)
    middle = (left + right) // 2, (top + bottom) // 2
    reach = (right - left) // 8
    draw.ellipse((middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach), (250, 230, 120))


def sign(draw: ImageDraw.ImageDraw, box: Box, chance: random.Random) -> None:
    left, top, right, bottom = box
    draw.rectangle(box, (245, 245, 245), (20, 20, 20), 4)
    for y in range(top + 12, bottom - 12, 14):
        x = left + 12
        while x < right - 20:
            word = chance.randrange(6, 22)
            draw.rectangle((x, y, min(x + word, right - 12), y + 6), (20, 20, 20))
            x += word + 6


def texture(draw: ImageDraw.ImageDraw, box: Box, chance: random.Random) -> None:
    """Something furry: sharp, without strong colours."""
    left, top, right, bottom = box
    for _ in range(900):
        x, y = chance.triangular(left, right), chance.triangular(top, bottom)
        shade = chance.randrange(60, 200)
        draw.line((x, y, x + chance.randrange(-6, 7), y + 9), (shade, shade * 9 // 10, shade * 8 // 10), 2)


def sky_and_grass(size: tuple[int, int], chance: random.Random) -> Image.Image:
    picture = Image.new("RGB", size, (150, 185, 225))
    ground = size[1] * chance.randrange(45, 70) // 100
    picture.paste((86, 128, 60), (0, ground, *size))
    return _grained(picture, chance, 0.05)


def out_of_focus(size: tuple[int, int], chance: random.Random) -> Image.Image:
    blots = Image.frombytes("RGB", (12, 8), bytes(chance.randrange(60, 190) for _ in range(12 * 8 * 3)))
    return _grained(blots.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(12)), chance, 0.03)


def wall(size: tuple[int, int], chance: random.Random) -> Image.Image:
    shade = chance.randrange(120, 220)
    return _grained(Image.new("RGB", size, (shade, shade, shade - 10)), chance, 0.12)


def foliage(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """Busy everywhere, so that edges alone decide nothing."""
    picture = Image.new("RGB", size, (70, 90, 60))
    draw = ImageDraw.Draw(picture)
    for _ in range(size[0] * size[1] // 250):
        x, y, reach = chance.randrange(size[0]), chance.randrange(size[1]), chance.randrange(3, 9)
        shade = chance.randrange(40, 120)
        draw.ellipse((x, y, x + reach, y + reach // 2), fill=(shade * 4 // 5, shade, shade * 3 // 5))
    return picture


def _grained(picture: Image.Image, chance: random.Random, amount: float) -> Image.Image:
    grain = Image.frombytes("RGB", picture.size, chance.randbytes(picture.width * picture.height * 3))
    return Image.blend(picture, grain, amount)


SUBJECTS: list[Maker] = [face, flower, sign, texture]
GROUNDS = [sky_and_grass, out_of_focus, wall, foliage]


def judged_set() -> Iterator[tuple[Image.Image, Box]]:
    """Pictures and the box of their subject, wide and tall, with the subject anywhere."""
    chance = random.Random(20261121)
    for _ in range(4):
        for subject in SUBJECTS:
            for ground in GROUNDS:
                size = chance.choice([(900, 450), (450, 900), (800, 400)])
                picture = ground(size, chance)
                side = chance.randrange(130, 200)
                left, top = chance.randrange(size[0] - side), chance.randrange(size[1] - side)
                box = left, top, left + side, top + side
                subject(ImageDraw.Draw(picture), box, chance)
                yield picture, box


def kept(subject: Box, cut: Box) -> float:
    """How much of the subject is inside the cut, 0 to 1."""
    width = min(subject[2], cut[2]) - max(subject[0], cut[0])
    height = min(subject[3], cut[3]) - max(subject[1], cut[1])
    return max(0, width) * max(0, height) / ((subject[2] - subject[0]) * (subject[3] - subject[1]))


def centred(picture: Image.Image, size: tuple[int, int]) -> Box:
    left, top = (picture.width - size[0]) // 2, (picture.height - size[1]) // 2
    return left, top, left + size[0], top + size[1]


def test_the_subject_is_kept_far_better_than_by_the_centre() -> None:
    ours, centre = [], []
    for picture, subject in judged_set():
        side = min(picture.size)
        ours.append(kept(subject, window(picture, (side, side))))
        centre.append(kept(subject, centred(picture, (side, side))))
    assert sum(ours) / len(ours) > 0.95
    assert sum(ours) / len(ours) > sum(centre) / len(centre) + 0.3
    assert sum(one < 0.5 for one in ours) <= len(ours) // 20


def test_a_subject_in_the_middle_stays_whole() -> None:
    chance = random.Random(7)
    for subject in SUBJECTS:
        for ground in GROUNDS:
            picture = ground((900, 450), chance)
            box = 375, 150, 525, 300
            subject(ImageDraw.Draw(picture), box, chance)
            assert kept(box, window(picture, (450, 450))) == 1


@pytest.mark.parametrize("size", [(900, 450), (450, 900), (450, 450)])
def test_a_picture_without_anything_in_it_is_cut_from_its_middle(size: tuple[int, int]) -> None:
    for picture in (Image.new("RGB", size, (90, 120, 160)), Image.new("RGBA", size)):
        assert window(picture, (400, 400)) == centred(picture, (400, 400))


@pytest.mark.parametrize(
    ("size", "part"), [((30_000, 1), (300, 1)), ((1, 30_000), (1, 300)), ((3, 2), (2, 2)), ((2, 2), (1, 1))]
)
def test_the_window_lies_inside_pictures_of_any_shape(size: tuple[int, int], part: tuple[int, int]) -> None:
    left, top, right, bottom = window(Image.new("RGB", size), part)
    assert (right - left, bottom - top) == part
    assert left >= 0
    assert top >= 0
    assert right <= size[0]
    assert bottom <= size[1]


def test_what_is_transparent_draws_no_attention() -> None:
    picture = Image.new("RGBA", (900, 450), (255, 0, 0, 0))
    subject = 700, 150, 850, 300
    flower(ImageDraw.Draw(picture), subject, random.Random(1))
    assert kept(subject, window(picture, (450, 450))) > 0.95
