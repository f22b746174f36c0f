"""A JPEG is converted if all of its pixels are there, and rejected otherwise, whatever its end looks like."""

import struct

import pytest
from PIL import Image

from tests.material import pictures
from tests.material.decoding import decoded
from tests.material.pictures import segment
from thumbs import formats
from thumbs.errors import Reason, Rejected
from thumbs.pipeline import readers

EOI = b"\xff\xd9"


JPEG = next(accepted for accepted in formats.INPUTS if accepted.name == "JPEG")


def convert(original: bytes) -> Image.Image:
    """The picture, decoded for a thumbnail of 160 pixels."""
    source = readers.opened(JPEG, original)
    with readers.decoding():
        return decoded(source, (160, 120))


def reason(original: bytes) -> Reason | None:
    try:
        convert(original)
    except Rejected as refusal:
        return refusal.reason
    return None


def several_scans(picture: Image.Image, spectral: bytes = b"\0\x3f\0") -> bytes:
    """A sequential JPEG with a scan per component, assembled from three gray ones. spectral: each scan's declared range
    of coefficients."""
    planes = [pictures.jpeg(picture=plane) for plane in picture.convert("YCbCr").split()]
    frame, scan = planes[0].index(b"\xff\xc0"), planes[0].index(b"\xff\xda")
    components = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    header = segment(0xC0, planes[0][frame + 4 : frame + 9] + b"\x03" + components)
    scans = b"".join(
        segment(0xDA, bytes([1, number, 0]) + spectral) + plane[plane.index(b"\xff\xda") + 10 : -2]
        for number, plane in enumerate(planes, 1)
    )
    return planes[0][:frame] + header + planes[0][frame + 13 : scan] + scans + EOI


PHOTO = pictures.photo(400, 300)
WHOLE = {
    "baseline": pictures.jpeg(picture=PHOTO),
    "gray": pictures.jpeg(picture=PHOTO.convert("L")),
    "CMYK": pictures.jpeg(picture=PHOTO.convert("CMYK")),
    "own tables": pictures.jpeg(picture=PHOTO, optimize=True),
    "best quality": pictures.jpeg(picture=PHOTO, quality=100, subsampling=0),
    "restarts": pictures.jpeg(picture=PHOTO, restart_marker_rows=1),
    "progressive": pictures.jpeg(picture=PHOTO, progressive=True),
    "progressive with restarts": pictures.jpeg(picture=PHOTO, progressive=True, restart_marker_rows=1),
    "several scans": several_scans(PHOTO),
    "drafted": pictures.jpeg(picture=pictures.photo(800, 600)),
    "an eighth": pictures.jpeg(picture=pictures.photo(1300, 975)),
    "an eighth with restarts": pictures.jpeg(picture=pictures.photo(1300, 975), restart_marker_rows=2),
    "progressive and drafted": pictures.jpeg(picture=pictures.photo(1000, 750), progressive=True),
}
# What phones, disks and downloads append to a picture.
TAILS = {
    "nothing": b"",
    "a film": b"\0\0\0\x18ftypmp42" + pictures.photo(200, 200).tobytes(),
    "zeros": bytes(50_000),
    "another picture": pictures.jpeg(),
    "fill": b"\xff" * 3,
}


def body(original: bytes) -> bytes:
    assert original.endswith(EOI)
    return original[:-2]


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("name", WHOLE)
def test_a_picture_whose_pixels_are_complete_needs_no_end(name: str, tail: str) -> None:
    made, whole = convert(body(WHOLE[name]) + TAILS[tail]), convert(WHOLE[name])
    if name == "progressive and drafted":  # its last scan is read only if no marker ends the picture
        assert made.size == whole.size
    else:
        assert made.tobytes() == whole.tobytes()


