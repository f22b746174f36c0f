"""Averages of rows as their decoder packs them: Pillow's pixels for all boxes, with and without our module."""

import struct
import sys
from collections.abc import Callable
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from tests.material import pictures
from tests.material.decoding import by_pillow, rows
from thumbs.pipeline import box_average, boxes, resize
from thumbs.pipeline.readers import libvips, png, rows_or_whole
from thumbs.pipeline.rows import PackedRows, Rows

CHANNELS = {"L": 1, "RGB": 3}
COMPILED = "it is not compiled: make .venv/native.stamp"


def unread(_start: int, _stop: int) -> Image.Image:
    raise AssertionError("rows that are packed are averaged without a picture of them")


def packed_rows(picture: Image.Image, depth: int = 1, read: Callable[[int, int], Image.Image] = unread) -> Rows:
    """Rows of this picture, from one to seven at a time. depth: bytes of a sample; the lower one is noise."""
    random = Random(6)
    samples = picture.tobytes()
    content = bytearray(random.randbytes(depth * len(samples)))
    content[depth - 1 :: depth] = samples
    row = len(content) // picture.height

    def packed(start: int, stop: int) -> PackedRows:
        end = min(stop, start + random.randint(1, 7))
        return PackedRows(memoryview(content)[start * row : end * row], end)

    return Rows(picture.mode, picture.size, read, packed=packed)


def averaged(rows: Rows, by: boxes.Factor) -> Image.Image:
    result = Image.new(rows.mode, boxes.size_of(rows, by))
    boxes.average_rows(rows, by, result)
    return result


def noise(mode: str, size: tuple[int, int], seed: int) -> Image.Image:
    return Image.frombytes(mode, size, Random(seed).randbytes(size[0] * size[1] * CHANNELS[mode]))


@pytest.mark.parametrize("mode", CHANNELS)
@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize(
    "by", [(1, 2), (2, 1), (2, 2), (3, 3), (4, 4), (5, 5), (7, 4), (4, 9), (7, 7), (1, 85)], ids=str
)
def test_the_averages_are_those_of_pillow(mode: str, depth: int, by: boxes.Factor) -> None:
    """Of pictures that boxes divide, and of others, whose first and last boxes are larger."""
    for more in range(2 * min(max(by), 10)):
        size = by[0] * 66 + more % (2 * by[0]), by[1] * 5 + more % (2 * by[1])
        picture = noise(mode, size, more)

        assert averaged(packed_rows(picture, depth), by).tobytes() == boxes.averaged(picture, by).tobytes(), size


@pytest.mark.parametrize("pixels", [*range(2, 17), 63, 64, 65, 85, 86, 101, 127, 128])
def test_every_sum_is_divided_as_pillow_divides_it(pixels: int) -> None:
    """A box is a column, and each column's sum is greater by one than that of the column before."""
    width = 255 * pixels + 1
    columns = [(bytes(255 * row) + bytes(range(255))).ljust(width, b"\xff") for row in range(pixels)]
    picture = Image.frombytes("L", (width, pixels), b"".join(columns))

    assert averaged(packed_rows(picture), (1, pixels)).tobytes() == picture.reduce((1, pixels)).tobytes()


@pytest.mark.parametrize(("mode", "by"), [("RGB", (13, 10)), ("RGB", (128, 2)), ("L", (1, 129)), ("CMYK", (2, 2))])
def test_larger_boxes_and_other_modes_are_left_to_pillow(mode: str, by: boxes.Factor) -> None:
    picture = noise("RGB", (1300, 240), 1).convert(mode)
    packed = packed_rows(picture, read=lambda start, stop: picture.crop((0, start, picture.width, stop)))

    assert averaged(packed, by).tobytes() == boxes.averaged(picture, by).tobytes()


