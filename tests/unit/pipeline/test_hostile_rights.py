"""What hostile metadata can put into a thumbnail with Metadata=copyright: plain, short texts, or nothing."""

import random
import zlib
from io import BytesIO

import pytest
from PIL import Image

from tests.material import metadata, rights
from tests.material.metadata import exif, iptc, photoshop
from tests.material.rights import ALL, packet
from thumbs import formats, pipeline, sizes
from thumbs.pipeline.metadata import Block, xmp_write
from thumbs.pipeline.metadata import rights as read
from thumbs.pipeline.metadata.rights import Rights

BY_LINE, CREDIT, NOTICE = (80, b"J. Records"), (110, b"Records Agency"), (116, b"(c) Records")


def of_xmp(content: bytes) -> Rights:
    return read.of([Block("xmp", content)])


NAME = "<photoshop:Credit>{}</photoshop:Credit>"
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE: dict[str, bytes] = {
    "a document type": packet(rights.CREDIT, before="<!DOCTYPE x>"),
    "entities": packet(NAME.format("&b;"), before=BOMB),
    "a file as an entity": packet(NAME.format("&a;"), before='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
    "an entity that nobody declares": packet(NAME.format("&passwd;")),
    "nothing but a beginning": packet(rights.CREDIT)[:600],
    "no end": packet(rights.CREDIT).partition(b"</rdf:RDF>")[0],
    "no UTF-8": packet(rights.CREDIT).replace(b"Doe", b"\xff\xfe"),
    "zeros inside": packet(rights.CREDIT).replace(b"Doe", b"D\0e"),
    "a forbidden character": packet(NAME.format("a&#1;")),
    "no UTF-8 after a mark": b"\xef\xbb\xbf" + packet(rights.CREDIT).replace(b"Doe", b"\xc3\xa9\xff"),
    "half of a UTF-16 pair": packet(NAME.format("a")).decode().encode("utf-16-le").replace(b"a\0<\0/", b"\0\xd8<\0/"),
    "too long": packet(rights.CREDIT + " " * 2**20),
    "too many elements": packet(rights.CREDIT + "<dc:a/>" * 20_000),
    "a namespace to copy": packet(rights.CREDIT + "<z:a xmlns:z = 'u" + '"' * 299 + "'/>"),
    "a second one, in other quotes": packet(rights.CREDIT + '<z:a xmlns="u" xmlns:z="u' + "'" * 299 + '"/>'),
    "a bottomless pit": packet(rights.CREDIT + "<dc:a>" * 101 + "</dc:a>" * 101),
    "namespaces of others": packet(rights.CREDIT).replace(b"http://ns.adobe.com/photoshop", b"http://evil.example"),
    "outside of RDF": packet(rights.CREDIT).replace(b"rdf:RDF", b"rdf:Bag"),
    "a script as an address": packet("<xmpRights:WebStatement>javascript:alert(1)</xmpRights:WebStatement>"),
    "data as an address": packet("", 'xmpRights:WebStatement="data:text/html,hello"'),
    "a name and password": packet("<xmpRights:WebStatement>https://a:b@c.example/</xmpRights:WebStatement>"),
    "an address with a quote": packet("<xmpRights:WebStatement>https://c.example/&quot;&gt;</xmpRights:WebStatement>"),
    "an address with a line": packet("<xmpRights:WebStatement>https://c.example/&#10;x</xmpRights:WebStatement>"),
    "an endless address": packet(f"<xmpRights:WebStatement>https://c.example/{'a' * 1000}</xmpRights:WebStatement>"),
    "only a host that is none": packet("<xmpRights:WebStatement>https://</xmpRights:WebStatement>"),
    "somebody else's work in it": packet(
        f"<photoshop:Ancestors><rdf:Bag><rdf:li>{rights.CREATOR}</rdf:li></rdf:Bag></photoshop:Ancestors>"
    ),
    "invisible letters": packet(NAME.format("\u200b\u202e\u2066\ufeff")),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_nothing_survives_of_a_hostile_packet(content: bytes) -> None:
    assert of_xmp(content) == Rights()


def test_a_hostile_packet_hides_no_other_source() -> None:
    blocks = [Block("xmp", HOSTILE["entities"]), Block("exif", b"II*\0\xff\xff\xff\xff"), Block("iptc", iptc(NOTICE))]
    assert read.of(blocks) == Rights(copyright="(c) Records")


SWALLOWED = {
    "a record's": ("iptc", iptc((110, b"Agency"), (80, b"Jane"), (90, b"Vienna")).replace(b"\4Jane", b"\x10Jane")),
    "the last one's": (
        "iptc",
        iptc((110, b"Agency"), (80, b"Jane"), (90, b"Vienna")).replace(b"\0\4Jane", b"\x7f\4Jane"),
    ),
    "one with the mark of the next": ("iptc", iptc((110, b"Agency")) + b"\x1c\2\x50" + iptc((90, b"Vienna"))[7:]),
    "a notice's": ("exif", exif({0x013B: b"Agency\0", 0x8298: b"(c) Jane\0\0\0Vienna\0"})),
    "both notices'": ("exif", exif({0x013B: b"Agency\0", 0x8298: b"(c) Jane\0Vienna\0Home\0"})),
}


@pytest.mark.parametrize(("form", "content"), SWALLOWED.values(), ids=SWALLOWED)
def test_a_wrong_length_makes_a_fact_of_nothing_that_follows(form: str, content: bytes) -> None:
    kept = read.of([Block(form, content)])

    assert kept in {Rights(credit="Agency"), Rights(("Agency",), "(c) Jane")}


CLEANED = {
    "lines": ("(c) Jane&#10;\t all&#13; rights", "(c) Jane all rights"),
    "direction": ("Jane\u202eDoe\u2067", "JaneDoe"),
    "controls": ("Jane\x85\u009b31m Doe\u2028", "Jane 31m Doe"),
    "not yet letters": ("Jane\ufdd0\ue000\U000e0001", "Jane"),
    "markup": ("&lt;/rdf:li&gt;&lt;script&gt;&amp;amp; ]]&gt;", "</rdf:li><script>&amp; ]]>"),
    "joined letters": ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
    "a family": ("👩\u200d👧", "👩\u200d👧"),
    "length": ("x" * 5000, "x" * 500),
}


@pytest.mark.parametrize(("text", "expected"), CLEANED.values(), ids=CLEANED)
def test_a_text_is_one_plain_line_and_survives_its_packet(text: str, expected: str) -> None:
    found = of_xmp(packet(NAME.format(text)))
    assert found.credit == expected
    assert of_xmp(xmp_write.packet(found)) == found


def test_the_longest_packet_fits_into_a_segment_of_a_jpeg() -> None:
    names = "".join(f"<rdf:li>{number}{'&amp;' * 200}</rdf:li>" for number in range(50))
    long = "&amp;" * 600
    everything = packet(
        f"<dc:creator><rdf:Seq>{names}</rdf:Seq></dc:creator><dc:rights>{long}</dc:rights>{NAME.format(long)}"
        f"<xmpRights:WebStatement>https://c.example/{'&amp;' * 900}</xmpRights:WebStatement>"
    )
    wanted = pipeline.Wanted(sizes.parse("a=32"), (formats.OUTPUTS["jpeg"],), 80, 50, copyright=True)
    made = pipeline.run(metadata.jpeg((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + everything)), wanted)

    assert made.kept == ("creator", "copyright", "credit", "license")
    with Image.open(BytesIO(made.thumbnails[0].content)) as picture:
        assert len(picture.info["xmp"]) < 20_000
        found = of_xmp(picture.info["xmp"])
    assert (len(found.creator), {len(one) for one in found.creator}) == (10, {100})


BROKEN: dict[str, bytes] = {
    "xmp": packet(ALL),
    "iptc": iptc(BY_LINE, CREDIT, NOTICE),
    "photoshop": photoshop((0x0404, iptc(BY_LINE, NOTICE)), (0x0424, packet(rights.CREATOR))),
    "exif": exif({0x013B: b"Jane Doe\0", 0x02BC: packet(rights.CREATOR), 0x83BB: iptc(BY_LINE)}),
    "png_text": b"iTXtXML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(packet(ALL)),
}


@pytest.mark.parametrize("form", BROKEN)
def test_a_broken_block_gives_plain_texts_or_nothing(form: str) -> None:
    whole, chance = BROKEN[form], random.Random(7)
    assert read.of([Block(form, whole)]).names
    for _ in range(500):
        mutant = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            mutant[chance.randrange(len(mutant))] = chance.choice((0, 1, 0x26, 0x3C, 0xFF, chance.randrange(256)))
        for block in (bytes(mutant), bytes(mutant[: chance.randrange(len(mutant))])):
            found = read.of([Block(form, block)])
            assert of_xmp(xmp_write.packet(found)) == found


def test_the_parser_works_on_few_packets_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []

    def parse(content: bytes) -> dict[str, list[str]]:
        parsed.append(content)
        return {}

    monkeypatch.setitem(read._READ, "xmp", parse)
    read.of([Block("xmp", packet(ALL))] * 150)
    assert len(parsed) == 4
