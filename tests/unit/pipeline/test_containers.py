"""What the boxes of AVIF and HEIC say of a picture: its brands, its colours, what of it is to be seen."""

import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.material import containers, pictures
from thumbs import formats, pipeline, sizes
from thumbs.errors import Reason, Rejected
from thumbs.pipeline.readers import aperture, av1, hevc, isobmff

# Display P3 (200, 100, 50) in sRGB, by the matrices of the CSS Color 4 specification.
P3, P3_AS_SRGB = (200, 100, 50), (215, 94, 32)
RED, GREEN, BLUE, WHITE = pictures.RED, pictures.GREEN, pictures.BLUE, pictures.WHITE


def converted(original: bytes, box: int = 64) -> tuple[tuple[int, int], Image.Image]:
    """Width and height of the original as the manifest has it, and the thumbnail."""
    made = pipeline.run(original, pipeline.Wanted(sizes.parse(f"a={box}"), formats.OUTPUTS["webp"], 95, 50))
    seen = made.original
    return (seen.width, seen.height), Image.open(BytesIO(made.thumbnails[0].content)).convert("RGB")


def corners(picture: Image.Image) -> list[tuple[int, ...]]:
    """The colours of the quadrants: left and right above, left and right below."""
    places = [(picture.width * x // 4, picture.height * y // 4) for y in (1, 3) for x in (1, 3)]
    return [picture.getpixel(place) for place in places]  # type: ignore[misc]


def near(pixel: tuple[int, ...], colour: tuple[int, ...], tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True))


def flat_avif(colour: tuple[int, int, int] = P3, **options: Any) -> bytes:
    return pictures.avif(picture=Image.new("RGB", (64, 64), colour), **options)


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


@pytest.mark.parametrize("major", [b"MA1B", b"avio", b"miaf", b"mif1", b"avis"])
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
def test_heif_in_a_coding_that_nothing_here_decodes_is_told_from_damage(codec: bytes) -> None:
    item = containers.Item(codec, b"data", (containers.size(64, 64),))
    with pytest.raises(Rejected) as refused:
        converted(containers.of_items([item], b"mif1", ()))
    assert refused.value.reason is Reason.VARIANT_NOT_SUPPORTED


def test_a_matrix_that_libavif_does_not_know_is_told_from_damage() -> None:
    original = flat_avif(range="limited")
    assert near(corners(converted(containers.avif(original, containers.nclx(1, 13, 6, full=False)))[1])[0], P3)
    with pytest.raises(Rejected) as refused:
        converted(containers.avif(original, containers.nclx(1, 13, 8, full=False)))  # YCgCo
    assert refused.value.reason is Reason.VARIANT_NOT_SUPPORTED


def test_a_sequence_of_hevc_without_a_still_is_told_from_damage() -> None:
    with pytest.raises(Rejected) as refused:
        converted(containers.ftyp(b"msf1", b"hevc") + track(b"hvc1", b"data", b""))
    assert refused.value.reason is Reason.VARIANT_NOT_SUPPORTED


def track(codec: bytes, data: bytes, described: bytes, width: int = 64, height: int = 64) -> bytes:
    """moov and mdat of one sample, at the end of a file that begins with 20 bytes of ftyp. described: boxes."""
    entry = containers.box(codec, bytes(24), struct.pack(">2H", width, height), bytes(50), described)

    def moov(at: int) -> bytes:
        samples = containers.box(
            b"stbl",
            containers.box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
            containers.box(b"stco", bytes(4), struct.pack(">II", 1, at)),
        )
        handler = containers.box(b"hdlr", bytes(8), b"pict", bytes(13))
        media = containers.box(b"mdia", handler, containers.box(b"minf", samples))
        return containers.box(b"moov", containers.box(b"trak", media))

    return moov(20 + len(moov(0)) + 8) + containers.box(b"mdat", data)


# The colours


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
        ([containers.nclx(2, 2)], P3),  # unspecified is an answer, too
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


def grid(tile: bytes, described: tuple[containers.Property, ...], whole: tuple[containers.Property, ...]) -> bytes:
    """2 by 1 of the same tile of 64 pixels. described: each tile beyond its size; whole: the grid likewise."""
    configuration, data = containers.coded(tile)
    tiles = (containers.size(64, 64), (b"av1C", configuration), (b"pixi", b"\0\0\0\0\3\10\10\10"), *described)
    return containers.of_items(
        [
            containers.Item(
                b"grid",
                b"\0\0\0\1" + struct.pack(">2H", 128, 64),
                (containers.size(128, 64), (b"pixi", b"\0\0\0\0\3\10\10\10"), *whole),
                (2, 3),
            ),
            containers.Item(b"av01", data, tiles),
            containers.Item(b"av01", data, tiles),
        ]
    )


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


# The clean aperture


@pytest.mark.parametrize(
    ("fractions", "size", "expected"),
    [
        ((400, 1, 300, 1, -44, 2, -20, 2), (444, 320), (0, 0, 400, 300)),
        ((400, 1, 300, 1, 0, 1, 0, 1), (444, 320), (22, 10, 422, 310)),
        ((800, 2, 900, 3, 22, 1, 10, 1), (444, 320), (44, 20, 444, 320)),
        ((401, 1, 299, 1, -43, 2, 21, 2), (444, 320), (0, 21, 401, 320)),
        ((99, 1, 1, 1, 1, 2, 0, 1), (100, 1), (1, 0, 100, 1)),
        ((1201, 3, 300, 1, 0, 1, 0, 1), (444, 320), (22, 10, 422, 310)),  # 400.33 wide
        ((444, 1, 320, 1, 0, 1, 0, 1), (444, 320), (0, 0, 444, 320)),
        ((400, 1, 300, 1, -46, 2, 0, 1), (444, 320), None),  # a pixel outside
        ((500, 1, 300, 1, 0, 1, 0, 1), (444, 320), None),
        ((0, 1, 300, 1, 0, 1, 0, 1), (444, 320), None),
        ((400, 0, 300, 1, 0, 1, 0, 1), (444, 320), None),
        ((400, 1, 300, 1, 0, 0, 0, 1), (444, 320), None),
        ((2**32 - 1, 1, 2**32 - 1, 1, -(2**31), 1, 2**31 - 1, 1), (444, 320), None),
    ],
)
def test_a_clean_aperture_is_a_part_of_the_picture(
    fractions: tuple[int, ...], size: tuple[int, int], expected: aperture.Box | None
) -> None:
    assert aperture.box(containers.clap(*fractions)[1], size) == expected
    assert aperture.box(containers.clap(*fractions)[1][:31], size) is None


PADDED = (96, 80)  # of which 64x48 from 16, 8 on are the quadrants; the rest is magenta


def padded() -> bytes:
    picture = Image.new("RGB", PADDED, (255, 0, 255))
    picture.paste(pictures.quadrants(64, 48), (16, 8))
    return pictures.avif(picture=picture, quality=95, subsampling="4:4:4")


CLAP = containers.clap(64, 1, 48, 1, 0, 1, -8, 1)


@pytest.mark.parametrize(
    ("turned", "size", "colours"),
    [
        ((), (64, 48), [RED, GREEN, BLUE, WHITE]),
        ((containers.irot(1),), (48, 64), [GREEN, WHITE, RED, BLUE]),
        ((containers.irot(2),), (64, 48), [WHITE, BLUE, GREEN, RED]),
        ((containers.irot(3),), (48, 64), [BLUE, RED, WHITE, GREEN]),
        ((containers.imir(0),), (64, 48), [BLUE, WHITE, RED, GREEN]),
        ((containers.imir(1),), (64, 48), [GREEN, RED, WHITE, BLUE]),
        ((containers.irot(1), containers.imir(1)), (48, 64), [WHITE, GREEN, BLUE, RED]),
        ((containers.irot(3), containers.imir(0)), (48, 64), [WHITE, GREEN, BLUE, RED]),
    ],
)
def test_an_avif_is_cropped_to_its_aperture_before_it_is_turned(
    turned: tuple[containers.Property, ...], size: tuple[int, int], colours: list[tuple[int, ...]]
) -> None:
    seen, thumbnail = converted(containers.avif(padded(), CLAP, *turned, width=PADDED[0], height=PADDED[1]))
    assert seen == size == thumbnail.size
    assert all(near(a, b, 24) for a, b in zip(corners(thumbnail), colours, strict=True))


def test_a_heic_is_cropped_before_it_is_turned() -> None:
    picture = Image.new("RGB", PADDED, (255, 0, 255))
    picture.paste(pictures.quadrants(64, 48), (16, 8))
    configuration, data = containers.coded(pictures.heic(picture=picture))
    described = (containers.size(*PADDED), (b"hvcC", configuration), CLAP, containers.irot(1))
    seen, thumbnail = converted(containers.of_items([containers.Item(b"hvc1", data, described)], b"heic"))
    assert seen == (48, 64)
    assert all(near(a, b, 40) for a, b in zip(corners(thumbnail), [GREEN, WHITE, RED, BLUE], strict=True))


def test_an_aperture_that_cannot_be_does_not_count() -> None:
    outside = containers.clap(64, 1, 48, 1, 100, 1, 0, 1)
    assert converted(containers.avif(padded(), outside, width=PADDED[0], height=PADDED[1]))[0] == PADDED


def test_what_an_aperture_hides_counts_as_pixels() -> None:
    tiny = containers.clap(1, 1, 1, 1, 0, 1, 0, 1)
    original = containers.avif(pictures.avif(picture=Image.new("RGB", (1200, 900))), tiny, width=1200, height=900)
    with pytest.raises(Rejected) as refused:
        pipeline.run(original, pipeline.Wanted(sizes.parse("a=64"), formats.OUTPUTS["webp"], 80, 1))
    assert refused.value.reason is Reason.TOO_MANY_PIXELS


def test_an_aperture_of_a_grid_belongs_to_the_whole() -> None:
    original = grid(flat_avif(RED), (), (containers.clap(100, 1, 64, 1, 0, 1, 0, 1),))
    assert converted(original)[0] == (100, 64)


@pytest.mark.parametrize("maker", [pictures.avif, pictures.heic])
def test_boxes_that_end_early_are_not_there(maker: Callable[..., bytes]) -> None:
    original = maker(64, 64)
    for length in range(0, len(original), 7):
        isobmff.facts(original[:length])
        isobmff.facts(original[:length], moving=True)
