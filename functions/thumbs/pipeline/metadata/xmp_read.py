"""Reads the rights in a packet of XMP (ISO 16684-1) with expat, bounded, and without a document type or entities.

Properties count only where the standard puts them, at the top of a description: a picture's ingredients and works of
art shown in it have creators of their own.
"""

import codecs
import re
from pyexpat import ExpatError, ParserCreate

_MOST = 2**20  # bytes of a packet
_MOST_ELEMENTS, _MOST_DEPTH = 20_000, 100
_MOST_TEXT = 10_000  # characters of a value
_MOST_VALUES = 100  # of one property
# A document type, and a namespace of 300 characters: expat copies it to the name of each attribute, and goes on with
# the packet when a handler raises.
_REFUSED = re.compile(r"""<!DOCTYPE|\sxmlns[^=\s]*+\s*+=\s*+(?:"[^"]{300}|'[^']{300})""")

_RDF, _XML = "http://www.w3.org/1999/02/22-rdf-syntax-ns# ", "http://www.w3.org/XML/1998/namespace "
_ROOT, _DESCRIPTION, _ITEM, _RESOURCE = _RDF + "RDF", _RDF + "Description", _RDF + "li", _RDF + "resource"
_LANGUAGE = _XML + "lang"
_VALUE = _RDF + "value"
_LICENSOR = "http://ns.useplus.org/ldf/xmp/1.0/ Licensor"
_LICENSOR_URL = _LICENSOR + "URL"
# Properties, as expat names them, and the facts that they hold (IPTC Photo Metadata Standard 2023.2).
_NAMES = {
    "http://purl.org/dc/elements/1.1/ creator": "creator",
    "http://purl.org/dc/elements/1.1/ rights": "copyright",
    "http://ns.adobe.com/photoshop/1.0/ Credit": "credit",
    "http://ns.adobe.com/xap/1.0/rights/ WebStatement": "license",
}
# Beginnings of packets without a mark of their order of bytes, which an XML parser needs in UTF-16 and UTF-32.
_CODES = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0<", "utf-16-be"),
    (b"<\0", "utf-16-le"),
)
for _, _code in _CODES:
    codecs.lookup(_code)  # loads it while modules can still be loaded


class _RefusedError(Exception):
    """The packet has what no packet has."""


def facts(packet: bytes) -> dict[str, list[str]]:
    """The values of each fact, by its name in picture.RIGHTS. Empty for a packet that is not well-formed."""
    if len(packet) > _MOST:
        return {}
    reader = _Reader()
    code = next((code for start, code in _CODES if packet.startswith(start)), "utf-8")
    text = _text(packet, code)
    if _REFUSED.search(text):
        return {}
    parser = ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.add
    try:
        parser.Parse(text.encode(), True)
    except ExpatError:  # after the end, GIF has bytes of its own, and other programs zeros
        pass
    except _RefusedError:
        return {}
    return reader.facts if reader.complete else {}


def _text(packet: bytes, code: str) -> str:
    """As far as it is text in this code."""
    try:
        return packet.decode(code)
    except UnicodeDecodeError as error:
        return packet[: error.start].decode(code, "ignore")


class _Reader:
    """complete: whether the first element has ended."""

    def __init__(self) -> None:
        self.complete = False
        self.facts: dict[str, list[str]] = {}
        self._path: list[str] = []
        self._root = 0  # the length of the path up to rdf:RDF
        self._elements = 0
        self._text: list[str] = []
        self._length = 0
        self._is_default = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise _RefusedError
        self._path.append(name)
        if len(self._path) > _MOST_DEPTH:
            raise _RefusedError
        self._text, self._length = [], 0
        if not self._root:
            self._root = len(self._path) if name == _ROOT else 0
            return
        self._is_default = attributes.get(_LANGUAGE) == "x-default"
        match self._path[self._root :]:
            case [description] if description == _DESCRIPTION:
                for property_, value in attributes.items():
                    self._found(_NAMES.get(property_), value)
            case [description, property_] if description == _DESCRIPTION and _RESOURCE in attributes:
                self._found(_NAMES.get(property_), attributes[_RESOURCE])
            case [description, property_, *_] if (description, property_) == (_DESCRIPTION, _LICENSOR):
                address = attributes.get(_RESOURCE) if name == _LICENSOR_URL else attributes.get(_LICENSOR_URL)
                self._found("licensor", address or "")

    def add(self, text: str) -> None:
        if self._length < _MOST_TEXT:
            self._text.append(text[:_MOST_TEXT])
            self._length += len(text)

    def end(self, _: str) -> None:
        text = "".join(self._text)
        match self._valued() if self._root else []:
            case [description, property_] if description == _DESCRIPTION:
                self._found(_NAMES.get(property_), text)
            case [description, property_, _, item] if (description, item) == (_DESCRIPTION, _ITEM):
                self._found(_NAMES.get(property_), text, first=self._is_default)
            case [description, property_, *_, last] if (description, property_, last) == (
                _DESCRIPTION,
                _LICENSOR,
                _LICENSOR_URL,
            ):
                self._found("licensor", text)
        self._text, self._length, self._is_default = [], 0, False
        self._path.pop()
        if len(self._path) < self._root:
            self._root = 0
        self.complete = self.complete or not self._path

    def _valued(self) -> list[str]:
        """The path of what has a value: with qualifiers, it is in an element of its own (ISO 16684-1, 7.8)."""
        path = self._path[self._root :]
        if path[-1:] == [_VALUE]:
            path = path[:-2] if path[-2:-1] == [_DESCRIPTION] and len(path) > 2 else path[:-1]
        return path

    def _found(self, fact: str | None, value: str, *, first: bool = False) -> None:
        """first: of an alternative of languages, the one that counts."""
        if fact and value.strip():
            values = self.facts.setdefault(fact, [])
            if len(values) < _MOST_VALUES:
                values.insert(0 if first else len(values), value)
