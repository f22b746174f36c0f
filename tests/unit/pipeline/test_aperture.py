"""The clean aperture of AVIF and HEIC: the visible part of a picture."""

from collections.abc import Callable

import pytest
from PIL import Image

from tests.material import containers, pictures
from tests.material.box_pictures import BLUE, GREEN, RED, WHITE, converted, corners, flat_avif, grid, near
from thumbs import formats, pipeline, sizes
from thumbs.errors import Reason, Rejected
from thumbs.pipeline.readers import aperture, isobmff


@pytest.mark.parametrize(
    ("fractions", "size", "expected"),
    [
        ((400, 1, 300, 1, -44, 2, -20, 2), (444, 320), (0, 0, 400, 300)),
        ((400, 1, 300, 1, 0, 1, 0, 1), (444, 320), (22, 10, 422, 310)),
        ((800, 2, 900, 3, 22, 1, 10, 1), (444, 320), (44, 20, 444, 320)),
        ((401, 1, 299, 1, -43, 2, 21, 2), (444, 320), (0, 21, 401, 320)),
        ((99, 1, 1, 1, 1, 2, 0, 1), (100, 1), (1, 0, 100, 1)),
        ((1201, 3, 300, 1, 0, 1, 0, 1), (444, 320), (22, 10, 422, 310)),  # 400.33 wide
        ((444, 1, 320, 1, 0, 1, 0, 1), (444, 320), (0, 0, 444, 320)),
        ((400, 1, 300, 1, -46, 2, 0, 1), (444, 320), None),  # a pixel outside
        ((500, 1, 300, 1, 0, 1, 0, 1), (444, 320), None),
        ((0, 1, 300, 1, 0, 1, 0, 1), (444, 320), None),
        ((400, 0, 300, 1, 0, 1, 0, 1), (444, 320), None),
        ((400, 1, 300, 1, 0, 0, 0, 1), (444, 320), None),
        ((2**32 - 1, 1, 2**32 - 1, 1, -(2**31), 1, 2**31 - 1, 1), (444, 320), None),
    ],
)
def test_a_clean_aperture_is_a_part_of_the_picture(
    fractions: tuple[int, ...], size: tuple[int, int], expected: aperture.Box | None
) -> None:
    assert aperture.box(containers.clap(*fractions)[1], size) == expected
    assert aperture.box(containers.clap(*fractions)[1][:31], size) is None


PADDED = (96, 80)  # of which 64x48 from 16, 8 on are the quadrants; the rest is magenta


def padded() -> bytes:
    picture = Image.new("RGB", PADDED, (255, 0, 255))
    picture.paste(pictures.quadrants(64, 48), (16, 8))
    return pictures.avif(picture=picture, quality=95, subsampling="4:4:4")


CLAP = containers.clap(64, 1, 48, 1, 0, 1, -8, 1)


@pytest.mark.parametrize(
    ("turned", "size", "colours"),
    [
        ((), (64, 48), [RED, GREEN, BLUE, WHITE]),
        ((containers.irot(1),), (48, 64), [GREEN, WHITE, RED, BLUE]),
        ((containers.irot(2),), (64, 48), [WHITE, BLUE, GREEN, RED]),
        ((containers.irot(3),), (48, 64), [BLUE, RED, WHITE, GREEN]),
        ((containers.imir(0),), (64, 48), [BLUE, WHITE, RED, GREEN]),
        ((containers.imir(1),), (64, 48), [GREEN, RED, WHITE, BLUE]),
        ((containers.irot(1), containers.imir(1)), (48, 64), [WHITE, GREEN, BLUE, RED]),
        ((containers.irot(3), containers.imir(0)), (48, 64), [WHITE, GREEN, BLUE, RED]),
    ],
)
def test_an_avif_is_cropped_to_its_aperture_before_it_is_turned(
    turned: tuple[containers.Property, ...], size: tuple[int, int], colours: list[tuple[int, ...]]
) -> None:
    seen, thumbnail = converted(containers.avif(padded(), CLAP, *turned, width=PADDED[0], height=PADDED[1]))
    assert seen == size == thumbnail.size
    assert all(near(a, b, 24) for a, b in zip(corners(thumbnail), colours, strict=True))


def test_a_heic_is_cropped_before_it_is_turned() -> None:
    picture = Image.new("RGB", PADDED, (255, 0, 255))
    picture.paste(pictures.quadrants(64, 48), (16, 8))
    configuration, data = containers.coded(pictures.heic(picture=picture))
    described = (containers.size(*PADDED), (b"hvcC", configuration), CLAP, containers.irot(1))
    seen, thumbnail = converted(containers.of_items([containers.Item(b"hvc1", data, described)], b"heic"))
    assert seen == (48, 64)
    assert all(near(a, b, 40) for a, b in zip(corners(thumbnail), [GREEN, WHITE, RED, BLUE], strict=True))


def test_an_aperture_that_cannot_be_does_not_count() -> None:
    outside = containers.clap(64, 1, 48, 1, 100, 1, 0, 1)
    assert converted(containers.avif(padded(), outside, width=PADDED[0], height=PADDED[1]))[0] == PADDED


def test_what_an_aperture_hides_counts_as_pixels() -> None:
    tiny = containers.clap(1, 1, 1, 1, 0, 1, 0, 1)
    original = containers.avif(pictures.avif(picture=Image.new("RGB", (1200, 900))), tiny, width=1200, height=900)
    with pytest.raises(Rejected) as refused:
        pipeline.run(original, pipeline.Wanted(sizes.parse("a=64"), (formats.OUTPUTS["webp"],), 80, 1))
    assert refused.value.reason is Reason.TOO_MANY_PIXELS


def test_an_aperture_of_a_grid_belongs_to_the_whole() -> None:
    original = grid(flat_avif(RED), (), (containers.clap(100, 1, 64, 1, 0, 1, 0, 1),))
    assert converted(original)[0] == (100, 64)


@pytest.mark.parametrize("maker", [pictures.avif, pictures.heic])
def test_boxes_that_end_early_are_not_there(maker: Callable[..., bytes]) -> None:
    original = maker(64, 64)
    for length in range(0, len(original), 7):
        isobmff.facts(original[:length])
        isobmff.facts(original[:length], moving=True)
