"""With Metadata=copyright, whose a picture is survives in its thumbnails, and nothing else does."""

import xml.etree.ElementTree as ElementTree
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from tests.material import metadata, pictures, rights
from tests.material.metadata import exif, iptc, photoshop
from tests.material.rights import ALL, LICENCE, LICENSOR, RDF, packet
from thumbs import formats, pipeline, sizes
from thumbs.picture import RIGHTS
from thumbs.pipeline.metadata import Block, xmp_write
from thumbs.pipeline.metadata import rights as read
from thumbs.pipeline.metadata.rights import Rights

HEAD = b"http://ns.adobe.com/xap/1.0/\0"
EVERYTHING = Rights(("Jane Doe", "Zoë Ångström"), "© 2026 Doe & Co", "Doe / Agency", LICENCE, LICENSOR)
PLACE = exif({}, gps={0x0002: b"48 12 30 "})


def run(original: bytes, output: str = "webp", *, kept: bool = True) -> pipeline.Conversion:
    return pipeline.run(original, pipeline.Wanted(sizes.parse("a=32"), (formats.OUTPUTS[output],), 80, 50, kept))


def of_xmp(content: bytes) -> Rights:
    return read.of([Block("xmp", content)])


def gif(content: bytes) -> bytes:
    """XMP as in part 3 of its specification, with the bytes behind it that lead old readers out."""
    picture = pictures.gif(64, 48)
    start = 13 + 3 * 2 ** ((picture[10] & 7) + 1)
    trailer = b"\1" + bytes(range(255, -1, -1)) + b"\0"
    return picture[:start] + b"\x21\xff\x0bXMP DataXMP" + content + trailer + picture[start:]


CONTAINERS: dict[str, Callable[[bytes], bytes]] = {
    "JPEG": lambda xmp: metadata.jpeg((0xE1, b"Exif\0\0" + PLACE), (0xE1, HEAD + xmp)),
    "PNG": lambda xmp: metadata.png((b"eXIf", PLACE), (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)),
    "packed PNG": lambda xmp: metadata.png((b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp))),
    "WebP": lambda xmp: metadata.in_pillow("WEBP")(PLACE, xmp),
    "TIFF": lambda xmp: pictures.tiff(64, 48, tiffinfo={0x02BC: xmp}),
    "HEIC": lambda xmp: pictures.heic(64, 48, exif=PLACE, xmp=xmp),
    "AVIF": lambda xmp: metadata.in_pillow("AVIF")(PLACE, xmp),
    "GIF": gif,
}


@pytest.mark.parametrize("maker", CONTAINERS.values(), ids=CONTAINERS)
def test_every_container_keeps_whose_the_picture_is(maker: Callable[[bytes], bytes]) -> None:
    made = run(maker(packet(ALL)))

    (thumbnail,) = made.thumbnails
    with Image.open(BytesIO(thumbnail.content)) as picture:
        assert of_xmp(picture.info["xmp"]) == EVERYTHING
        assert not picture.getexif()
    assert made.kept == RIGHTS
    for secret in (b"48", b"Vienna", b"Home", b"secret"):
        assert secret not in picture.info["xmp"]
    assert {"location", "people"} <= {*made.metadata}


@pytest.mark.parametrize("output", formats.OUTPUTS)
def test_every_format_carries_the_packet_and_nothing_else(output: str) -> None:
    original = CONTAINERS["JPEG"](packet(ALL))
    made, plain = (
        run(original, output).thumbnails[0].content,
        run(original, output, kept=False).thumbnails[0].content,
    )

    with Image.open(BytesIO(made)) as marked, Image.open(BytesIO(plain)) as bare:
        assert marked.info["xmp"] == xmp_write.packet(EVERYTHING)
        assert marked.convert("RGBA").tobytes() == bare.convert("RGBA").tobytes()
        assert not {"exif", "icc_profile", "comment", "photoshop", "xmp"} & {*bare.info}
    assert made == run(original, output).thumbnails[0].content  # the same again
    assert len(made) - len(plain) < len(xmp_write.packet(EVERYTHING)) + 200


@pytest.mark.parametrize("output", ["webp", "avif"])
def test_a_thumbnail_that_moves_carries_the_packet_and_moves_as_without(output: str) -> None:
    one, other = (Image.new("RGB", (64, 48), colour) for colour in ("red", "blue"))
    original = pictures.webp(picture=one, save_all=True, append_images=[other], duration=100, xmp=packet(ALL))
    wanted = pipeline.Wanted(sizes.parse("a=32,b=16x16:crop"), (formats.OUTPUTS[output],), 80, 50, animated=True)

    made, plain = (pipeline.run(original, wanted._replace(copyright=kept)) for kept in (True, False))

    assert (made.kept, made.animation) == (RIGHTS, plain.animation)
    for marked, bare in zip(made.thumbnails, plain.thumbnails, strict=True):
        with Image.open(BytesIO(marked.content)) as seen, Image.open(BytesIO(bare.content)) as meant:
            assert seen.info["xmp"] == xmp_write.packet(EVERYTHING)
            assert "xmp" not in meant.info
            assert marked.frames == seen.n_frames == meant.n_frames == 2  # type: ignore[attr-defined]
            for frame in range(2):
                seen.seek(frame)
                meant.seek(frame)
                assert seen.convert("RGBA").tobytes() == meant.convert("RGBA").tobytes()


