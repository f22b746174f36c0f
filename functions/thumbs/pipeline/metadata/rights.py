"""Whose picture it is, and under which licence: the little that thumbnails carry with Metadata=copyright.

Only these five facts leave the original's metadata, as plain text and addresses that begin with http, each bounded. For
each fact, XMP counts before IPTC's records, which count before EXIF and the text chunks of PNG. It is imported only if
the setting asks for it.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from thumbs.pipeline.metadata import Block, exif, iptc, text, xmp_read

_MOST_BLOCKS = 200  # as in kinds
_MOST_PACKETS = 4  # of XMP that are parsed: a picture has one, and Photoshop's resources may repeat it
_MOST_CREATORS = 10
_MOST_NAME, _MOST_TEXT, _MOST_ADDRESS = 100, 500, 1000  # characters
_JOINERS = "\u200c\u200d"  # between letters of names in Persian or Hindi
# What RFC 3986 allows in an address with a host, but for user names.
_ADDRESS = re.compile(r"https?://[a-z0-9.\-\[\]:]{1,255}(?:[/?#][!#-;=?-\[\]_a-z~%]*)?", re.IGNORECASE)

_UTF_8, _LATIN_1 = b"\x1b%G", (b"", b"\x1b.A", b"\x1b-A")  # 1:90, the coded character set (IIM 4.2, ISO 2022)
_CHARACTER_SET, _BY_LINE, _CREDIT, _NOTICE = (1, 90), (2, 80), (2, 110), (2, 116)

_CONTROL = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f]")

_UNREADABLE = struct.error, LookupError, ValueError, zlib.error

# The facts that a source has, by their names in picture.RIGHTS.
Facts = dict[str, list[str]]


class Rights(NamedTuple):
    """Empty where the original has no such fact. license, licensor: addresses."""

    creator: tuple[str, ...] = ()
    copyright: str = ""
    credit: str = ""
    license: str = ""
    licensor: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the facts that are there, in the order of picture.RIGHTS."""
        return tuple(name for name, value in self._asdict().items() if value)


def of(blocks: Iterable[Block]) -> Rights:
    """The rights in the blocks that a reader has found. What cannot be read is ignored."""
    sources: list[tuple[int, Facts]] = []
    packets = _MOST_PACKETS
    for form, content in islice(_opened(islice(blocks, _MOST_BLOCKS)), _MOST_BLOCKS):
        if form == "xmp":
            packets -= 1
            if packets < 0:
                continue
        with suppress(*_UNREADABLE):
            sources.append((_ORDER.index(form), _READ[form](content)))
    sources.sort(key=lambda source: source[0])

    def first(name: str, clean: Callable[[str], str]) -> list[str]:
        for _, facts in sources:
            if found := [cleaned for value in facts.get(name, ()) if (cleaned := clean(value))]:
                return found
        return []

    def one(name: str, clean: Callable[[str], str]) -> str:
        return (first(name, clean) or [""])[0]

    return Rights(
        tuple(dict.fromkeys(first("creator", lambda value: _plain(value, _MOST_NAME))[:_MOST_CREATORS])),
        one("copyright", lambda value: _plain(value, _MOST_TEXT)),
        one("credit", lambda value: _plain(value, _MOST_TEXT)),
        one("license", _address),
        one("licensor", _address),
    )


def _opened(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with facts, and those inside others."""
    for block in blocks:
        with suppress(*_UNREADABLE):
            yield from _OPEN.get(block.form, _as_it_is)(block)


def _as_it_is(block: Block) -> Iterator[Block]:
    if block.form in _READ:
        yield block


def _of_exif(block: Block) -> Iterator[Block]:
    yield block
    inner = {exif.XMP: "xmp", exif.IPTC: "iptc", exif.PHOTOSHOP: "photoshop"}
    found = exif.first_directory(block.content)
    yield from _opened(Block(form, found[tag]) for tag, form in inner.items() if tag in found)


def _of_photoshop(block: Block) -> Iterator[Block]:
    inner = {iptc.IPTC: "iptc", iptc.XMP: "xmp"}
    for identifier, content in iptc.resources(block.content):
        if identifier in inner:
            yield Block(inner[identifier], content)


def _of_png(block: Block) -> Iterator[Block]:
    keyword, content = text.parts(block.content)
    raw = text.raw_profile(keyword, content)
    if keyword == text.XMP:
        yield Block("xmp", content)
    elif raw:
        yield from _opened([Block(_PROFILES[raw[0]], raw[1])])
    elif keyword in {b"Author", b"Copyright"}:
        yield Block("png_text", keyword + b"\0" + content)


_OPEN: dict[str, Callable[[Block], Iterator[Block]]] = {
    "exif": _of_exif,
    "photoshop": _of_photoshop,
    "png_text": _of_png,
}
_PROFILES = {b"exif": "exif", b"APP1": "exif", b"xmp": "xmp", b"iptc": "photoshop", b"8bim": "photoshop"}


def _in_iptc(records: bytes) -> Facts:
    """A text has no control characters but those of lines and blanks (IIM 4.2). With others, its length is wrong, and
    it contains what follows, such as a place."""
    facts: Facts = {}
    charset = b""
    names = {_BY_LINE: "creator", _CREDIT: "credit", _NOTICE: "copyright"}
    for record, dataset, content in iptc.datasets(records):
        if content is None:
            continue
        if (record, dataset) == _CHARACTER_SET:
            charset = content
        elif (record, dataset) in names and not _CONTROL.search(content.rstrip(b"\0")):
            facts.setdefault(names[record, dataset], []).append(_decoded(content, charset))
    return facts


def _in_exif(block: bytes) -> Facts:
    """Names are separated by semicolons; the editor's notice follows the photographer's (EXIF 2.32, 4.6.4). With more
    behind them, the length is wrong, and any of it may be another tag's."""
    found = exif.first_directory(block)
    artists = _decoded(found.get(exif.ARTIST, b"").partition(b"\0")[0])
    photographer, *others = (_decoded(each).strip() for each in found.get(exif.COPYRIGHT, b"").split(b"\0"))
    notices = [photographer, *others[:1]] if not any(others[1:]) else [photographer]
    return {"creator": artists.split(";"), "copyright": [", ".join(each for each in notices if each)]}


def _in_png_text(keyword_and_text: bytes) -> Facts:
    keyword, _, content = keyword_and_text.partition(b"\0")
    return {"creator" if keyword == b"Author" else "copyright": [_decoded(content)]}


def _decoded(content: bytes, charset: bytes = b"") -> str:
    """UTF-8, or else ISO 8859-1, in which older programs wrote; nothing in a character set that is neither."""
    try:
        return content.decode("utf-8" if charset in {_UTF_8, *_LATIN_1} else "ascii")
    except UnicodeDecodeError:
        return content.decode("latin-1") if charset in _LATIN_1 else ""


_READ: dict[str, Callable[[bytes], Facts]] = {
    "xmp": xmp_read.facts,
    "iptc": _in_iptc,
    "exif": _in_exif,
    "png_text": _in_png_text,
}
_ORDER = tuple(_READ)  # the first one that has a fact counts


def _plain(value: str, most: int) -> str:
    """One line without control characters, nor those that change the direction of what follows."""
    spaced = (" " if each.isspace() else each for each in value[: 10 * most])
    visible = "".join(each for each in spaced if each.isprintable() or each in _JOINERS)
    return " ".join(visible.split())[:most].strip()


def _address(value: str) -> str:
    address = value.strip()
    return address if len(address) <= _MOST_ADDRESS and _ADDRESS.fullmatch(address) else ""
