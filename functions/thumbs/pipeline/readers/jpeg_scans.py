"""The scans of a JPEG (ITU-T T.81, annexes B and G): how often a decoder goes over it, and which times matter.

A progressive JPEG sends each coefficient in several scans, from coarse to fine. A picture that is decoded to a fraction
of its size needs the coarse ones, and they are the smaller part of the file.
"""

import re
from dataclasses import dataclass

from thumbs.errors import Reason, Rejected

_SOS, _EOI = 0xDA, 0xD9
_SEQUENTIAL, _PROGRESSIVE = {0xC0, 0xC1, 0xC9}, {0xC2, 0xCA}  # SOF0, SOF1, SOF9; SOF2, SOF10
_STANDALONE = {0x01, *range(0xD0, 0xD9)}  # TEM, RST0 to RST7 and SOI have no length
# A marker inside compressed data: not a stuffed zero, not a restart, not fill. It begins with a literal byte, which the
# regular expression engine finds with memchr: 20 times as fast as `\xff+`.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)

# Encoders write up to about 20 scans, and up to about 300 segments: a profile of 16 MB has 255.
_MOST = 100
_MOST_SEGMENTS = 10_000

# By the divisor of the size, what is needed of the coefficients: the last one in zigzag order, and the lowest bit. The
# encoded thumbnail changes by 0.1 dB at most. The first coefficient alone would do for an eighth, if the decoder did
# not blur what it then takes for a preview. For a half it would be 0.5 dB, so there everything is read.
# (docs/decisions/imaging-progressive.md)
_NEEDED = {8: (5, 1), 4: (24, 1)}


@dataclass(frozen=True)
class Scan:
    """One scan. first, last: the coefficients that it carries, in zigzag order. low: the lowest bit that it tells.
    start, end: the offsets of its marker and behind its data."""

    first: int
    last: int
    low: int
    start: int
    end: int


def scans(original: bytes) -> list[Scan]:
    """Those of a progressive JPEG, up to the end of the first picture or to what cannot be understood.

    Of a sequential one whose first scan has everything, which is most of them, the data is not searched, and the list
    is empty. Raises Rejected when there are too many: each may go over the whole picture, 288 KB for ten seconds.
    """
    found: list[Scan] = []
    at, components, progressive = 2, 0, False
    for _ in range(_MOST_SEGMENTS):
        marker = _MARKER.search(original, at)
        if marker is None:
            return found
        kind, at = original[marker.end() - 1], marker.end()
        if kind == _EOI:
            return found
        if kind in _STANDALONE:
            continue
        segment = original[at : at + int.from_bytes(original[at : at + 2], "big")]
        if kind in _SEQUENTIAL | _PROGRESSIVE and len(segment) > 7:
            components, progressive = segment[7], kind in _PROGRESSIVE
        if kind == _SOS:
            count = segment[2] if len(segment) > 2 else 0
            if len(segment) < 2 * count + 6 or (count == components and not progressive):
                return found
            following = _MARKER.search(original, at + len(segment))
            end = following.start() if following else len(original)
            first, last, bits = segment[-3:]
            found.append(Scan(first, last, bits & 0x0F, marker.start(), end))
            if len(found) > _MOST:
                raise Rejected(Reason.TOO_COMPLEX, f"a JPEG of more than {_MOST} scans")
        at += max(2, len(segment))
    raise Rejected(Reason.TOO_COMPLEX, f"a JPEG of more than {_MOST_SEGMENTS} segments")


def early(original: bytes, found: list[Scan], divisor: int) -> bytes:
    """The same picture without the scans that do not matter when it is decoded to 1/divisor of its size.

    Does nothing to sequential pictures, nor for the full size. Tables between the scans stay. A scan that ends with the
    file is kept, so that a truncated file stays one.
    """
    most, low = _NEEDED.get(divisor, (63, 0))
    kept, at = [], 0
    for scan in found:
        spectral = scan.first > 0
        if spectral and (scan.first > most or scan.low < low) and scan.end < len(original):
            kept.append(original[at : scan.start])
            at = scan.end
    return b"".join((*kept, original[at:])) if kept else original
