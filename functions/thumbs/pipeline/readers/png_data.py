"""The pixel data of a PNG: a zlib stream (RFC 1950) in its chunks IDAT.

Inflating takes half of the time of a decoder, and ISA-L inflates in two thirds of the time of zlib-ng, in a third of
the time of zlib. Its output is passed to the decoders in stored blocks, which they only copy.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence

from isal import igzip_lib

from thumbs.pipeline.readers.png_chunks import made

# Bytes inflated at a time: they may become 1,032 times as many (RFC 1951).
_PIECE = 16 * 2**10
_SMALL = 8 * 2**10
_STORED = 65535  # maximum bytes of a stored block (RFC 1951, 3.2.4)
_HEADER = b"\x78\x01"  # of a zlib stream
_LAST = b"\1\0\0\xff\xff"  # an empty block
_UNCHECKED = bytes(4)  # in place of a chunk's checksum
# The compressed share of the pixels' bytes from which inflating here is worth copying its output: photographs take 0.3
# to 0.5, screenshots 0.05.
_WORTH = 0.2


def whole(data: Iterable[memoryview]) -> Iterator[bytes]:
    """The same stream, in stored blocks; without an end, which Pillow does not wait for."""
    inflate = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_ZLIB)
    yield _HEADER
    for pixels in _outputs(inflate, data):
        yield _block(len(pixels)) + pixels


def chunks(data: Sequence[memoryview], count: int) -> Iterator[bytes | memoryview]:
    """The first bytes of the same stream in chunks without checksums, and the end of the file, in pieces. May raise
    OSError if it has fewer, or does not match its own checksum; otherwise libpng finds out."""
    compressed = sum(map(len, data))
    if compressed < count * _WORTH:
        for piece in _pieces(data):
            yield struct.pack(">I4s", len(piece), b"IDAT")
            yield piece
            yield _UNCHECKED
    else:
        inflate = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_ZLIB)
        yield struct.pack(">I4s", len(_HEADER), b"IDAT") + _HEADER + _UNCHECKED
        for pixels in _inflated(inflate, data, count):
            header = _block(len(pixels))
            yield struct.pack(">I4s", len(header) + len(pixels), b"IDAT") + header
            yield pixels
            yield _UNCHECKED
        yield made(b"IDAT", _LAST + inflate.crc.to_bytes(4, "big"))
    yield made(b"IEND", b"")


def _inflated(inflate: igzip_lib.IgzipDecompressor, data: Iterable[memoryview], count: int) -> Iterator[bytes]:
    last = b""
    try:
        for pixels in _outputs(inflate, data):
            if not count:  # more than the picture needs
                break
            if len(pixels) < count:
                count -= len(pixels)
                yield pixels
            else:  # until its checksum has been compared, which follows
                last, count = pixels[:count], 0
    except igzip_lib.error as error:  # type: ignore[misc]  # which its stub takes for an instance
        raise OSError(str(error)) from error
    if count:
        raise OSError("too few pixels")
    yield last


def _outputs(inflate: igzip_lib.IgzipDecompressor, data: Iterable[memoryview]) -> Iterator[bytes]:
    """What the stream contains, in pieces that fit into a stored block."""
    for piece in _pieces(data):
        rest: memoryview | bytes = piece
        while not inflate.eof:
            if pixels := inflate.decompress(rest, _STORED):
                yield pixels
            if inflate.needs_input:
                break
            rest = b""


def _pieces(data: Iterable[memoryview]) -> Iterator[memoryview]:
    """Yields at most _PIECE bytes at a time. Small chunks are joined, because every piece costs time."""
    small = bytearray()
    for chunk in data:
        if len(chunk) < _SMALL:
            small += chunk
        if small and (len(chunk) >= _SMALL or len(small) >= _SMALL):
            yield memoryview(bytes(small))
            small.clear()
        if len(chunk) >= _SMALL:
            for at in range(0, len(chunk), _PIECE):
                yield chunk[at : at + _PIECE]
    if small:
        yield memoryview(small)


def _block(length: int) -> bytes:
    """The header of a stored block."""
    return struct.pack("<BHH", 0, length, length ^ 0xFFFF)
