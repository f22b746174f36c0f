"""Our decoder of LZW gives the same bytes as libtiff for every strip that an encoder writes."""

import random
import sys
from collections.abc import Callable

import pytest
from PIL import Image

from tests.material import pictures
from tests.material.decoding import by_pillow, rows
from tests.material.tiff_strips import (
    CLEAR,
    COMPILED,
    END,
    MODES,
    MOST,
    Codes,
    any_codes,
    by_libtiff,
    by_us,
    compressed,
    tiff,
)
from tests.material.tiffs import differences
from thumbs import formats, sizes
from thumbs.pipeline import box_average, contract, resize, steps
from thumbs.pipeline.readers import tiff as reader
from thumbs.pipeline.readers import tiff_libtiff, tiff_lzw

TIFF = next(accepted for accepted in formats.INPUTS if accepted.name == "TIFF")


def noise(length: int) -> bytes:
    return random.Random(length).randbytes(length)


CONTENTS: dict[str, Callable[[int], bytes]] = {
    "noise": noise,
    "flat": bytes,
    "two levels": lambda length: bytes(random.Random(length).choices(b"ab", k=length)),
    "dark noise": lambda length: bytes(random.Random(length).choices(range(9), k=length)),
    "ramp": lambda length: bytes(index // 7 % 256 for index in range(length)),
    "repeats of 5 bytes": lambda length: (b"later" * length)[:length],
    "repeats of 5,000 bytes": lambda length: (noise(5000) * length)[:length],
    "flat with noise": lambda length: (bytes(9000) + noise(99)) * (length // 9000) + bytes(length % 9000),
}


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("samples", MODES)
@pytest.mark.parametrize("predictor", [1, 2])
def test_the_bytes_are_those_of_libtiff(content: str, samples: int, predictor: int) -> None:
    for size in ((1, 1), (2, 3), (3, 5), (7, 40), (100, 100), (4000, 5)):
        data = CONTENTS[content](size[0] * size[1] * samples)
        strip = compressed(data[: size[0] * size[1] * samples])
        expected = by_libtiff(strip, size, samples, predictor)

        assert expected is not None
        assert by_us(strip, size, samples, predictor) == expected, size
        if predictor == 1:
            assert expected == data[: len(expected)]


@pytest.mark.parametrize("content", ["noise", "flat", "two levels"])
def test_strips_of_any_length_are_decoded(content: str) -> None:
    """Before the end of a strip, and of its data, bytes are read and written one at a time."""
    whole = CONTENTS[content](700)
    for length in range(1, 700):
        assert by_us(compressed(whole[:length]), (length, 1)) == whole[:length]


@pytest.mark.parametrize("most", [259, 300, 511, 512, 1023, 1024, 2047, 2048, 3000, MOST - 1, MOST])
def test_the_table_may_be_emptied_at_any_time(most: int) -> None:
    data = CONTENTS["dark noise"](30_000)

    assert by_us(compressed(data, most), (150, 200)) == data


@pytest.mark.parametrize("repeats", range(1, 12))
def test_a_code_may_be_the_one_that_is_being_made(repeats: int) -> None:
    """Such a string is the last one and its own first byte, of all lengths around those that the table contains."""
    codes = Codes([CLEAR, 65, 66, *(258 + index for index in range(repeats)), 67, 66, END])
    length = next(length for length in range(999, 0, -1) if by_libtiff(codes.written(), (length, 1)))

    for wanted in range(1, length + 1):
        assert by_us(codes.written(), (wanted, 1)) == by_libtiff(codes.written(), (wanted, 1))
    assert by_us(codes.written(), (length + 1, 1)) is None


def test_any_codes_are_decoded() -> None:
    """Also if they make more than the strip has room for, and if none says that they end."""
    chance = random.Random(5)
    accepted = 0
    for _ in range(400):
        samples, predictor = chance.choice((1, 3)), chance.choice((1, 2))
        strip = any_codes(chance, chance.choice((5, 50, 500, 5000)))
        for _ in range(4):
            size = chance.choice((1, 5, 90)), chance.choice((1, 3, 40, 200))
            expected = by_libtiff(strip, size, samples, predictor)

            assert by_us(strip, size, samples, predictor) == expected
            accepted += expected is not None
    assert accepted > 400


# Files

WIDTH, HEIGHT = SIZE = 202, 138
PHOTO = pictures.photo(*SIZE)


def encoded(samples: int, length: int, predictor: int, order: str = "<", *, big: bool = False) -> bytes:
    """length: rows of a strip; the last one has fewer."""
    picture = PHOTO.convert(MODES[samples])
    strips = []
    for top in range(0, HEIGHT, length):
        data = b""
        for y in range(top, min(HEIGHT, top + length)):
            row = picture.crop((0, y, WIDTH, y + 1)).tobytes()
            data += bytes(differences([level / 255 for level in row], samples, 8)) if predictor == 2 else row
        strips.append(compressed(data))
    return tiff(SIZE, strips, samples, length, predictor=predictor, order=order, big=big)


FILES = {
    "RGB": encoded(3, 5, 1),
    "RGB in differences": encoded(3, 5, 2),
    "gray": encoded(1, 5, 1),
    "gray in differences": encoded(1, 5, 2),
    "few strips": encoded(3, 40, 1),
    "strips of one row": encoded(3, 1, 2),
    "big-endian": encoded(3, 10, 2, ">"),
    "BigTIFF": encoded(3, 10, 1, big=True),
    "by libtiff": pictures.encoded(PHOTO, "TIFF", compression="tiff_lzw", strip_size=9000),
    "by libtiff, in differences": pictures.encoded(
        PHOTO, "TIFF", compression="tiff_lzw", strip_size=9000, tiffinfo={317: 2}
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [(50, 34), (33, 22), (202, 138)], ids=str)
def test_strips_are_averaged_without_pillow(name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = resize.averaged(by_pillow(FILES[name]), size)
    with monkeypatch.context() as patch:
        patch.delattr(tiff_libtiff, "decode")
        patch.delattr(Image.Image, "reduce")
        found = rows(reader.source(FILES[name]))
        assert resize.averaged(found._replace(at_once=1), size).tobytes() == expected.tobytes()
    monkeypatch.setattr(tiff_lzw, "_decode", None)
    assert resize.averaged(rows(reader.source(FILES[name])), size).tobytes() == expected.tobytes(), "without the module"


@pytest.mark.parametrize("together", [1, 3 * WIDTH * 5, 10_000_000], ids=["each strip", "one at least", "all"])
def test_rows_are_read_in_pieces_of_any_size(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also some as a picture and others packed, as happens where the first boxes are too large for our averages."""
    monkeypatch.setattr(tiff_lzw, "_AT_ONCE", together)
    found = rows(reader.source(FILES["RGB"]))
    assert found.packed
    read, at = b"", 0
    for stop in (1, 4, 5, 6, 22, 100, 101, HEIGHT):
        if stop % 2:
            part = found.read(at, stop)
            read += part.crop((0, 0, WIDTH, stop - at)).tobytes()
            at = stop
        while at < stop:
            packed = found.packed(at, stop)
            assert packed
            read += packed.pixels
            at = packed.stop
        assert at == stop
    assert read == PHOTO.tobytes()


def test_thumbnails_are_the_same_without_the_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Image.frombytes("RGB", (1200, 900), noise(1200 * 900 * 3))
    original = pictures.encoded(picture, "TIFF", compression="tiff_lzw")
    wanted = contract.Wanted(sizes.parse("small=100,medium=300,large=700"), (formats.OUTPUTS["jpeg"],), 80, 100)
    assert rows(reader.source(original)).packed, COMPILED

    found = steps.convert(original, TIFF, wanted, contract.Limits())

    monkeypatch.setattr(tiff_lzw, "_decode", None)
    assert found == steps.convert(original, TIFF, wanted, contract.Limits())
    monkeypatch.setattr(box_average, "_average", None)
    assert found == steps.convert(original, TIFF, wanted, contract.Limits())


def test_the_file_is_let_go_with_its_last_row() -> None:
    original = FILES["RGB"][:-1] + FILES["RGB"][-1:]
    unread = sys.getrefcount(original)
    picture = rows(reader.source(original))

    assert sys.getrefcount(original) > unread
    assert picture.packed
    at = 0
    while at < HEIGHT:
        part = picture.packed(at, HEIGHT)
        assert part
        at = part.stop
    assert sys.getrefcount(original) == unread