@pytest.mark.parametrize(
    "end",
    [EOI, b"", b"\xff" + EOI, EOI + TAILS["a film"], TAILS["a film"], bytes(50_000), EOI + pictures.jpeg()],
    ids=len,
)
@pytest.mark.parametrize("name", WHOLE)
def test_a_scan_that_ends_early_is_damage_whatever_follows(name: str, end: bytes) -> None:
    original = body(WHOLE[name])
    start = original.rindex(b"\xff\xda")
    if name == "progressive and drafted":  # its last scan is not read
        start = original.rindex(b"\xff\xda", 0, start)
        original = original[: original.index(b"\xff\xc4", start)]
    lengths = {start + (len(original) - start) * part // 100 for part in (5, 60, 97)} | {len(original) - 12}
    for length in lengths:
        assert reason(original[:length] + end) is Reason.DAMAGED, (length, len(original))


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_restart_intervals_that_are_missing_at_the_end_are_damage(missing: int) -> None:
    for name in ("restarts", "progressive with restarts"):
        original = body(WHOLE[name])
        for _ in range(missing):
            original = original[: max(original.rindex(bytes([0xFF, 0xD0 + number])) for number in range(8))]
        assert reason(original + EOI) is Reason.DAMAGED


def test_a_component_without_a_scan_is_damage() -> None:
    original = WHOLE["several scans"]
    assert reason(original[: original.rindex(b"\xff\xda")] + EOI) is Reason.DAMAGED


def test_restart_markers_that_no_header_announces_are_damage() -> None:
    original = WHOLE["restarts"]
    at = original.index(b"\xff\xdd")
    assert reason(original[:at] + original[at + 6 :]) is Reason.DAMAGED


@pytest.mark.parametrize("spectral", [b"\x28\x3f\0", b"\0\0\0", b"\x3f\0\x11"])
def test_what_a_sequential_scan_says_of_its_coefficients_does_not_count(spectral: bytes) -> None:
    odd = several_scans(pictures.photo(1600, 1200), spectral)
    assert convert(odd).tobytes() == convert(several_scans(pictures.photo(1600, 1200))).tobytes()
    single = bytearray(WHOLE["baseline"])
    at = single.index(b"\xff\xda")
    single[at + 11 : at + 14] = spectral
    assert reason(bytes(single)) is None


@pytest.mark.parametrize("end", [EOI, b""], ids=["ended", "not ended"])
def test_a_progressive_picture_may_lack_its_last_bits_but_no_coefficient(end: bytes) -> None:
    original = WHOLE["progressive"]
    starts = [at for at in range(len(original)) if original[at : at + 2] == b"\xff\xda"]
    tables = [original.rindex(b"\xff\xc4", 0, start) for start in starts]
    assert reason(original[: tables[-1]] + end) is None
    # An encoder may stop anywhere, but a file that just stops is incomplete.
    for scans in (1, 2):
        assert reason(original[: tables[scans]] + end) is (None if end else Reason.DAMAGED)


def split_in_two(original: bytes) -> bytes:
    """A gray baseline JPEG as a progressive one of two scans, the first coefficients and all others, each sent at once:
    the codes stay the same (T.81, G.1.2)."""
    tables = {0: codes(original, 0x00), 1: codes(original, 0x10)}
    at = original.index(b"\xff\xda")
    bits = "".join(f"{byte:08b}" for byte in original[at + 10 : -2].replace(b"\xff\0", b"\xff"))
    scans: list[list[str]] = [[], []]
    place = 0
    while len(bits) - place > 7 or "0" in bits[place:]:  # the padding of the last byte is ones
        coefficient = 0
        while coefficient < 64:
            end = next(end for end in range(place + 1, place + 17) if bits[place:end] in tables[coefficient > 0])
            symbol = tables[coefficient > 0][bits[place:end]]
            run, length = (0, symbol) if coefficient == 0 else (symbol >> 4, symbol & 15)
            scans[coefficient > 0].append(bits[place : end + length])
            place = end + length
            coefficient = 64 if coefficient and symbol == 0 else coefficient + run + 1
    joined = ["".join(scan) for scan in scans]
    packed = [int(scan + "1" * (-len(scan) % 8), 2).to_bytes((len(scan) + 7) // 8, "big") for scan in joined]
    return b"".join(
        (
            original[:at].replace(b"\xff\xc0", b"\xff\xc2", 1),
            *(
                segment(0xDA, bytes([1, 1, 0, first, last, 0])) + scan.replace(b"\xff", b"\xff\0")
                for (first, last), scan in zip(((0, 0), (1, 63)), packed, strict=True)
            ),
            EOI,
        )
    )


def codes(original: bytes, table: int) -> dict[str, int]:
    """The symbols of a table of codes (T.81, annex C)."""
    at = original.index(b"\xff\xc4")
    while original[at + 4] != table:
        at = original.index(b"\xff\xc4", at + 2)
    found, code, place = {}, 0, at + 21
    for length, count in enumerate(original[at + 5 : at + 21], 1):
        for symbol in original[place : place + count]:
            found[f"{code:0{length}b}"] = symbol
            code += 1
        place += count
        code <<= 1
    return found


@pytest.mark.parametrize("side", [800, 1600], ids=["1/4", "1/8"])
def test_a_progressive_picture_with_all_coefficients_at_once_is_sharp(side: int) -> None:
    """Each pixel is that of the baseline picture with the same coefficients."""
    baseline = pictures.jpeg(picture=pictures.photo(side, side * 3 // 4).convert("L"))
    assert convert(split_in_two(baseline)).tobytes() == convert(baseline).tobytes()


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("restarts", [0, 1])
@pytest.mark.parametrize("side", [1000, 1600], ids=["1/4", "1/8"])
def test_scans_that_say_too_much_are_read_when_no_marker_ends_them(side: int, restarts: int, tail: str) -> None:
    picture = pictures.photo(side, side * 3 // 4)
    original = body(pictures.jpeg(picture=picture, progressive=True, restart_marker_rows=restarts))
    assert reason(original + TAILS[tail]) is None
    if tail != "another picture":  # it has an end marker
        assert reason(original[:-12] + TAILS[tail]) is Reason.DAMAGED


def test_a_height_that_follows_the_first_scan_is_that_of_the_picture() -> None:
    original = bytearray(WHOLE["baseline"])
    height = original.index(b"\xff\xc0") + 5
    told = segment(0xDC, bytes(original[height : height + 2]))
    original[height : height + 2] = b"\0\0"
    assert reason(bytes(original)) is Reason.DAMAGED
    assert convert(bytes(original[:-2]) + told + EOI).tobytes() == convert(WHOLE["baseline"]).tobytes()


@pytest.mark.parametrize(
    ("offset", "value"),
    [(1, 0xC3), (1, 0xC5), (1, 0xC7), (1, 0xCB), (1, 0xF7), (4, 12), (4, 16), (9, 2), (9, 5)],
    ids=["lossless", "hierarchical", "SOF7", "SOF11", "JPEG-LS", "12 bits", "16 bits", "2 components", "5 components"],
)
def test_a_kind_of_jpeg_that_is_not_decoded_is_not_called_damaged(offset: int, value: int) -> None:
    original = bytearray(WHOLE["baseline"] + bytes(20))
    original[original.index(b"\xff\xc0") + offset] = value
    if offset == 9:
        frame = original.index(b"\xff\xc0")
        length = 8 + 3 * value
        original[frame + 2 : frame + 19] = (
            struct.pack(">H", length) + original[frame + 4 : frame + 10] + bytes(3 * value)
        )
    assert reason(bytes(original)) is Reason.VARIANT_NOT_SUPPORTED
