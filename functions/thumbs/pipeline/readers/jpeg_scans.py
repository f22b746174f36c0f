"""The scans of a JPEG (ITU-T T.81, annex B): how often the decoder will go over the whole picture."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from thumbs.errors import Reason, Rejected

_SOS, _EOI = 0xDA, 0xD9
_STANDALONE = {0x01, *range(0xD0, 0xD9)}  # TEM, RST0 to RST7 and SOI have no length
# A marker inside compressed data: not a stuffed zero, not a restart, not fill.
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)


# Encoders write up to about 20 scans, and up to about 300 segments: a profile of 16 MB has 255.
_MOST = 100
_MOST_SEGMENTS = 10_000


@dataclass(frozen=True)
class Scan:
    """One scan. components: their identifiers. first, last: the coefficients that it carries, in zigzag order.
    low: the bit down to which it makes them known; end: the offset behind its data."""

    components: bytes
    first: int
    last: int
    low: int
    end: int


def check(original: bytes) -> None:
    """Raises Rejected when there are too many scans: each may go over the whole picture, 288 KB for ten seconds."""
    for count, _ in enumerate(scans(original)):
        if count >= _MOST:
            raise Rejected(Reason.TOO_COMPLEX, f"a JPEG of more than {_MOST} scans")


def scans(original: bytes) -> Iterator[Scan]:
    """The scans in their order, up to the end of the first picture or to what cannot be understood."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        marker = _MARKER.search(original, at)
        if marker is None:
            return
        kind, at = original[marker.end() - 1], marker.end()
        if kind == _EOI:
            return
        if kind in _STANDALONE:
            continue
        length = int.from_bytes(original[at : at + 2], "big")
        if kind == _SOS:
            header = original[at + 2 : at + length]
            count = header[0] if header else 0
            if len(header) < 2 * count + 4:
                return
            following = _MARKER.search(original, at + length)
            end = following.start() if following else len(original)
            first, last, bits = header[2 * count + 1 : 2 * count + 4]
            yield Scan(header[1 : 2 * count + 1 : 2], first, last, bits & 0x0F, end)
        at += length
    raise Rejected(Reason.TOO_COMPLEX, f"a JPEG of more than {_MOST_SEGMENTS} segments")