def test_rows_that_cannot_be_decoded_are_those_of_another_decoder() -> None:
    """It decides from the strip on in which the first decoder fails."""
    first, other = noise("RGB", (300, 400), 1), noise("RGB", (300, 400), 2)
    packed = packed_rows(first).packed

    def failing(start: int, stop: int) -> PackedRows | None:
        if stop > 207:
            raise OSError
        return packed and packed(start, stop)

    decoded = rows_or_whole(Rows("RGB", first.size, unread, packed=failing), lambda: other)
    whole = averaged(decoded, (2, 2)).tobytes()

    strip = boxes.at_a_time(600, boxes.ROWS) * 2
    both = first.copy()
    both.paste(other.crop((0, 207 // strip * strip, 300, 400)), (0, 207 // strip * strip))
    assert whole == both.reduce(2).tobytes()


# PNG


def encoded(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


ORIGINALS = {
    "RGB": encoded(pictures.photo(301, 207)),
    "gray": encoded(pictures.photo(301, 207).convert("L")),
    "1-bit": encoded(pictures.photo(301, 207).convert("1")),
    "palette": encoded(pictures.photo(301, 207).quantize(200)),
    "RGB in 16 bits": pictures.stored_png(301, 16, 2, Random(3).randbytes(301 * 2 * 3)),
    "gray in 16 bits": pictures.stored_png(301, 16, 0, Random(3).randbytes(301 * 2)),
}


@pytest.mark.parametrize("name", ORIGINALS)
@pytest.mark.parametrize("size", [(64, 44), (40, 30)], ids=str)
def test_png_is_averaged_without_pictures_of_its_rows(
    name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = resize.averaged(by_pillow(ORIGINALS[name]), size)
    with monkeypatch.context() as patch:
        patch.setattr(libvips._Decoder, "read", unread)
        assert resize.averaged(rows(png.source(ORIGINALS[name])), size).tobytes() == expected.tobytes()
    monkeypatch.setattr(box_average, "_average", None)
    assert resize.averaged(rows(png.source(ORIGINALS[name])), size).tobytes() == expected.tobytes(), (
        "without the module"
    )


def test_the_file_is_let_go_with_its_last_average() -> None:
    original = encoded(pictures.photo(301, 207))
    unread = sys.getrefcount(original)
    picture = rows(png.source(original))

    assert sys.getrefcount(original) > unread
    averaged(picture, (2, 2))
    assert sys.getrefcount(original) == unread


# The compiled module

SHAPE = 3, 1, 2, 0  # channels, bytes of a sample, rows of a box, rows before
RUN = 0, 8, 2, 0  # start, stop, box, at


def average(
    shape: tuple[int, ...] = SHAPE,
    runs: tuple[tuple[int, ...], ...] = (RUN,),
    pixels: int = 2 * 8 * 3,
    sums: int = 2 * 8 * 3,
    averages: int = 4 * 4,
    end: bytes = b"",
) -> tuple[bool, bytes]:
    """Whether it accepts buffers of these lengths, and the averages. All samples are 100."""
    assert box_average._average, COMPILED
    layout = struct.pack("=4I", *shape) + b"".join(struct.pack("=4I", *run) for run in runs) + end
    made = bytearray(averages)
    return box_average._average(memoryview(b"d" * pixels), bytearray(sums), made, layout), bytes(made)


def test_the_module_accepts_what_fits() -> None:
    assert average() == (True, b"ddd\0" * 4)
    assert average(runs=((0, 3, 3, 0), (3, 5, 2, 1), (5, 8, 3, 2)), averages=4 * 3) == (True, b"ddd\0" * 3)
    assert average(shape=(3, 1, 2, 1), pixels=24) == (True, bytes([50, 50, 50, 0] * 4)), "the other row was empty"
    assert average(pixels=24) == (True, bytes(16)), "no box is complete"
    assert average(pixels=0) == (True, bytes(16))


@pytest.mark.parametrize(
    "arguments",
    [
        {"shape": (2, 1, 2, 0)},
        {"shape": (4, 1, 2, 0)},
        {"shape": (0, 1, 2, 0)},
        {"shape": (3, 0, 2, 0)},
        {"shape": (3, 3, 2, 0)},
        {"shape": (3, 1, 0, 0)},
        {"shape": (3, 1, 129, 0), "runs": ((0, 8, 1, 0),), "averages": 0, "pixels": 0},
        {"shape": (3, 1, 2**32 - 1, 0), "averages": 0, "pixels": 0},
        {"shape": (3, 1, 2, 1)},
        {"shape": (3, 1, 2, 2**32 - 1)},
        {"runs": ()},
        {"runs": ((0, 8, 0, 0),)},
        {"runs": ((0, 8, 3, 0),)},
        {"runs": ((0, 6, 2, 0),)},
        {"runs": ((0, 10, 2, 0),)},
        {"runs": ((8, 0, 2, 0),)},
        {"runs": ((0, 0, 2, 0), RUN)},
        {"runs": ((0, 8, 2, 1),)},
        {"runs": ((0, 4, 2, 0), (2, 8, 2, 2)), "averages": 20},
        {"runs": ((0, 4, 2, 0), (4, 8, 2, 1))},
        {"runs": ((0, 4, 2, 0), (6, 8, 2, 2)), "averages": 12},
        {"runs": ((0, 8, 1, 0),), "shape": (3, 1, 1, 0), "pixels": 24, "averages": 32},
        {"runs": ((0, 2**32 - 1, 1, 0),)},
        {"pixels": 2 * 8 * 3 - 1},
        {"pixels": 3 * 8 * 3},
        {"sums": 2 * 8 * 3 - 1},
        {"sums": 2 * 7 * 3},
        {"sums": 2 * (8 * 3 + 1), "pixels": 2 * (8 * 3 + 1)},
        {"sums": 0},
        {"sums": 0, "runs": (), "averages": 0, "pixels": 0},
        {"averages": 15},
        {"averages": 17},
        {"averages": 12},
        {"averages": 0},
        {"end": b"\0"},
    ],
    ids=str,
)
def test_the_module_refuses_what_does_not_fit(arguments: dict[str, tuple[int, ...]]) -> None:
    accepted, made = average(**arguments)  # type: ignore[arg-type]  # each value has its own type

    assert not accepted
    assert not any(made), "nothing is written"


def test_the_module_refuses_what_has_no_layout() -> None:
    assert box_average._average, COMPILED

    assert not box_average._average(memoryview(b""), bytearray(48), bytearray(16), b"")


def test_rows_of_another_length_are_our_mistake() -> None:
    picture = noise("RGB", (300, 40), 1)
    short = Rows("RGB", picture.size, unread, packed=lambda _start, stop: PackedRows(memoryview(bytes(899)), stop))

    with pytest.raises(ValueError, match="899 bytes are not rows 0 to 40"):
        averaged(short, (2, 2))
