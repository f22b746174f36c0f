"""The colours that the boxes or the streams of AVIF and HEIC declare."""

import struct

import pytest
from PIL import Image

from tests.material import containers, pictures
from tests.material.box_pictures import (
    P3,
    P3_AS_SRGB,
    converted,
    corners,
    flat_avif,
    grid,
    near,
    track,
)
from thumbs.pipeline.readers import av1, hevc, isobmff


def stream(primaries: int, transfer: int, *, reduced: bool = True, obu: bytes = b"\x0a") -> bytes:
    """A sequence header of AV1 that names its colours: 64x64, 8 bits, 4:2:0 (AV1, 5.5)."""
    bits = "000"  # seq_profile
    bits += "11" + "00000" if reduced else "00" + "0" + "0" + "00000" + "0" * 12 + "00000"
    bits += "0101" + "0101" + "111111" + "111111"  # frame sizes
    bits += "" if reduced else "0"
    bits += "000" + ("" if reduced else "0000" + "1" + "00" + "0" + "1" + "1" + "000" + "")
    bits += "000" + "0" + "0" + "1" + f"{primaries:08b}{transfer:08b}{6:08b}" + "1" + "00" + "0" + "0"
    content = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    return obu + bytes((len(content),)) + content


def test_an_avif_may_name_its_colours_in_its_stream_alone() -> None:
    made = flat_avif(advanced={"color-primaries": "smpte432", "transfer-characteristics": "srgb"})
    original = containers.avif(made)
    assert near(corners(converted(original)[1])[0], P3_AS_SRGB, 6)


@pytest.mark.parametrize(
    ("described", "colour"),
    [
        ([], P3_AS_SRGB),
        ([containers.nclx(1, 13)], P3),
        ([containers.nclx(12, 13)], P3_AS_SRGB),
        ([containers.nclx(2, 2)], P3),  # unspecified is a declaration too
        ([(b"colr", b"prof" + pictures.srgb_profile())], P3),
        ([containers.nclx(12, 13), (b"colr", b"prof" + pictures.srgb_profile())], P3),
        ([(b"colr", b"prof" + pictures.srgb_profile()), containers.nclx(12, 13)], P3),
    ],
    ids=["stream", "sRGB", "P3", "unspecified", "profile", "names, profile", "profile, names"],
)
def test_a_profile_outdoes_names_and_names_outdo_the_stream(
    described: list[containers.Property], colour: tuple[int, ...]
) -> None:
    made = flat_avif(advanced={"color-primaries": "smpte432", "transfer-characteristics": "srgb"})
    assert near(corners(converted(containers.avif(made, *described))[1])[0], colour, 6)


def test_a_grid_may_leave_its_colours_to_its_tiles() -> None:
    made = flat_avif(advanced={"color-primaries": "smpte432", "transfer-characteristics": "srgb"})
    assert near(corners(converted(grid(made, (), ()))[1])[0], P3_AS_SRGB, 6)
    assert near(corners(converted(grid(made, (), (containers.nclx(1, 13),)))[1])[0], P3, 6)
    assert near(corners(converted(grid(flat_avif(), (containers.nclx(12, 13),), ()))[1])[0], P3_AS_SRGB, 6)


@pytest.mark.parametrize("reduced", [True, False])
@pytest.mark.parametrize("lead", [b"", b"\x12\0", b"\x16\0\0", b"\x2a\x81\0x"])
def test_the_names_are_found_in_every_form_of_sequence_header(reduced: bool, lead: bytes) -> None:
    assert av1.cicp(lead + stream(9, 16, reduced=reduced)) == (9, 16)


@pytest.mark.parametrize("damage", [b"", b"\x0a", b"\x0a\x03\0", b"\x0a\xff\xff", b"\x12\0" * 40, bytes(100)])
def test_a_broken_sequence_header_names_nothing(damage: bytes) -> None:
    assert av1.cicp(damage) is None


def test_a_sequence_header_is_found_in_a_configuration_or_in_a_sample() -> None:
    header = stream(12, 13)
    named = containers.box(b"av1C", b"\x81\0\0\0", header)
    file = containers.ftyp(b"avis", b"avif") + track(b"av01", b"\x12\0" + header, named)
    facts = isobmff.facts(file, moving=True)
    assert facts.data == b"\x12\0" + header
    assert bytes(facts.properties[b"av1C"]) == b"\x81\0\0\0" + header
    assert facts.size == (64, 64)


