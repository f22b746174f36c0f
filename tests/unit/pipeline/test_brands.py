"""The brands of a container: which files are AVIF or HEIC, and which are distinguished from damage."""

import pytest

from tests.material import containers, pictures
from tests.material.box_pictures import P3, RED, converted, corners, flat_avif, near, track
from thumbs import formats
from thumbs.errors import Reason, Rejected


@pytest.mark.parametrize(
    ("major", "compatible", "name"),
    [
        (b"avif", [b"mif1", b"miaf"], "AVIF"),
        (b"avis", [b"avif", b"msf1"], "AVIF"),
        (b"MA1B", [b"avif", b"mif1"], "AVIF"),
        (b"avio", [b"mif1", b"miaf", b"avif"], "AVIF"),
        (b"mif1", [b"heic", b"avif"], "AVIF"),
        (b"tmap", [b"mif1"] * 20 + [b"avif"], "AVIF"),
        (b"heic", [b"mif1", b"avif"], "HEIF"),
        (b"heif", [b"heic"], "HEIF"),
        (b"miaf", [b"heic"], "HEIF"),
        (b"MiHE", [b"mif1", b"heix"], "HEIF"),
        (b"tmap", [b"MiHE"] * 20 + [b"hevc"], "HEIF"),
        (b"mif1", [], "HEIF"),
        (b"avci", [], "HEIF"),
    ],
)
def test_any_brand_of_a_container_counts(major: bytes, compatible: list[bytes], name: str) -> None:
    start = containers.ftyp(major, *compatible)
    assert next(each.name for each in formats.INPUTS if each.matches(start)) == name


@pytest.mark.parametrize(
    "start",
    [
        containers.ftyp(b"isom", b"mp42"),
        containers.ftyp(b"qt  "),
        containers.ftyp(b"isom", b"xxhe", b"icxx"),  # brands are four bytes each
        containers.ftyp(b"isom") + b"heicavif",  # behind the box
        b"",
        b"\0\0\0\x20ftyp",
    ],
)
def test_nothing_else_makes_a_container_a_picture(start: bytes) -> None:
    assert not [each for each in formats.INPUTS if each.matches(start)]


@pytest.mark.parametrize("major", [b"MA1B", b"avio", b"miaf", b"mif1", b"avis", b"tmap"])
def test_an_avif_with_another_major_brand_is_converted(major: bytes) -> None:
    original = flat_avif(RED)
    assert near(corners(converted(original[:8] + major + original[12:])[1])[0], RED)


@pytest.mark.parametrize("major", [b"miaf", b"heif", b"MiHE", b"tmap"])
def test_a_heic_with_another_major_brand_is_converted(major: bytes) -> None:
    original = pictures.heic(64, 64)
    assert near(corners(converted(original[:8] + major + original[12:])[1])[0], RED, 24)


def test_a_sequence_of_heif_may_be_uploaded() -> None:
    assert {"image/heic-sequence", "image/heif-sequence"} <= formats.ACCEPTED_TYPES


def test_av1_in_a_heif_that_does_not_say_avif_is_converted() -> None:
    original = containers.avif(flat_avif(RED), major=b"mif1", compatible=(b"miaf", b"MA1B"))
    assert near(corners(converted(original)[1])[0], RED)


@pytest.mark.parametrize("codec", [b"avc1", b"jpeg", b"vvc1", b"j2k1", b"unci"])
def test_heif_in_a_coding_without_a_decoder_is_not_called_damaged(codec: bytes) -> None:
    item = containers.Item(codec, b"data", (containers.size(64, 64),))
    with pytest.raises(Rejected) as refused:
        converted(containers.of_items([item], b"mif1", ()))
    assert refused.value.reason is Reason.VARIANT_NOT_SUPPORTED


def test_a_matrix_unknown_to_libavif_is_not_called_damaged() -> None:
    original = flat_avif(range="limited")
    assert near(corners(converted(containers.avif(original, containers.nclx(1, 13, 6, full=False)))[1])[0], P3)
    with pytest.raises(Rejected) as refused:
        converted(containers.avif(original, containers.nclx(1, 13, 8, full=False)))  # YCgCo
    assert refused.value.reason is Reason.VARIANT_NOT_SUPPORTED


def test_a_sequence_of_hevc_without_a_still_is_not_called_damaged() -> None:
    with pytest.raises(Rejected) as refused:
        converted(containers.ftyp(b"msf1", b"hevc") + track(b"hvc1", b"data", b""))
    assert refused.value.reason is Reason.VARIANT_NOT_SUPPORTED


@pytest.mark.parametrize(
    ("kind", "data"),
    [(b"iovl", b"\0\0" + bytes(8) + b"\0\x40\0\x40" + bytes(4)), (b"iden", b"")],
    ids=["layers", "a copy"],
)
def test_a_picture_that_libavif_does_not_make_is_not_called_damaged(kind: bytes, data: bytes) -> None:
    configuration, coded = containers.coded(flat_avif(RED))
    part = containers.Item(b"av01", coded, (containers.size(64, 64), (b"av1C", configuration)))
    made = containers.Item(kind, data, (containers.size(64, 64),), (2,))
    with pytest.raises(Rejected) as refused:
        converted(containers.of_items([made, part]))
    assert refused.value.reason is Reason.VARIANT_NOT_SUPPORTED


def test_a_heic_without_brands_that_libheif_knows_is_not_called_damaged() -> None:
    configuration, coded = containers.coded(pictures.heic(64, 64))
    item = containers.Item(b"hvc1", coded, (containers.size(64, 64), (b"hvcC", configuration)))
    assert converted(containers.of_items([item], b"heic", (b"heic",)))
    with pytest.raises(Rejected) as refused:
        converted(containers.of_items([item], b"heic", ()))
    assert refused.value.reason is Reason.VARIANT_NOT_SUPPORTED
