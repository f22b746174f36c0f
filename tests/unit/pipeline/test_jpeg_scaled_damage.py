"""What the decoder of JPEGs at a quarter or an eighth cannot decode is left to libjpeg-turbo."""

import random

import pytest

from tests.material import pictures
from tests.material.jpeg_scaled import DIVISORS, by_libjpeg, headers, outcome, pixels
from thumbs.pipeline.readers import jpeg_scaled

_DQT, _SOF, _DHT, _SOS = b"\xff\xdb", b"\xff\xc0", b"\xff\xc4", b"\xff\xda"

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


@pytest.mark.parametrize("divisor", DIVISORS)
@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_or_damaged_is_left_to_libjpeg(name: str, divisor: int) -> None:
    original = UNUSUAL[name]
    assert original != WHOLE
    if name == "no end":
        assert pixels(original, divisor) == pixels(WHOLE, divisor), "an end says nothing about the pixels"
    elif name == "quantization in 16 bits":
        assert pixels(original, divisor) == pixels(WHOLE, divisor), "but the values need no more than 8"
    else:
        assert pixels(original, divisor) is None
    assert outcome(original, divisor) == by_libjpeg(original, divisor)


def test_a_header_that_libjpeg_refuses_is_damage() -> None:
    """Even if nothing needs it, so that a picture is damaged at each of its sizes or at none."""
    bogus = (
        WHOLE[: WHOLE.index(_SOS)] + pictures.segment(0xC4, b"\x03" + bytes([200] * 16)) + WHOLE[WHOLE.index(_SOS) :]
    )

    assert pixels(bogus) == pixels(WHOLE)
    assert outcome(bogus) == by_libjpeg(bogus) == "damaged: OSError: the decoder answers -2"


def test_mutants_get_the_pixels_of_libjpeg_or_are_left_to_it() -> None:
    chance = random.Random(18)
    parents = WHOLE, RESTARTS, *(pictures.jpeg(picture=PHOTO, subsampling=sampling) for sampling in (0, 1))
    parents = *parents, pictures.jpeg(picture=PHOTO.convert("L")), pictures.jpeg(picture=PHOTO, quality=98)
    counts = {(divisor, decoded): 0 for divisor in DIVISORS for decoded in (True, False)}
    for _ in range(2000):
        mutant = bytearray(chance.choice(parents))
        scan = mutant.index(_SOS)
        for _ in range(chance.choice((1, 1, 2, 4))):
            at = chance.randrange(scan if chance.random() < 0.7 else 2, len(mutant) - 2)
            mutant[at : at + chance.choice((0, 1, 1, 3))] = chance.randbytes(chance.choice((0, 1, 1, 2)))
        original, divisor = bytes(mutant), chance.choice(DIVISORS)
        try:
            found = pixels(original, divisor)
        except Exception:
            continue
        counts[divisor, found is not None] += 1
        if found is not None:
            assert outcome(original, divisor) == by_libjpeg(original, divisor)
    assert min(counts.values()) > 100, counts


@pytest.mark.parametrize("divisor", DIVISORS)
def test_the_compiled_module_refuses_what_does_not_fit(divisor: int) -> None:
    image, layout = headers(WHOLE, divisor)
    scan, picture = layout.scans[0], jpeg_scaled._described(image, layout, 8 // divisor)
    data = memoryview(WHOLE)[scan.data : scan.end]
    size = image.width * image.height * 3
    assert jpeg_scaled._decode

    def decode(length: int, data: memoryview, picture: bytes) -> bool:
        assert jpeg_scaled._decode
        return jpeg_scaled._decode(memoryview(bytearray(length)), data, picture)

    assert decode(size, data, picture)
    for wrong in (0, 1, size - 1, size + 1):
        assert not decode(wrong, data, picture)
    assert not decode(size, data[:0], picture)
    assert not decode(size, data, picture[:-1])
    assert not decode(size, data, picture + b"\0")
    for components in (0, 2, 4, 255):
        assert not decode(size, data, changed(6, bytes([components]), picture))
    for blocks in (0, 3, 255):
        assert not decode(size, data, changed(7, bytes([blocks]), picture))
        assert not decode(size, data, changed(8, bytes([blocks]), picture))
    for side in (0, 3, 4, 255):
        assert not decode(size, data, changed(9, bytes([side]), picture))
    with pytest.raises(TypeError):
        jpeg_scaled._decode(memoryview(bytearray(size)), data)  # type: ignore[call-arg]
    with pytest.raises((TypeError, BufferError)):
        jpeg_scaled._decode(memoryview(bytes(size)), data, picture)
