"""An animation that costs too much, or is broken, gives exactly the thumbnails of a still, and says why."""

import random
import struct
from collections.abc import Callable
from typing import Any

import pytest

from tests.material import animations
from tests.material.animations import Part, Rows, flat
from thumbs import formats, pipeline, sizes
from thumbs.errors import Rejected
from thumbs.pipeline import Limits, budget

RED, BLUE = (220, 30, 40, 255), (30, 40, 220, 255)
WANTED = pipeline.Wanted(sizes.parse("a=48,b=16x16:crop"), (formats.OUTPUTS["webp"],), 80, 50, animated=True)
MAKERS: dict[str, Callable[..., bytes]] = {
    "gif": animations.gif,
    "apng": animations.apng,
    "webp": animations.webp,
}


def run(original: bytes, limits: Limits | None = None, **changed: Any) -> pipeline.Conversion:
    return pipeline.run(original, WANTED._replace(**changed), limits or Limits())


def assert_stands_still(original: bytes, reason: str, limits: Limits | None = None, **changed: Any) -> None:
    made = run(original, limits, **changed)

    assert made.animation == {"animated": False, "reason": reason, "duration": None, "loop": None}
    assert made._replace(animation=None) == run(original, animated=False, **changed)


def blinking(frames: int, size: tuple[int, int] = (1, 1)) -> list[Part]:
    pair = [Part(flat(size, colour), delay=20) for colour in (RED, BLUE)]
    return [pair[index % 2] for index in range(frames)]


@pytest.mark.parametrize("kind", MAKERS)
def test_as_many_frames_as_the_budget_has_move_and_one_more_does_not(kind: str) -> None:
    most = MAKERS[kind]((1, 1), blinking(budget.FRAMES))

    assert run(most).thumbnails[0].frames == budget.FRAMES
    assert_stands_still(MAKERS[kind]((1, 1), blinking(budget.FRAMES + 1)), "too_many_frames")


@pytest.mark.parametrize(("kind", "frames"), [("gif", 65_535), ("webp", 65_535), ("apng", 30_000)])
def test_very_many_frames_are_not_even_counted(kind: str, frames: int) -> None:
    """More of an APNG would be more chunks than its reader takes."""
    assert_stands_still(MAKERS[kind]((1, 1), blinking(frames)), "too_many_frames")


def test_frames_that_exceed_their_canvas_count_as_what_they_are() -> None:
    original = animations.gif((4, 4), blinking(2, (4, 4)))
    last = original.rindex(b"\x2c\0\0\0\0\4\0\4\0")
    huge = original[:last] + b"\x2c" + struct.pack("<HHHH", 0, 0, 60_000, 60_000) + original[last + 9 :]

    assert_stands_still(huge, "too_many_pixels")


def test_large_thumbnails_of_many_frames_are_too_many_pixels() -> None:
    original = animations.gif((4, 4), blinking(251, (4, 4)))

    assert_stands_still(original, "too_many_pixels", sizes=sizes.parse("a=1000x1000:pad"))


def test_time_is_limited_by_what_is_spent() -> None:
    """Half of the limit, so that the first frame is safe on every machine."""
    original = animations.gif((300, 300), blinking(300, (300, 300)))

    assert_stands_still(original, "too_slow", Limits(cpu_seconds=1), sizes=sizes.parse("a=300,b=290,c=280,d=270"))


def test_a_thumbnail_of_too_many_bytes_stands_still_and_smaller_ones_move() -> None:
    chance = random.Random(7)
    noise = [Part(_noise(chance, 160), delay=50) for _ in range(2)]
    original = animations.apng((160, 160), [part for _ in range(70) for part in noise])
    spelled = sizes.parse("big=160x160:crop,small=32")

    made = run(original, sizes=spelled, quality=100)
    still = run(original, sizes=spelled, quality=100, animated=False)

    assert made.animation == {"animated": True, "reason": "too_large", "duration": 7000, "loop": 0}
    assert made.thumbnails[0] == still.thumbnails[0]
    assert made.thumbnails[1].frames == 140


def _noise(chance: random.Random, side: int) -> Rows:
    levels = chance.randbytes(3 * side * side)
    pixels = [(*colour, 255) for colour in zip(levels[::3], levels[1::3], levels[2::3], strict=True)]
    return [pixels[start : start + side] for start in range(0, len(pixels), side)]