@pytest.mark.parametrize("output", formats.OUTPUTS)
def test_a_picture_of_nobody_is_as_without_the_setting(output: str) -> None:
    original = metadata.jpeg((0xE1, b"Exif\0\0" + PLACE), (0xE1, HEAD + packet(rights.SECRETS)))
    made, plain = run(original, output), run(original, output, kept=False)

    assert made.thumbnails == plain.thumbnails
    assert (made.kept, plain.kept) == ((), None)
    assert made.metadata == plain.metadata


def test_the_packet_is_what_other_readers_of_xmp_expect() -> None:
    tree = ElementTree.fromstring(xmp_write.packet(EVERYTHING).decode())
    (description,) = tree.findall(f"{{{RDF}}}RDF/{{{RDF}}}Description")
    dc, li = "{http://purl.org/dc/elements/1.1/}", f"{{{RDF}}}li"
    assert [one.text for one in description.findall(f"{dc}creator/{{{RDF}}}Seq/{li}")] == [*EVERYTHING.creator]
    (notice,) = description.findall(f"{dc}rights/{{{RDF}}}Alt/{li}")
    assert (notice.text, [*notice.attrib.values()]) == (EVERYTHING.copyright, ["x-default"])
    plus = "{http://ns.useplus.org/ldf/xmp/1.0/}"
    assert [one.text for one in description.iter(f"{plus}LicensorURL")] == [LICENSOR]
    assert description.findtext("{http://ns.adobe.com/xap/1.0/rights/}WebStatement") == LICENCE
    assert description.findtext("{http://ns.adobe.com/photoshop/1.0/}Credit") == "Doe / Agency"
    assert len(description) == 5
    assert xmp_write.packet(Rights()) == b""
    assert b"plus" not in xmp_write.packet(Rights(("Jane",)))


BY_LINE, CREDIT, NOTICE = (80, b"J. Records"), (110, b"Records Agency"), (116, b"(c) Records")
TAGS = exif({0x013B: b"J. Exif; K. Exif\0", 0x8298: b"(c) Exif\0(c) Editor\0"})
SOURCES: dict[str, tuple[list[Block], Rights]] = {
    "IPTC": ([Block("iptc", iptc(BY_LINE, CREDIT, NOTICE))], Rights(("J. Records",), "(c) Records", "Records Agency")),
    "Photoshop": ([Block("photoshop", photoshop((0x0404, iptc(NOTICE))))], Rights(copyright="(c) Records")),
    "XMP in Photoshop": (
        [Block("photoshop", photoshop((0x0424, packet(rights.CREDIT))))],
        Rights(credit="Doe / Agency"),
    ),
    "EXIF": ([Block("exif", TAGS)], Rights(("J. Exif", "K. Exif"), "(c) Exif, (c) Editor")),
    "an editor's notice": ([Block("exif", exif({0x8298: b" \0(c) Editor\0"}))], Rights(copyright="(c) Editor")),
    "blank EXIF": ([Block("exif", exif({0x013B: b"      \0", 0x8298: b" \0 \0   "}))], Rights()),
    "IPTC in EXIF": ([Block("exif", exif({0x83BB: iptc(BY_LINE)}))], Rights(("J. Records",))),
    "XMP in EXIF": ([Block("exif", exif({0x02BC: packet(rights.STATEMENT)}))], Rights(license=LICENCE)),
    "texts of PNG": (
        [Block("png_text", b"tEXtAuthor\0Jane"), Block("png_text", b"iTXtCopyright\0\0\0\0\0\xc2\xa9 Jane")],
        Rights(("Jane",), "© Jane"),
    ),
    "the first that has it": (
        [Block("exif", TAGS), Block("iptc", iptc(NOTICE, CREDIT)), Block("xmp", packet(rights.CREATOR))],
        Rights(("Jane Doe", "Zoë Ångström"), "(c) Records", "Records Agency"),
    ),
    "further authors": ([Block("iptc", iptc(BY_LINE, (80, b"Second"), BY_LINE))], Rights(("J. Records", "Second"))),
    "the place and the caption": ([Block("iptc", iptc((90, b"Vienna"), (120, b"Home"), (118, b"a@b.c")))], Rights()),
}


@pytest.mark.parametrize(("blocks", "expected"), SOURCES.values(), ids=SOURCES)
def test_each_source_is_read_and_the_best_one_counts(blocks: list[Block], expected: Rights) -> None:
    assert read.of(blocks) == expected


