"""Each frame is the picture that the rules of its format give, composed here pixel by pixel."""

import random

import pytest

from tests.material import animations
from tests.material.animations import NOTHING, Disposal, Part, Pixel, Rows
from thumbs.pipeline import readers
from thumbs.pipeline.animation import frames, read_gif, read_png, read_webp
from thumbs.pipeline.identify import identify

SIZE = (14, 10)
RED, GREEN, BLUE = (220, 20, 30, 255), (10, 200, 40, 255), (20, 30, 240, 255)
# Levels. libwebp rounds down whenever it blends.
EXACT_TO = {"gif": 0, "apng": 1, "webp": 3}


def opened(original: bytes, most: int = 100) -> frames.Animation:
    accepted = identify(original)
    module = {"GIF": read_gif, "PNG": read_png, "WEBP": read_webp}[accepted.name]
    animation: frames.Animation = module.animation(original, readers.opened(accepted, original).size, most)
    return animation


def seen(original: bytes) -> list[Rows]:
    return [visible(animations.rows(frame.image)) for frame in opened(original).play()]


def visible(rows: Rows) -> Rows:
    """Colours that nobody sees are all the same."""
    return [[pixel if pixel[3] else NOTHING for pixel in row] for row in rows]


def off(seen: list[Rows], truth: list[Rows]) -> int:
    """The largest difference of any level, premultiplied: what is nearly invisible may have any colour."""
    return max(
        abs(a - b)
        for one, other in zip(seen, truth, strict=True)
        for left, right in zip(one, other, strict=True)
        for p, q in zip(left, right, strict=True)
        for a, b in zip(multiplied(p), multiplied(q), strict=True)
    )


def multiplied(pixel: Pixel) -> tuple[int, ...]:
    return (*(level * pixel[3] // 255 for level in pixel[:3]), pixel[3])


def parts(seed: int, kind: str) -> list[Part]:
    """Any frames: also partial, transparent and, for GIF, beyond the canvas."""
    chance = random.Random(seed)
    made: list[Part] = []
    for _ in range(chance.randint(2, 7)):
        left, top = (2 * chance.randrange(side // 2) for side in SIZE)
        width, height = chance.randint(1, SIZE[0] - left), chance.randint(1, SIZE[1] - top)
        if kind == "gif" and made:
            width, height = width + chance.randrange(5), height + chance.randrange(5)
        if chance.random() < 0.3:
            left, top, width, height = 0, 0, *SIZE
        alphas = [0, 255] if kind == "gif" else [0, 60, 255] if chance.random() < 0.6 else [255]
        colours = [(*chance.choice([RED, GREEN, BLUE])[:3], chance.choice(alphas)) for _ in range(3)]
        rows = [[chance.choice(colours) for _ in range(width)] for _ in range(height)]
        rows = [[pixel if pixel[3] or kind != "gif" else NOTHING for pixel in row] for row in rows]
        disposals: list[Disposal] = ["keep", "background"] if kind == "webp" else ["keep", "background", "previous"]
        over = kind == "gif" or chance.random() < 0.5
        made.append(Part(rows, (left, top), 10 * chance.randint(3, 40), chance.choice(disposals), over))
    return made


@pytest.mark.parametrize("kind", EXACT_TO)
@pytest.mark.parametrize("seed", range(25))
def test_every_frame_is_composed_as_the_format_says(kind: str, seed: int) -> None:
    made = parts(seed, kind)
    original = getattr(animations, kind)(SIZE, made)

    truth = animations.shown(SIZE, made)

    assert off(seen(original), truth) <= EXACT_TO[kind]
    assert [frame.duration for frame in opened(original).play()] == [part.delay for part in made]
