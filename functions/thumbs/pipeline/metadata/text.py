"""Kinds of metadata in the text chunks of PNG (PNG, third edition, 11.3.3), by their keywords."""

import zlib

from thumbs.pipeline.metadata import exif, iptc, xmp

_MOST = 2**20  # bytes of inflated text
_KEYWORD = 79  # bytes, the maximum

_KINDS = {
    b"Author": "people",
    b"Copyright": "people",
    b"Software": "software",
    b"Creation Time": "time",
    b"date:create": "time",
    b"date:modify": "time",
    b"Source": "camera",
}
# ImageMagick's way to store other metadata: hexadecimal digits after a name and a length.
_RAW = {
    b"exif": exif.kinds,
    b"APP1": exif.kinds,
    b"xmp": xmp.kinds,
    b"iptc": iptc.of_photoshop,
    b"8bim": iptc.of_photoshop,
}


XMP = b"XML:com.adobe.xmp"


def of_png(chunk: bytes) -> set[str]:
    """chunk: its type, then its content. Raises ValueError and zlib.error."""
    keyword, text = parts(chunk)
    if keyword == XMP:
        return xmp.kinds(text)
    raw = raw_profile(keyword, text)
    if raw:
        return _RAW[raw[0]](raw[1])
    return {_KINDS.get(keyword, "comments")} if text.strip(b" \0\r\n\t") else set()


def parts(chunk: bytes) -> tuple[bytes, bytes]:
    """The keyword and the text, inflated. Raises zlib.error."""
    kind, content = chunk[:4], chunk[4:]
    keyword = content[: _KEYWORD + 1].partition(b"\0")[0]
    text = content[len(keyword) + 1 :]
    if kind == b"zTXt":
        text = _inflated(text[1:])  # after the method of compression
    elif kind == b"iTXt":
        is_compressed = text[:1] == b"\1"
        _, _, text = (*text[2:].split(b"\0", 2), b"", b"")[:3]  # after the language and the translated keyword
        text = _inflated(text) if is_compressed else text
    return keyword, text


def raw_profile(keyword: bytes, text: bytes) -> tuple[bytes, bytes] | None:
    """The kind and the content of other metadata in a text, if that is what it is. Raises ValueError."""
    raw = keyword.removeprefix(b"Raw profile type ")
    if raw not in _RAW or raw == keyword:
        return None
    return raw, bytes.fromhex(b"".join(text.split()[2:]).decode("ascii")[:_MOST])


def _inflated(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, _MOST)
