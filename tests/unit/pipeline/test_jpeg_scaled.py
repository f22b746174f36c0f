"""The decoder of JPEGs at a quarter or an eighth makes libjpeg-turbo's pixels."""

import random

import pytest
from PIL import Image

from tests.material import coefficients, pictures
from tests.material.jpeg_scaled import DIVISORS, JPEG, QUARTER, by_libjpeg, outcome, pixels
from thumbs import formats, sizes
from thumbs.pipeline import boxes, contract, steps
from thumbs.pipeline.readers import jpeg_scaled


def noise(width: int, height: int, seed: int) -> Image.Image:
    """Every coefficient has a value."""
    return Image.frombytes("RGB", (width, height), random.Random(seed).randbytes(width * height * 3))


def down_instead_of_across(original: bytes) -> bytes:
    """A JPEG of 4:2:2 whose MCUs have their two blocks one below the other (4:4:0). The picture is another one."""
    at = original.index(b"\xff\xc0")
    height, width = original[at + 5 : at + 7], original[at + 7 : at + 9]
    assert original[at + 11] == 0x21
    return original[: at + 5] + width + height + original[at + 9 : at + 11] + b"\x12" + original[at + 12 :]


SIZES = (8, 8), (9, 16), (17, 9), (16, 33), (131, 67), (64, 257)
SAMPLINGS = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("sampling", [*SAMPLINGS, "4:4:0", "gray"])
@pytest.mark.parametrize(
    "options",
    [{"quality": 75}, {"quality": 100}, {"quality": 60, "restart_marker_blocks": 3, "optimize": True}],
    ids=["usual", "best", "restarts"],
)
def test_the_pixels_are_those_of_libjpeg(size: tuple[int, int], sampling: str, options: dict[str, int]) -> None:
    for picture in (pictures.photo(*size), noise(*size, seed=size[0])):
        if sampling == "gray":
            original = pictures.jpeg(picture=picture.convert("L"), **options)
        elif sampling == "4:4:0":
            original = down_instead_of_across(pictures.jpeg(picture=picture, subsampling=1, **options))
        else:
            original = pictures.jpeg(picture=picture, subsampling=SAMPLINGS[sampling], **options)
        for divisor in DIVISORS:
            expected = by_libjpeg(original, divisor)

            found = pixels(original, divisor)

            if sampling == "4:4:0" and divisor == QUARTER:
                assert found is None
            else:
                assert found == expected[2]
            assert outcome(original, divisor) == expected


@pytest.mark.parametrize("divisor", DIVISORS)
@pytest.mark.parametrize(("most", "decoded"), [(700, True), (2048, True), (8000, False)])
def test_the_largest_coefficients_overflow_nothing(most: int, decoded: bool, divisor: int) -> None:
    """Larger ones than an encoder makes overflow in SIMD code, so libjpeg-turbo has to decode them."""
    chance = random.Random(most)
    refused = 0
    for _ in range(25):
        quantization = [chance.randint(8, 20) for _ in range(64)]
        units = [
            [[chance.choice((-1, 0, 1, 1, -1)) * (most // step) for step in quantization] for _ in range(6)]
            for _ in range(20)
        ]
        original = coefficients.jpeg(units, quantization)

        found = pixels(original, divisor)

        if found is None:
            refused += 1
        else:
            assert found == by_libjpeg(original, divisor)[2]
    if (most, divisor) != (2048, QUARTER):  # of which some have sums that are too large
        assert refused == (0 if decoded else 25)


@pytest.mark.parametrize("divisor", DIVISORS)
def test_any_table_of_codes_is_read(divisor: int) -> None:
    """Codes of 1 to 16 bits in any order, all symbols that end a block, and long runs of zeros."""
    for seed in range(40):
        chance = random.Random(seed)
        zeros = chance.choice((0, 0.5, 0.9, 0.97))
        units = [
            [[0 if chance.random() < zeros else chance.randint(-9, 9) for _ in range(64)] for _ in range(6)]
            for _ in range(9)
        ]
        original = coefficients.jpeg(units, [chance.randint(1, 16) for _ in range(64)], chance)

        assert pixels(original, divisor) == by_libjpeg(original, divisor)[2]


# In a transform to two and to four samples (jidctred.c), by the place of a coefficient in its row or column.
SIGNS_TO_2, SIGNS_TO_4 = (1, 1, 1, -1, 1, 1, 1, -1), (1, 1, 1, 1, 1, -1, -1, -1)
ZIGZAG = sorted(((row, column) for row in range(8) for column in range(8)), key=lambda at: (sum(at), at[sum(at) % 2]))


@pytest.mark.parametrize(("of_colour", "decoded"), [(0, True), (800, True), (2046, False)])
def test_the_largest_sums_overflow_nothing(of_colour: int, decoded: bool) -> None:
    """All terms have the same sign. At a quarter, colour is transformed to four samples."""
    luma, colour = (
        [sign * signs[row] * signs[column] * most // 2 for row, column in ZIGZAG]
        for sign, signs, most in ((1, SIGNS_TO_2, 2046), (-1, SIGNS_TO_4, of_colour))
    )
    units = [[luma] * 4 + [colour, [-value for value in colour]], [[-value for value in luma]] * 4 + [colour] * 2] * 9
    original = coefficients.jpeg(units, [2] * 64)

    found = pixels(original, QUARTER)

    assert (found is not None) == decoded
    assert found in (None, by_libjpeg(original, QUARTER)[2])


@pytest.mark.parametrize(
    ("size", "side"),
    [((1200, 900), 30), ((1200, 900), 100), ((1200, 900), 200), ((1197, 899), 100), ((1026, 441), 16)],
    ids=str,
)
def test_thumbnails_are_the_same_without_the_decoder(
    size: tuple[int, int], side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of large pictures, which are averaged after they are decoded, and of which other formats become bands."""
    monkeypatch.setattr(boxes, "BAND", 1000)
    original = pictures.jpeg(picture=noise(*size, seed=side))
    wanted = contract.Wanted((sizes.Size("small", side, side),), (formats.OUTPUTS["jpeg"],), 80, 100)

    assert pixels(original), "nothing to compare"

    found = steps.convert(original, JPEG, wanted, contract.Limits())

    monkeypatch.setattr(jpeg_scaled, "_decode", None)
    assert found == steps.convert(original, JPEG, wanted, contract.Limits())