def test_a_sequence_may_name_its_colours_in_its_stream_alone() -> None:
    p3 = {"color-primaries": "smpte432", "transfer-characteristics": "srgb"}
    made = flat_avif(advanced=p3, save_all=True, append_images=[Image.new("RGB", (64, 64))])
    assert near(corners(converted(made.replace(b"colrnclx", b"freenclx"))[1])[0], P3_AS_SRGB, 6)


def flat_heic() -> bytes:
    return pictures.heic(
        picture=Image.new("RGB", (64, 64), P3),
        color_primaries=12,
        transfer_characteristics=13,
        matrix_coefficients=6,
        full_range_flag=1,
    )


@pytest.mark.parametrize(
    ("described", "colour"), [([], P3_AS_SRGB), ([containers.nclx(1, 13)], P3), ([containers.nclx(2, 2)], P3)]
)
def test_a_heic_may_name_its_colours_in_its_stream_alone(
    described: list[containers.Property], colour: tuple[int, ...]
) -> None:
    configuration, data = containers.coded(flat_heic())
    properties = (containers.size(64, 64), (b"hvcC", configuration), *described)
    original = containers.of_items([containers.Item(b"hvc1", data, properties)], b"heic")
    assert near(corners(converted(original)[1])[0], colour, 6)


def parameter_set(*, lists: bool, sets: bool, layers: int = 0) -> bytes:
    """hvcC with a sequence parameter set that has everything before the colours, 9 and 16 (H.265, 7.3.2.2)."""

    def ue(value: int) -> str:
        return f"{value + 1:b}".zfill(2 * (value + 1).bit_length() - 1)

    bits = "0000" + f"{layers:03b}" + "1" + "01" * 48
    bits += "11" * layers + ("00" * (8 - layers) if layers else "") + ("10" * 44 + "01010101") * layers
    bits += ue(0) + ue(3) + "0" + ue(64) + ue(64) + "1" + ue(0) * 4 + ue(2) + ue(2) + ue(4)
    bits += "1" + ue(1) * 3 * (layers + 1) + ue(0) + ue(3) + ue(0) + ue(3) + ue(1) + ue(1)
    bits += "0" if not lists else "11" + ("0" + ue(0)) * 12 + ("1" + ue(8) + ue(1) * 64) * 6 + "0" + ue(0) + "0" + ue(0)
    bits += "10" + "1" + "01110111" + ue(0) + ue(1) + "0"
    if sets:  # two pictures; then of these three by prediction; then none
        bits += ue(3) + ue(1) + ue(1) + (ue(0) + "1") * 2 + "1" + "0" + ue(0) + "1" + "01" + "00" + "0" + ue(0) + ue(0)
    else:
        bits += ue(0)
    bits += "1" + ue(2) + ("0" * 8 + "1") * 2 + "11"
    bits += "1" + "1" + "11111111" + "0" * 16 + "1" * 16 + "1" + "0" + "1" + "101" + "1" + "1" + f"{9:08b}{16:08b}"
    content = int(bits.ljust(-(-len(bits) // 8) * 8, "1"), 2).to_bytes(-(-len(bits) // 8), "big")
    escaped = content.replace(b"\0\0\0", b"\0\0\3\0").replace(b"\0\0\1", b"\0\0\3\1")
    unit = b"\x42\1" + escaped
    other = b"\xa0" + struct.pack(">HH", 1, 3) + b"abc"
    return bytes(22) + b"\2" + other + b"\xa1" + struct.pack(">HH", 1, len(unit)) + unit


@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize("sets", [False, True])
@pytest.mark.parametrize("layers", [0, 2])
def test_names_are_found_behind_all_that_a_parameter_set_may_hold(lists: bool, sets: bool, layers: int) -> None:
    made = parameter_set(lists=lists, sets=sets, layers=layers)
    assert hevc.cicp(made) == (9, 16)
    for length in range(len(made)):
        assert hevc.cicp(made[:length]) in {None, (9, 16)}


@pytest.mark.parametrize("damage", [b"", bytes(30), b"\xff" * 300, bytes(22) + b"\xff" + b"\xa1\xff\xff\xff\xff"])
def test_a_broken_parameter_set_names_nothing(damage: bytes) -> None:
    assert hevc.cicp(damage) is None
