"""Our decoder of LZW accepts nothing that libtiff rejects, and leaves what it refuses to libtiff."""

import random
import struct

import pytest

from tests.actors.pipeline import refusal
from tests.material import pictures, tiffs
from tests.material.decoding import by_pillow, rows
from tests.material.tiff_strips import (
    CLEAR,
    COMPILED,
    END,
    Codes,
    any_codes,
    by_libtiff,
    by_us,
    compressed,
    layout,
    tiff,
)
from thumbs.errors import Reason
from thumbs.pipeline.readers import tiff as reader
from thumbs.pipeline.readers import tiff_lzw

SIZE = WIDTH, ROWS = 90, 10
DATA = bytes(random.Random(1).choices(range(7), k=WIDTH * ROWS))
STRIP = compressed(DATA)


def test_a_strip_may_be_cut_where_libtiff_accepts_it() -> None:
    accepted = [length for length in range(1, len(STRIP)) if by_us(STRIP[:length], SIZE)]

    assert accepted == [length for length in range(1, len(STRIP)) if by_libtiff(STRIP[:length], SIZE)]
    assert accepted in ([len(STRIP) - 1], [len(STRIP) - 2, len(STRIP) - 1]), (
        "only the code that says it ends is missing"
    )


def test_damaged_strips_are_refused_or_decoded_like_libtiff() -> None:
    chance = random.Random(8)
    counts = {True: 0, False: 0}
    for _ in range(6000):
        mutant = bytearray(STRIP if chance.random() < 0.5 else any_codes(chance, 300))
        for _ in range(chance.choice((1, 1, 3))):
            at = chance.randrange(len(mutant) + 1)
            mutant[at : at + chance.choice((0, 1, 1, 3))] = chance.randbytes(chance.choice((0, 1, 1, 2)))
        size, predictor = chance.choice((SIZE, (20, 10), (3, 3))), chance.choice((1, 2))

        found = by_us(bytes(mutant), size, predictor=predictor)

        assert found == by_libtiff(bytes(mutant), size, predictor=predictor)
        counts[found is not None] += 1
    assert min(counts.values()) > 1000, counts


A, B = 65, 66


@pytest.mark.parametrize(
    "codes",
    [
        (A, B, END),
        (258, A, B, END),
        (END,),
        (CLEAR, END),
        (CLEAR, 258, A, B),
        (CLEAR, A, 259, B),
        (CLEAR, A, 511, B),
        (CLEAR, A, END, B),
        (CLEAR, A, CLEAR, 258, B),
        (CLEAR, A, CLEAR, END),
        (CLEAR, CLEAR),
    ],
    ids=str,
)
def test_wrong_codes_are_refused(codes: tuple[int, ...]) -> None:
    strip = Codes(codes).written()

    assert by_us(strip, (2, 1)) is None
    assert by_libtiff(strip, (2, 1)) is None


@pytest.mark.parametrize(
    ("codes", "made"),
    [
        ((CLEAR, A, B), b"AB"),
        ((CLEAR, CLEAR, A, CLEAR, CLEAR, B), b"AB"),
        ((CLEAR, A, 258), b"AA"),
        ((CLEAR, A, B, A, B, 511), b"AB"),
        ((CLEAR, A, B, END, A, A), b"AB"),
    ],
    ids=str,
)
def test_unusual_codes_are_decoded(codes: tuple[int, ...], made: bytes) -> None:
    strip = Codes(codes).written()

    assert by_us(strip, (2, 1)) == made
    assert by_libtiff(strip, (2, 1)) == made


