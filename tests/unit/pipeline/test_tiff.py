"""A TIFF is read correctly in any layout of samples: every depth, order, compression and plane."""

import pytest

from tests.material.tiff_pixels import (
    ALPHAS,
    CMYK,
    COLOURS,
    GRAY,
    GRAYS,
    HEIGHT,
    PIXELS,
    RGB,
    WIDTH,
    assert_seen,
    quadrant,
    reason,
)
from tests.material.tiffs import DEFLATE, FLOAT, LZW, PACKBITS, SIGNED, UNSIGNED, Pixel, tiff
from thumbs.errors import Reason

EXPECTED: dict[str, list[tuple[int, ...]]] = {
    "gray": [(gray,) * 3 for gray in GRAYS],
    "gray and alpha": [(gray,) * 3 + (alpha,) for gray, alpha in zip(GRAYS, ALPHAS, strict=True)],
    "rgb": list(COLOURS),
    "rgb and alpha": [(*rgb, alpha) for rgb, alpha in zip(COLOURS, ALPHAS, strict=True)],
    "cmyk": list(COLOURS),
    "cmyk and alpha": list(COLOURS),
}


PHOTOMETRIC = {"gray": GRAY, "rgb": RGB, "cmyk": CMYK}


KINDS = [
    (8, UNSIGNED),
    (12, UNSIGNED),
    (16, UNSIGNED),
    (16, SIGNED),
    (16, FLOAT),
    (32, UNSIGNED),
    (32, SIGNED),
    (32, FLOAT),
]


LAYOUTS: dict[str, dict[str, object]] = {
    "one strip": {},
    "strips": {"rows": 9},
    "tiles": {"tile": (16, 16)},
    "deflate": {"rows": 9, "compression": DEFLATE},
    "LZW in tiles": {"tile": (16, 16), "compression": LZW},
    "PackBits": {"rows": 9, "compression": PACKBITS},
    "BigTIFF": {"big": True, "rows": 9},
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("planar", [False, True], ids=["chunky", "planar"])
@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize(("bits", "kind"), KINDS, ids=[f"{bits} bits {kind}" for bits, kind in KINDS])
def test_samples_come_out_right_however_they_are_laid_out(
    bits: int, kind: int, order: str, planar: bool, layout: str
) -> None:
    for name in PIXELS if layout == "one strip" else ("gray", "rgb and alpha"):
        original = tiff(
            (WIDTH, HEIGHT),
            PIXELS[name],
            bits,
            kind=kind,
            photometric=PHOTOMETRIC[name.split()[0]],
            order=order,
            planar=planar,
            extras=(2,) if "alpha" in name else (),
            **LAYOUTS[layout],  # type: ignore[arg-type]
        )
        assert_seen(original, EXPECTED[name])


@pytest.mark.parametrize("tile", [None, (16, 16)], ids=["strips", "tiles"])
@pytest.mark.parametrize("planar", [False, True], ids=["chunky", "planar"])
@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_predictor_is_undone(bits: int, order: str, planar: bool, tile: tuple[int, int] | None) -> None:
    for name, pixel in PIXELS.items():
        original = tiff(
            (WIDTH, HEIGHT),
            pixel,
            bits,
            photometric=PHOTOMETRIC[name.split()[0]],
            order=order,
            planar=planar,
            extras=(2,) if "alpha" in name else (),
            compression=DEFLATE,
            predictor=2,
            rows=9,
            tile=tile,
        )
        if (name, bits, planar) == ("cmyk and alpha", 16, False):  # five samples: more than Pillow's widest pixel
            assert reason(original) is Reason.VARIANT_NOT_SUPPORTED
        else:
            assert_seen(original, EXPECTED[name])


@pytest.mark.parametrize("compression", [LZW, DEFLATE])
@pytest.mark.parametrize("tile", [None, (16, 16)], ids=["strips", "tiles"])
@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize(("kind", "predictor"), [(UNSIGNED, 2), (FLOAT, 3)])
def test_a_predictor_of_32_bits_is_undone(
    kind: int, predictor: int, order: str, tile: tuple[int, int] | None, compression: int
) -> None:
    for name, planar in (("gray", False), ("rgb and alpha", True)):
        original = tiff(
            (WIDTH, HEIGHT),
            PIXELS[name],
            32,
            kind=kind,
            photometric=PHOTOMETRIC[name.split()[0]],
            order=order,
            planar=planar,
            extras=(2,) if "alpha" in name else (),
            compression=compression,
            predictor=predictor,
            rows=9,
            tile=tile,
        )
        assert_seen(original, EXPECTED[name])


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize(("bits", "kind"), [*KINDS, (4, UNSIGNED), (1, UNSIGNED)])
def test_white_may_be_zero(bits: int, kind: int, order: str) -> None:
    levels = (0, 255, 255, 0) if bits == 1 else (0, 255, 17 * 6, 17 * 12) if bits == 4 else GRAYS
    original = tiff(
        (WIDTH, HEIGHT), lambda x, y: (1 - levels[quadrant(x, y)] / 255,), bits, kind=kind, photometric=0, order=order
    )
    assert_seen(original, [(level,) * 3 for level in levels])


@pytest.mark.parametrize("bits", [8, 16])
def test_alpha_may_have_been_multiplied_in(bits: int) -> None:
    def pixel(x: int, y: int) -> Pixel:
        alpha = ALPHAS[quadrant(x, y)] / 255
        return (*(value / 255 * alpha for value in COLOURS[quadrant(x, y)]), alpha)

    for planar in (False, True):
        original = tiff((WIDTH, HEIGHT), pixel, bits, photometric=RGB, extras=(1,), planar=planar)
        assert_seen(original, EXPECTED["rgb and alpha"], 5)


@pytest.mark.parametrize("extras", [(), (0,), (0, 0, 0)], ids=len)
@pytest.mark.parametrize("bits", [8, 16, 32])
def test_what_is_neither_colour_nor_alpha_is_left_out(bits: int, extras: tuple[int, ...]) -> None:
    count = max(1, len(extras))
    original = tiff(
        (WIDTH, HEIGHT), lambda x, y: (*PIXELS["gray"](x, y), *(0.5,) * count), bits, photometric=GRAY, extras=extras
    )
    if (bits, extras) == (8, ()):
        assert reason(original) in {None, Reason.VARIANT_NOT_SUPPORTED}
    else:
        assert_seen(original, EXPECTED["gray"])


@pytest.mark.parametrize("bits", [8, 12, 16, 32])
def test_samples_of_an_undefined_format_are_unsigned(bits: int) -> None:
    for name in ("gray", "rgb and alpha"):
        original = tiff(
            (WIDTH, HEIGHT),
            PIXELS[name],
            bits,
            photometric=PHOTOMETRIC[name.split()[0]],
            extras=(2,) if "alpha" in name else (),
            tags={339: (4,) * len(PIXELS[name](0, 0))},
        )
        assert_seen(original, EXPECTED[name])
