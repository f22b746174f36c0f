"""Thumbnails that move show each moment of the original for as long as it does."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from dev import golden
from tests.material import animations, pictures
from tests.material.animations import Part, flat
from thumbs import formats, pipeline, sizes

SIZE = (48, 36)
RED, BLUE, GREEN = (220, 30, 40, 255), (30, 40, 220, 255), (30, 180, 60, 255)
WANTED = pipeline.Wanted(sizes.parse("a=48"), (formats.OUTPUTS["webp"],), 100, 50, animated=True)
# A red canvas on which a blue box moves, then a hole in it.
MOVING = [
    Part(flat(SIZE, RED), delay=120),
    Part(flat((24, 18), BLUE), at=(0, 0), delay=60, disposal="background"),
    Part(flat((24, 18), GREEN), at=(24, 18), delay=300),
]
KINDS = ("gif", "apng", "webp")


def converted(original: bytes, spelled: str = "a=48", output: str = "webp", **changed: Any) -> pipeline.Conversion:
    wanted = WANTED._replace(sizes=sizes.parse(spelled), outputs=(formats.OUTPUTS[output],), **changed)
    return pipeline.run(original, wanted)


def frames(content: bytes) -> tuple[list[Image.Image], list[int]]:
    """The pictures of a file, and how long each is shown."""
    seen, durations = [], []
    with Image.open(BytesIO(content)) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            seen.append(image.convert("RGBA"))
            durations.append(image.info.get("duration", 0))
    return seen, durations


def pixel(image: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    """The levels of a pixel of an RGBA picture."""
    return tuple(image.crop((*at, at[0] + 1, at[1] + 1)).tobytes())


def off(seen: Image.Image, meant: Image.Image) -> float:
    """The mean difference of a level, premultiplied."""
    one, other = (image.convert("RGBa").tobytes() for image in (seen, meant))
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


@pytest.mark.parametrize("output", ["webp", "avif"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_moment_is_shown_as_it_is_meant(kind: str, output: str) -> None:
    made = converted(getattr(animations, kind)(SIZE, MOVING), output=output)
    (thumbnail,) = made.thumbnails

    seen, durations = frames(thumbnail.content)

    assert thumbnail.frames == len(seen) == 3
    for moment, meant in zip(seen, animations.shown(SIZE, MOVING), strict=True):
        assert off(moment, animations.image(meant)) < 3
    if output == "webp":
        assert durations == [120, 60, 300]
    assert made.animation == {"animated": True, "reason": None, "duration": 480, "loop": 0}


@pytest.mark.parametrize("kind", KINDS)
def test_a_first_frame_and_a_placeholder_are_those_of_a_still(kind: str) -> None:
    picture = pictures.photo(96, 72)
    parts = [Part(animations.rows(picture)), Part(flat((96, 72), RED))]
    # The photograph has too many colours for GIF.
    parts[0] = Part(animations.rows(picture.quantize(64).convert("RGB"))) if kind == "gif" else parts[0]
    original = getattr(animations, kind)((96, 72), parts)
    moves, still = converted(original, "a=64"), converted(original, "a=64", animated=False)

    (first, _), _ = frames(moves.thumbnails[0].content)

    assert off(first, frames(still.thumbnails[0].content)[0][0]) < 1
    assert moves.placeholder == still.placeholder
    assert moves.original == still.original
    assert (still.animation, still.thumbnails[0].frames) == (None, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_of_no_time_are_shown_as_browsers_show_them(kind: str) -> None:
    parts = [replace(part, delay=delay) for part, delay in zip(MOVING, (0, 10, 20), strict=True)]

    made = converted(getattr(animations, kind)(SIZE, parts))

    assert frames(made.thumbnails[0].content)[1] == [100, 100, 20]


@pytest.mark.parametrize(("repeat", "loop"), [(None, 1), (0, 0), (1, 2), (4, 5), (65535, 65535)])
def test_a_gif_is_played_once_more_than_it_is_repeated(repeat: int | None, loop: int) -> None:
    made = converted(animations.gif(SIZE, MOVING, repeat))

    assert made.animation
    assert made.animation["loop"] == Image.open(BytesIO(made.thumbnails[0].content)).info["loop"] == loop


@pytest.mark.parametrize("plays", [0, 1, 7])
def test_others_say_how_often_they_are_played(plays: int) -> None:
    for kind in (animations.apng, animations.webp):
        made = converted(kind(SIZE, MOVING, plays))
        assert Image.open(BytesIO(made.thumbnails[0].content)).info["loop"] == plays


@pytest.mark.parametrize("plays", [0, 1, 3])
def test_a_sequence_of_avif_is_played_as_often_and_made_the_same_again(plays: int) -> None:
    """`elst` says whether it repeats; `tkhd` for how long (ISO/IEC 14496-12, 8.6.6; libavif's read.c)."""
    original = animations.apng(SIZE, MOVING, plays)

    content = converted(original, output="avif").thumbnails[0].content

    repeats = content[content.index(b"elst") + 7]
    played = int.from_bytes(content[content.index(b"tkhd") + 32 :][:8], "big")
    assert (repeats, played) == ((plays != 1), 480 * plays or 2**64 - 1)
    assert content == converted(original, output="avif").thumbnails[0].content


@pytest.mark.parametrize("output", ["webp", "avif"])
def test_frames_that_look_the_same_prolong_the_first(output: str) -> None:
    same = [MOVING[0], replace(MOVING[0], delay=80), MOVING[1], replace(MOVING[1], disposal="keep"), MOVING[2]]

    made = converted(animations.apng(SIZE, same), output=output)

    assert made.thumbnails[0].frames == 3
    assert made.animation
    assert made.animation["duration"] == 120 + 80 + 60 + 60 + 300
    if output == "webp":
        assert frames(made.thumbnails[0].content)[1] == [200, 120, 300]


def test_every_size_moves_and_a_crop_shows_the_same_part_all_the_time() -> None:
    """The subject moves; where the background is, tells where the crop is."""
    ramp = [[(x, 255 - x, 60, 255) for x in range(200)] for _ in range(60)]
    subject = flat((24, 24), (250, 200, 160, 255))
    parts = [Part(ramp), *(Part(subject, at=(x, 18), disposal="previous") for x in (160, 90, 20))]

    made = converted(animations.apng((200, 60), parts), "a=100,b=50x60:crop,c=20,d=80x80:pad")

    assert [(one.width, one.height) for one in made.thumbnails] == [(100, 30), (50, 60), (20, 6), (80, 80)]
    assert all(one.frames > 1 for one in made.thumbnails)
    corners = [pixel(frame, (2, 3)) for frame in frames(made.thumbnails[1].content)[0]]
    assert all(abs(a - b) <= 4 for corner in corners for a, b in zip(corner, corners[0], strict=True))


@pytest.mark.parametrize("kind", ["apng", "webp"])
@pytest.mark.parametrize("output", ["webp", "avif"])
def test_invisible_colours_leave_no_trace(kind: str, output: str) -> None:
    clear = flat((192, 144), (255, 0, 0, 0))
    parts = [Part(clear, over=False), Part(flat((96, 144), BLUE), disposal="background"), Part(clear, over=False)]

    made = converted(getattr(animations, kind)((192, 144), parts), output=output)

    second = frames(made.thumbnails[0].content)[0][1]
    edge = [pixel(second, (x, 18)) for x in range(48)]
    assert all(red < 60 for red, _, _, alpha in edge if alpha > 16)
    assert (edge[4][3], edge[44][3]) == (255, 0)


def test_transparency_may_begin_with_any_frame() -> None:
    """An encoder of AVIF has to know from the first one on."""
    parts = [Part(flat(SIZE, RED), disposal="background"), Part(flat((10, 10), BLUE))]

    made = converted(animations.gif(SIZE, parts), output="avif")

    first, second = frames(made.thumbnails[0].content)[0]
    assert (pixel(first, (40, 30))[3], pixel(second, (40, 30))[3]) == (255, 0)


def test_every_frame_is_upright_and_in_srgb() -> None:
    frame, other = Image.new("RGB", SIZE, RED[:3]), Image.new("RGB", SIZE, (128, 128, 128))
    frame.paste((128, 128, 128), (0, 0, 24, 36))
    other.paste(RED[:3], (0, 0, 24, 36))
    original = pictures.webp(
        picture=frame,
        save_all=True,
        append_images=[other.transpose(Image.Transpose.ROTATE_90)],  # as it is stored
        duration=100,
        orientation=6,
        icc_profile=golden.display_p3(),
        lossless=True,
    )

    made = converted(original)

    (first, second), _ = frames(made.thumbnails[0].content)
    assert first.size == SIZE
    assert max(abs(a - b) for a, b in zip(pixel(first, (8, 18)), (128, 128, 128, 255), strict=True)) <= 3
    for red in (pixel(first, (40, 18)), pixel(second, (8, 18))):  # brighter in Display P3 than sRGB can show
        assert red[0] > 235


def test_a_still_in_front_of_an_apng_is_not_a_frame() -> None:
    original = animations.apng(SIZE, MOVING, still=flat(SIZE, GREEN))

    seen, _ = frames(converted(original).thumbnails[0].content)
    (still,), _ = frames(converted(original, animated=False).thumbnails[0].content)

    assert len(seen) == 3
    assert off(seen[0], animations.image(flat(SIZE, RED))) < 3
    assert off(still, animations.image(flat(SIZE, GREEN))) < 3


def test_nothing_shines_through_a_hole() -> None:
    """Browsers ignore a GIF's background colour, also where its first frame does not reach."""
    parts = [Part(flat((24, 36), RED), disposal="background"), Part(flat((4, 4), BLUE), at=(44, 32))]

    seen, _ = frames(converted(animations.gif(SIZE, parts, background=1)).thumbnails[0].content)

    assert (pixel(seen[0], (40, 10))[3], pixel(seen[1], (10, 10))[3]) == (0, 0)


def test_of_several_formats_each_that_can_moves() -> None:
    outputs = tuple(formats.OUTPUTS[name] for name in ("avif", "jpeg", "webp"))

    made = pipeline.run(animations.gif(SIZE, MOVING), WANTED._replace(outputs=outputs, sizes=sizes.parse("a=48,b=24")))

    seen = [(one.output.name, one.size, len(frames(one.content)[0]), one.frames) for one in made.thumbnails]
    assert seen == [
        *(("avif", "a", 3, 3), ("avif", "b", 3, 3)),
        *(("jpeg", "a", 1, 1), ("jpeg", "b", 1, 1)),
        *(("webp", "a", 3, 3), ("webp", "b", 3, 3)),
    ]
    assert [frames(one.content)[0][0].size for one in made.thumbnails] == [(48, 36), (24, 18)] * 3
    assert made.animation == {"animated": True, "reason": None, "duration": 480, "loop": 0}