@pytest.mark.parametrize("at", [30, 4], ids=["in a name", "in a resource's head"])
def test_records_continue_in_the_next_segment(at: int) -> None:
    """Which is not a new list unless it begins as one."""
    head, whole = b"Photoshop 3.0\0", photoshop((0x0404, iptc(BY_LINE, NOTICE)))
    pieces = whole[:at], whole[at:], photoshop((0x0404, iptc(CREDIT)))

    made = run(metadata.jpeg(*((0xED, head + piece) for piece in pieces)))

    assert made.metadata == ("people",)
    with Image.open(BytesIO(made.thumbnails[0].content)) as picture:
        assert of_xmp(picture.info["xmp"]) == Rights(("J. Records",), "(c) Records", "Records Agency")


CHARSETS = {
    "UTF-8, declared": (b"\x1b%G", "Zoë".encode(), "Zoë"),
    "UTF-8, not declared": (None, "Zoë".encode(), "Zoë"),
    "ISO 8859-1, not declared": (None, "Zoë".encode("latin-1"), "Zoë"),
    "ISO 8859-1, declared": (b"\x1b.A", "Zoë".encode("latin-1"), "Zoë"),
    "declared, but not UTF-8": (b"\x1b%G", "Zoë".encode("latin-1"), ""),
    "ISO 8859-2": (b"\x1b.B", "Zoë".encode("latin-1"), ""),  # rather none than a wrong one
    "ASCII in ISO 8859-2": (b"\x1b.B", b"Zoe", "Zoe"),
}


@pytest.mark.parametrize(("charset", "name", "expected"), CHARSETS.values(), ids=CHARSETS)
def test_the_character_set_of_a_record_counts(charset: bytes | None, name: bytes, expected: str) -> None:
    declared = b"\x1c\x01\x5a" + len(charset).to_bytes(2, "big") + charset if charset else b""

    assert read.of([Block("iptc", declared + iptc((80, name)))]).creator == ((expected,) if expected else ())


FORMS = {
    "attributes": packet("", f'photoshop:Credit="Doe / Agency" xmpRights:WebStatement="{LICENCE}"'),
    "a resource": packet(f'{rights.CREDIT}<xmpRights:WebStatement rdf:resource="{LICENCE}"/>'),
    "two descriptions": packet(
        f'{rights.CREDIT}</rdf:Description><rdf:Description rdf:about="" {rights.NAMES}>{rights.STATEMENT}'
    ),
    "without xmpmeta": packet(rights.CREDIT + rights.STATEMENT).replace(b"x:xmpmeta", b"x:other"),
    "zeros behind it": packet(rights.CREDIT + rights.STATEMENT) + bytes(50),
    "qualifiers": packet(
        '<photoshop:Credit rdf:parseType="Resource"><rdf:value>Doe / Agency</rdf:value><dc:type>a</dc:type>'
        "</photoshop:Credit><xmpRights:WebStatement><rdf:Description><dc:type>b</dc:type>"
        f"<rdf:value>{LICENCE}</rdf:value></rdf:Description></xmpRights:WebStatement>"
    ),
    "CDATA": packet(f"<photoshop:Credit><![CDATA[Doe / Agency]]></photoshop:Credit>{rights.STATEMENT}"),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_each_form_of_rdf_is_read(content: bytes) -> None:
    assert of_xmp(content) == Rights(credit="Doe / Agency", license=LICENCE)


@pytest.mark.parametrize(
    "form",
    [
        f'<rdf:li plus:LicensorURL="{LICENCE}"/>',
        f"<rdf:li><rdf:Description><plus:LicensorURL>{LICENCE}</plus:LicensorURL></rdf:Description></rdf:li>",
        f'<rdf:li><rdf:Description plus:LicensorURL="{LICENCE}"/></rdf:li>',
        f'<rdf:li rdf:parseType="Resource"><plus:LicensorURL rdf:resource="{LICENCE}"/></rdf:li>',
    ],
    ids=["attribute", "description", "attribute of a description", "resource"],
)
def test_each_form_of_a_licensor_is_read(form: str) -> None:
    assert of_xmp(packet(f"<plus:Licensor><rdf:Bag>{form}</rdf:Bag></plus:Licensor>")).licensor == LICENCE


CODES = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("code", CODES)
def test_each_encoding_of_xmp_is_read(code: str) -> None:
    text = packet(ALL).decode()
    assert of_xmp(text.encode(code)) == EVERYTHING
    assert of_xmp(text[text.index("<x:xmpmeta") :].encode(code)) == EVERYTHING


@pytest.mark.parametrize("code", CODES)
def test_the_sandbox_has_loaded_each_encoding(code: str) -> None:
    original = metadata.jpeg((0xE1, HEAD + packet(rights.CREDIT).decode().encode(code)))
    assert run(original).kept == ("credit",)
