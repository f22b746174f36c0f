"""The decoder of a JPEG at an eighth of its size makes libjpeg-turbo's pixels, or leaves the picture to it."""

import random
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from tests.material import coefficients, pictures
from tests.material.decoding import decoded_at_once
from thumbs import formats
from thumbs.errors import Rejected
from thumbs.pipeline import readers
from thumbs.pipeline.readers import jpeg, jpeg_eighth, jpeg_scans

JPEG = next(accepted for accepted in formats.INPUTS if accepted.name == "JPEG")
_DQT, _SOF, _DHT, _SOS, _APP14 = b"\xff\xdb", b"\xff\xc0", b"\xff\xc4", b"\xff\xda", b"\xff\xee"


def headers(original: bytes) -> tuple[jpeg._Jpeg, jpeg_scans.Layout]:
    image = jpeg._Jpeg(BytesIO(original))
    image.draft(None, (1, 1))
    return image, jpeg_scans.layout(original, assuming=True)


def pixels(original: bytes) -> bytearray | None:
    assert jpeg_eighth._decode, "it is not compiled: make .venv/native.stamp"
    image, layout = headers(original)
    return jpeg_eighth.decoded(image, original, layout)


def outcome(original: bytes) -> Image.Image | str:
    """The picture at an eighth, or why there is none."""
    try:
        source = readers.opened(JPEG, original)
        with readers.decoding():
            return decoded_at_once(source, (1, 1))
    except Rejected as refusal:
        return str(refusal)


@pytest.fixture
def by_libjpeg(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Image.Image | str]:
    """The outcome where the decoder is not installed."""

    def without(original: bytes) -> Image.Image | str:
        with monkeypatch.context() as patch:
            patch.setattr(jpeg_eighth, "_decode", None)
            return outcome(original)

    return without


def noise(width: int, height: int, seed: int) -> Image.Image:
    """Every coefficient has a value."""
    return Image.frombytes("RGB", (width, height), random.Random(seed).randbytes(width * height * 3))


def down_instead_of_across(original: bytes) -> bytes:
    """A JPEG of 4:2:2 whose MCUs have their two blocks one below the other (4:4:0). The picture is another one."""
    at = original.index(_SOF)
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
def test_the_pixels_are_those_of_libjpeg(
    size: tuple[int, int],
    sampling: str,
    options: dict[str, int],
    by_libjpeg: Callable[[bytes], Image.Image | str],
) -> None:
    for picture in (pictures.photo(*size), noise(*size, seed=size[0])):
        if sampling == "gray":
            original = pictures.jpeg(picture=picture.convert("L"), **options)
        elif sampling == "4:4:0":
            original = down_instead_of_across(pictures.jpeg(picture=picture, subsampling=1, **options))
        else:
            original = pictures.jpeg(picture=picture, subsampling=SAMPLINGS[sampling], **options)
        expected = by_libjpeg(original)

        found = pixels(original)

        assert found is not None, "refused"
        assert isinstance(expected, Image.Image)
        assert found == expected.tobytes()
        made = outcome(original)
        assert isinstance(made, Image.Image)
        assert (made.mode, made.size, made.tobytes()) == (expected.mode, expected.size, expected.tobytes())


