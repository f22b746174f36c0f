"""JPEGs whose sizes the decoder's divisor does not divide are neither stretched nor shifted."""

from io import BytesIO
from math import ceil, log10
from random import Random

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from tests.material import pictures
from tests.material.jpeg_scaled import JPEG
from thumbs import formats, sizes
from thumbs.pipeline import contract, parts, steps
from thumbs.pipeline.readers import jpeg_scaled

# Detail of which a thumbnail of 100 pixels shows everything.
PHOTO = Image.frombytes("RGB", (80, 60), Random(80).randbytes(80 * 60 * 3)).resize((1208, 912))
STRIP = 24  # pixels at the right and at the bottom
SIDES = {"a half": 400, "a quarter": 200, "an eighth": 100}


def fidelity(made: Image.Image, original: bytes) -> float:
    """dB, compared with a resize of all pixels, of the worst of the strips at the edges, where a shift is largest."""
    with Image.open(BytesIO(original)) as image:
        ideal = ImageOps.exif_transpose(image.convert("RGB")).resize(made.size, Image.Resampling.LANCZOS)
    width, height = made.size
    strips = (0, 0, STRIP, height), (width - STRIP, 0, width, height), (0, height - STRIP, width, height)
    return min(_psnr(made.convert("RGB").crop(strip), ideal.crop(strip)) for strip in strips)


def _psnr(one: Image.Image, other: Image.Image) -> float:
    squares = ImageStat.Stat(ImageChops.difference(one, other)).sum2
    return 10 * log10(255**2 * len(squares) * one.width * one.height / max(1, sum(squares)))


def thumbnail(original: bytes, side: int) -> Image.Image:
    wanted = contract.Wanted((sizes.Size("small", side, side),), (formats.OUTPUTS["jpeg"],), 100, 100)
    (made,) = steps.convert(original, JPEG, wanted, contract.Limits()).thumbnails
    return Image.open(BytesIO(made.content))


ODD = (1201, 901), (1207, 904), (905, 1203)


@pytest.mark.parametrize("size", ODD, ids=str)
@pytest.mark.parametrize("side", SIDES.values(), ids=SIDES)
@pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"progressive": True}], ids=["usual", "4:4:4", "later"])
def test_the_end_is_as_true_as_where_the_size_is_divisible(
    size: tuple[int, int], side: int, options: dict[str, int]
) -> None:
    width, height = size
    exact, odd = (
        pictures.jpeg(picture=PHOTO.resize(whole), quality=95, **options)
        for whole in ((width // 8 * 8, height // 8 * 8), size)
    )

    assert fidelity(thumbnail(odd, side), odd) > fidelity(thumbnail(exact, side), exact) - 1.5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_end_of_a_turned_picture_is_that_of_the_stored_one(orientation: int) -> None:
    exact, odd = (
        pictures.jpeg(picture=PHOTO.resize(size), quality=95, orientation=orientation)
        for size in ((1200, 904), (1205, 907))
    )

    assert fidelity(thumbnail(odd, 200), odd) > fidelity(thumbnail(exact, 200), exact) - 1.5


@pytest.mark.parametrize(("mode", "least"), [("L", 38.0), ("CMYK", 20.5)])
def test_gray_and_cmyk_are_parts_too(mode: str, least: float) -> None:
    odd = pictures.jpeg(picture=PHOTO.resize((1205, 907)).convert(mode), quality=95)

    assert fidelity(thumbnail(odd, 200), odd) > least


def test_thumbnails_do_not_depend_on_who_decodes(monkeypatch: pytest.MonkeyPatch) -> None:
    original = pictures.jpeg(picture=PHOTO.resize((1205, 907)))
    found = [thumbnail(original, side).tobytes() for side in SIDES.values()]

    monkeypatch.setattr(jpeg_scaled, "_decode", None)

    assert [thumbnail(original, side).tobytes() for side in SIDES.values()] == found


@pytest.mark.parametrize(
    ("original", "decoded", "part"),
    [
        ((3997, 2999), (1000, 750), (0.99925, 2999 / 3000)),
        ((5712, 4284), (714, 536), (1.0, 535.5 / 536)),
        ((801, 600), (801, 600), (1.0, 1.0)),
        ((1, 1), (1, 1), (1.0, 1.0)),
    ],
)
def test_the_part_that_is_filled(original: tuple[int, int], decoded: tuple[int, int], part: parts.Part) -> None:
    assert parts.filled(original, decoded) == pytest.approx(part)


@pytest.mark.parametrize("wanted", [1, 7, 64, 160, 640, 4096])
def test_whole_numbers_have_nearly_the_wanted_ratio(wanted: int) -> None:
    for eighths in range(max(80, 9 * wanted), max(80, 9 * wanted) + 640, 7):
        length = eighths / 8
        samples, pixels = parts._whole_numbers(length, ceil(length), wanted)

        assert samples >= length
        assert pixels >= wanted
        shift = wanted * (samples * wanted / pixels / length - 1)  # of the last pixel
        assert abs(shift) < (0.1 if wanted >= 64 else 0.3)