@pytest.mark.parametrize("output", ["webp", "avif"])
@pytest.mark.parametrize("kind", MAKERS)
def test_what_fits_into_memory_is_known_before_it_is_decoded(kind: str, output: str) -> None:
    side = 800
    rows = flat((side, side), RED)
    original = MAKERS[kind]((side, side), [Part(rows), Part(flat((10, 10), BLUE))])
    wanted: dict[str, Any] = {"sizes": sizes.parse(f"a={side}"), "outputs": (formats.OUTPUTS[output],)}
    needed = 2 * 48 * side * side

    assert run(original, Limits(memory=needed), **wanted).thumbnails[0].frames == 2
    assert_stands_still(original, "too_many_pixels", Limits(memory=needed - 1), **wanted)


def test_jpeg_stands_still() -> None:
    assert_stands_still(animations.gif((4, 4), blinking(2, (4, 4))), "still_format", outputs=(formats.OUTPUTS["jpeg"],))


@pytest.mark.parametrize("kind", MAKERS)
def test_frames_that_all_look_the_same_are_a_still(kind: str) -> None:
    same = [Part(flat((20, 20), RED)), Part(flat((4, 4), RED), at=(2, 2))]

    assert_stands_still(MAKERS[kind]((20, 20), same), "no_motion")


@pytest.mark.parametrize("frames", [1, 2])
@pytest.mark.parametrize("kind", MAKERS)
def test_one_frame_is_no_animation(kind: str, frames: int) -> None:
    made = run(MAKERS[kind]((20, 20), blinking(frames, (20, 20))))

    assert (made.animation is None) is (frames == 1)


def verdict(original: bytes, **changed: Any) -> str:
    try:
        return str(run(original, **changed).original)
    except Rejected as refusal:
        return refusal.reason


@pytest.mark.parametrize("kind", MAKERS)
def test_a_file_that_ends_early_is_judged_by_its_first_frame(kind: str) -> None:
    """As without the setting. A WebP is damaged as a whole, because libwebp reads none that ends early."""
    parts = blinking(4, (20, 20))
    whole, halves = MAKERS[kind]((20, 20), parts), set()
    for cut in range(len(whole) // 8, len(whole), len(whole) // 8):
        original = whole[:cut]
        judged = verdict(original)
        assert judged == verdict(original, animated=False)
        halves.add(judged if judged == "damaged" else "done")
        if judged != "damaged" and run(original).animation:
            assert run(original).animation["reason"] in {"damaged", None}  # type: ignore[index]
    assert halves == ({"damaged"} if kind == "webp" else {"damaged", "done"})


@pytest.mark.parametrize("kind", ["gif", "apng"])
def test_a_broken_frame_leaves_the_first_one(kind: str) -> None:
    size = (20, 20)
    alone, original = (MAKERS[kind](size, blinking(count, size)) for count in (1, 3))
    at = next(index for index, (a, b) in enumerate(zip(alone, original, strict=False)) if a != b and index > 60)
    broken = bytearray(original)
    broken[max(at, len(alone)) + 40 : len(broken) - 20] = b"\xff" * (len(broken) - 20 - max(at, len(alone)) - 40)

    assert_stands_still(bytes(broken), "damaged")


@pytest.mark.parametrize(
    ("sequence", "place"),
    [(2, (0, 0)), (1, (1, 0)), (1, (2**31, 0)), (1, (0, 2**32 - 1))],
    ids=["out of order", "too far right", "a left beyond 31 bits", "a top of 32 bits"],
)
def test_frames_of_an_apng_that_break_its_rules_leave_the_first(sequence: int, place: tuple[int, int]) -> None:
    original = animations.apng((20, 20), blinking(2, (20, 20)))
    controls = [index + 4 for index in range(len(original)) if original[index : index + 4] == b"fcTL"]
    broken = bytearray(original)
    broken[controls[1] : controls[1] + 4] = struct.pack(">I", sequence)
    broken[controls[1] + 12 : controls[1] + 20] = struct.pack(">II", *place)

    assert_stands_still(bytes(broken), "damaged")