@pytest.mark.parametrize(("most", "decoded"), [(2048, True), (8000, False)])
def test_the_largest_coefficients_overflow_nothing(
    most: int, decoded: bool, by_libjpeg: Callable[[bytes], Image.Image | str]
) -> None:
    """Larger ones than an encoder makes overflow in SIMD code, so libjpeg-turbo has to decode them."""
    chance = random.Random(most)
    for _ in range(25):
        quantization = [chance.randint(8, 20) for _ in range(64)]
        units = [
            [[chance.choice((-1, 0, 1, 1, -1)) * (most // step) for step in quantization] for _ in range(6)]
            for _ in range(20)
        ]
        original = coefficients.jpeg(units, quantization)

        found = pixels(original)

        assert (found is not None) == decoded
        if found is not None:
            expected = by_libjpeg(original)
            assert isinstance(expected, Image.Image)
            assert found == expected.tobytes()


PHOTO = pictures.photo(200, 150)
WHOLE = pictures.jpeg(picture=PHOTO)
RESTARTS = pictures.jpeg(picture=PHOTO, restart_marker_rows=1)


def changed(at: int, values: bytes, original: bytes = WHOLE) -> bytes:
    return original[:at] + values + original[at + len(values) :]


def without(start: int, stop: int, original: bytes = WHOLE) -> bytes:
    return original[:start] + original[stop:]


def frame(offset: int) -> int:
    return WHOLE.index(_SOF) + offset


def with_two_byte_tables(original: bytes) -> bytes:
    """Its first table of quantization has values of 16 bits."""
    at = original.index(_DQT)
    values = b"".join(bytes([0, value]) for value in original[at + 5 : at + 69])
    return original[:at] + pictures.segment(0xDB, b"\x10" + values) + original[at + 69 :]


ADOBE_RGB = pictures.segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")
UNUSUAL = {
    "progressive": pictures.jpeg(picture=PHOTO, progressive=True),
    "CMYK": pictures.jpeg(picture=PHOTO.convert("CMYK")),
    "RGB by Adobe's segment": WHOLE[:2] + ADOBE_RGB + WHOLE[2:],
    "RGB by its identifiers": pictures.jpeg(picture=PHOTO, keep_rgb=True),
    "4:1:1": changed(frame(11), b"\x41"),
    "chroma larger than luma": changed(frame(14), b"\x22"),
    "quantization in 16 bits": with_two_byte_tables(WHOLE),
    "no quantization": changed(WHOLE.index(_DQT) + 5, b"\0"),
    "no tables of codes": without(WHOLE.index(_DHT), WHOLE.index(_SOS)),
    "a byte too many": WHOLE[:-2] + b"\x55" + WHOLE[-2:],
    "a byte too few": without(len(WHOLE) - 3, len(WHOLE) - 2),
    "half": WHOLE[: len(WHOLE) // 2],
    "no end": WHOLE[:-2],
    "a marker in its data": changed(len(WHOLE) - 400, b"\xff\xd4"),
    "a fill byte in its data": WHOLE[:-400] + b"\xff" + WHOLE[-400:],
    "a restart too early": WHOLE[:-400] + b"\xff\xd0" + WHOLE[-400:],
    "a wrong restart": RESTARTS.replace(b"\xff\xd2", b"\xff\xd3", 1),
    "a missing restart": RESTARTS.replace(b"\xff\xd2", b"", 1),
    "an unknown code": changed(len(WHOLE) - 400, b"\xfe" * 40),
    "a codes' table that is too full": changed(WHOLE.index(_DHT) + 5, b"\3"),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_or_damaged_is_left_to_libjpeg(
    name: str, by_libjpeg: Callable[[bytes], Image.Image | str]
) -> None:
    original = UNUSUAL[name]
    assert original != WHOLE
    if name == "no end":
        assert pixels(original) == pixels(WHOLE), "an end says nothing about the pixels"
    elif name == "quantization in 16 bits":
        assert pixels(original) == pixels(WHOLE), "but the values need no more than 8"
    else:
        assert pixels(original) is None
    assert outcome(original) == by_libjpeg(original)


def test_a_header_that_libjpeg_refuses_is_damage(by_libjpeg: Callable[[bytes], Image.Image | str]) -> None:
    """Even if nothing needs it, so that a picture is damaged at each of its sizes or at none."""
    bogus = (
        WHOLE[: WHOLE.index(_SOS)] + pictures.segment(0xC4, b"\x03" + bytes([200] * 16)) + WHOLE[WHOLE.index(_SOS) :]
    )

    assert pixels(bogus) == pixels(WHOLE)
    assert outcome(bogus) == by_libjpeg(bogus) == "damaged: OSError: the decoder answers -2"


def test_mutants_get_the_pixels_of_libjpeg_or_are_left_to_it(
    by_libjpeg: Callable[[bytes], Image.Image | str],
) -> None:
    chance = random.Random(18)
    parents = WHOLE, RESTARTS, pictures.jpeg(picture=PHOTO.convert("L")), pictures.jpeg(picture=PHOTO, subsampling=0)
    decoded = refused = 0
    for _ in range(1500):
        mutant = bytearray(chance.choice(parents))
        scan = mutant.index(_SOS)
        for _ in range(chance.choice((1, 1, 2, 4))):
            at = chance.randrange(scan if chance.random() < 0.7 else 2, len(mutant) - 2)
            mutant[at : at + chance.choice((0, 1, 1, 3))] = chance.randbytes(chance.choice((0, 1, 1, 2)))
        original = bytes(mutant)
        try:
            found = pixels(original)
        except Exception:
            continue
        decoded, refused = decoded + (found is not None), refused + (found is None)
        if found is not None:
            made, expected = outcome(original), by_libjpeg(original)
            assert made == expected
    assert decoded > 100
    assert refused > 100


def test_the_compiled_module_refuses_what_does_not_fit() -> None:
    image, layout = headers(WHOLE)
    scan, picture = layout.scans[0], jpeg_eighth._described(image, layout)
    data = memoryview(WHOLE)[scan.data : scan.end]
    size = image.width * image.height * 3
    decode = jpeg_eighth._decode
    assert decode is not None

    assert decode(bytearray(size), data, picture)
    for short in (0, 1, size - 1, size + 1):
        assert not decode(bytearray(short), data, picture)
    assert not decode(bytearray(size), data[:0], picture)
    assert not decode(bytearray(size), data, picture[:-1])
    assert not decode(bytearray(size), data, picture + b"\0")
    for components in (0, 2, 4, 255):
        assert not decode(bytearray(size), data, changed(6, bytes([components]), picture))
    for blocks in (0, 3, 255):
        assert not decode(bytearray(size), data, changed(7, bytes([blocks]), picture))
        assert not decode(bytearray(size), data, changed(8, bytes([blocks]), picture))
    with pytest.raises(TypeError):
        decode(bytearray(size), data)  # type: ignore[call-arg]
    with pytest.raises((TypeError, BufferError)):
        decode(bytes(size), data, picture)  # type: ignore[arg-type]