def test_a_strip_of_codes_that_make_nothing_is_refused() -> None:
    """libtiff reads only ten times as many bytes as it makes, if there are more than a megabyte."""
    eight = Codes([CLEAR] * 8).written()
    for number, accepted in ((2**20 // len(eight), True), (2**20 // len(eight) + 1, False)):
        strip = eight * number + Codes([A, B]).written()

        assert by_us(strip, (2, 1)) == by_libtiff(strip, (2, 1)) == (b"AB" if accepted else None)


# Files

STRIPS = [compressed(DATA)] * 5
PICTURE = (WIDTH, 5 * ROWS)
WHOLE = tiff(PICTURE, STRIPS, 1, ROWS)
OVERFLOWING = Codes([CLEAR, *random.Random(2).choices(range(7), k=4300)]).written()


def test_a_table_that_overflows_is_left_to_libtiff() -> None:
    """It accepts that, though no code stands for the new entries."""
    size = 43, 100
    original = tiff((size[0], 500), [compressed(bytes(4300)), *[OVERFLOWING] * 4], 1, size[1])

    assert by_us(OVERFLOWING, size) is None
    assert rows(reader.source(original)).packed
    assert rows(reader.source(original)).whole().tobytes() == by_pillow(original).tobytes()


def old(data: bytes) -> bytes:
    """By an old encoder: the first bit of a code is the lowest one of a byte."""
    codes = [code for at in range(0, len(data), 200) for code in (CLEAR, *data[at : at + 200])] + [END]
    number = 0
    for code in reversed(codes):
        number = number << 9 | code
    return number.to_bytes(9 * len(codes) // 8 + 1, "little")


def test_old_strips_are_left_to_libtiff() -> None:
    """Only if the first one is old, libtiff decodes any."""
    original = tiff(PICTURE, [old(DATA)] * 5, 1, ROWS)
    assert rows(reader.source(original)).packed is None
    assert rows(reader.source(original)).whole().tobytes() == DATA * 5

    assert refusal(tiff(PICTURE, [*STRIPS[:3], old(DATA), *STRIPS[:1]], 1, ROWS)).reason is Reason.DAMAGED


@pytest.mark.parametrize("strip", range(5))
@pytest.mark.parametrize("damage", [STRIP[:-9], STRIP[:99] + b"\xff\xff\xff" + STRIP[102:], b"\x80"], ids=len)
def test_a_damaged_strip_is_damage(strip: int, damage: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    original = tiff(PICTURE, [*STRIPS[:strip], damage, *STRIPS[strip + 1 :]], 1, ROWS)
    assert rows(reader.source(original)).packed, COMPILED

    assert refusal(original).reason is Reason.DAMAGED
    monkeypatch.setattr(tiff_lzw, "_decode", None)
    assert refusal(original).reason is Reason.DAMAGED


PHOTO = pictures.photo(90, 50)
SHORT, LONG = 3, 4  # types of a tag


@pytest.mark.parametrize(
    "original",
    [
        pictures.encoded(PHOTO.convert("RGBA"), "TIFF", compression="tiff_lzw", strip_size=4000),
        pictures.encoded(PHOTO.convert("CMYK"), "TIFF", compression="tiff_lzw", strip_size=4000),
        pictures.encoded(PHOTO.quantize(99), "TIFF", compression="tiff_lzw", strip_size=1000),
        pictures.encoded(PHOTO.convert("1"), "TIFF", compression="tiff_lzw", strip_size=120),
        pictures.encoded(PHOTO.convert("I;16"), "TIFF", compression="tiff_lzw", strip_size=2000),
        pictures.encoded(PHOTO, "TIFF", compression="tiff_adobe_deflate", strip_size=3000),
        tiffs.tiff((90, 50), lambda _x, _y: (0.5,) * 3, 8, photometric=2, tile=(16, 16), compression=tiffs.LZW),
        tiff(PICTURE, STRIPS, 1, ROWS, tags={262: (0,)}),
        tiff(PICTURE, STRIPS, 1, ROWS, tags={266: (2,)}),
        WHOLE.replace(struct.pack("<HHI", 262, SHORT, 1), struct.pack("<HHI", 262, LONG, 1)),
        tiff((30, 5 * ROWS), STRIPS, 3, ROWS, tags={339: (1,)}),
        tiff(PICTURE, STRIPS[:1], 1, ROWS, tags={273: (8,) * 5, 279: (len(STRIP),) * 5}),
    ],
    ids=[
        *("RGBA", "CMYK", "palette", "1-bit", "16-bit", "Deflate", "tiles"),
        *("white is zero", "bits in another order", "another type", "a value is missing", "strips share data"),
    ],
)
def test_other_layouts_are_left_to_libtiff(original: bytes) -> None:
    loaded = reader.source(original).load((1, 1))

    assert getattr(loaded, "packed", None) is None


def test_usual_tags_are_for_us() -> None:
    """Otherwise the test above would pass with any tags."""
    usual: tuple[dict[int, tuple[int, ...] | bytes], ...] = ({266: (1,), 317: (), 339: (1,)}, {277: (), 284: ()})
    for tags in usual:
        assert rows(reader.source(tiff(PICTURE, STRIPS, 1, ROWS, tags=tags))).packed, COMPILED


# The compiled module

PLACE = 0, len(STRIP)
WRONG = {
    "no layout": (900, b""),
    "half a place": (900, layout(90, 10, 0, PLACE)[:-1]),
    "no place": (900, layout(90, 10, 0)),
    "a place too many": (900, layout(90, 10, 0, PLACE, PLACE)),
    "a place too few": (910, layout(90, 10, 0, PLACE)),
    "rows of no bytes": (900, layout(0, 10, 0, PLACE)),
    "strips of no rows": (900, layout(90, 0, 0, PLACE)),
    "half a row": (901, layout(90, 11, 0, PLACE)),
    "other differences": (900, layout(90, 10, 2, PLACE)),
    "half a pixel": (900, layout(100, 9, 3, PLACE)),
    "beyond the end": (900, layout(90, 10, 0, (1, len(STRIP)))),
    "far beyond the end": (900, layout(90, 10, 0, (2**64 - 1, len(STRIP)))),
    "endless": (900, layout(90, 10, 0, (1, 2**64 - 1))),
    "empty": (900, layout(90, 10, 0, (0, 0))),
    "endless rows": (900, layout(2**64 - 1, 2**32 - 1, 0, PLACE)),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_compiled_module_refuses_what_does_not_fit(name: str) -> None:
    length, given = WRONG[name]
    assert tiff_lzw._decode, COMPILED

    assert not tiff_lzw._decode(memoryview(bytearray(length)), STRIP, given)


def test_the_compiled_module_accepts_what_fits() -> None:
    assert tiff_lzw._decode, COMPILED
    pixels = bytearray(3 * 450)
    half = compressed(DATA[:450])
    places = (2, len(half)), (0, 2 + len(half)), (2, len(half))

    assert not tiff_lzw._decode(memoryview(pixels), b"AB" + half, layout(90, 5, 0, *places))
    assert tiff_lzw._decode(memoryview(pixels), half, layout(90, 5, 0, *[(0, len(half))] * 3))
    assert pixels == DATA[:450] * 3
    assert tiff_lzw._decode(memoryview(pixels)[:90], half, layout(90, 2**32 - 1, 0, (0, len(half))))
    assert tiff_lzw._decode(memoryview(bytearray()), b"", layout(90, 5, 0))
    with pytest.raises(TypeError):
        tiff_lzw._decode(memoryview(pixels), half)  # type: ignore[call-arg]
    with pytest.raises((TypeError, BufferError)):
        tiff_lzw._decode(memoryview(bytes(pixels)), half, layout(90, 5, 0, *places))
