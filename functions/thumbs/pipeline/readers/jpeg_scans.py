"""The scans of a JPEG (ITU-T T.81, annexes B and G): where they are, whether they carry the whole picture, and which of
them matter.

A progressive JPEG sends each coefficient in several scans, from coarse to fine. A picture that is decoded to a fraction
of its size needs only the coarse ones, which are the smaller part of the file.
"""

import re
from math import ceil
from typing import NamedTuple

from thumbs.errors import Reason, Rejected

_DHT, _SOI, _EOI, _SOS, _DRI = 0xC4, 0xD8, 0xD9, 0xDA, 0xDD
_PROGRESSIVE, _ARITHMETIC = {0xC2, 0xCA}, {0xC9, 0xCA}
_DECODED = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
# Including those that libjpeg-turbo does not decode: lossless, hierarchical, and JPEG-LS (T.87).
_FRAMES = _DECODED | {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7}
_BEHIND_SCANS = {_DHT, _EOI, _SOS, 0xDB, _DRI, 0xFE}  # with DQT and COM
_BOX_LENGTH = 4  # bytes, in front of the name of a box
_STANDALONE = {0x01, *range(0xD0, 0xD9)}  # TEM, RST0 to RST7 and SOI have no length
# A marker inside compressed data: not a stuffed zero, not a restart, not fill. It begins with a literal byte, which the
# regular expression engine finds with memchr: 20 times as fast as `\xff+`.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_MARKER_OR_RESTART = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
_RESTART, _END_OF_IMAGE = re.compile(rb"\xff[\xd0-\xd7]"), re.compile(rb"\xff+\xd9")

# Encoders write up to about 20 scans, and up to about 300 segments: a profile of 16 MB has 255.
_MOST = 100
_MOST_SEGMENTS = 10_000

_COEFFICIENTS, _MOST_SHIFT = 64, 13
_LOW_BIT = 15  # mask in the byte with the highest bit before the scan, and the lowest after it
_FILL = 0xFF  # may precede a marker any number of times
AC = 0x10  # the class of a table of codes
# By divisor of the size, the coefficients that are needed: the last one in zigzag order, and the lowest bit of
# refinements. The encoded thumbnail changes by at most 0.1 dB. For an eighth the first coefficient alone would suffice,
# if the decoder did not take the picture for a preview and blur it. For a half it would be 0.5 dB, so there everything
# is read. (docs/decisions/imaging-progressive.md)
_NEEDED = {8: (5, _MOST_SHIFT), 4: (24, 1)}

# This many zeros at the end of a file were left by a disk or a download, and are no picture, unless a table has a
# single one-bit code, zero, which means an empty block.
_UNWRITTEN = 64
_EMPTY_BLOCKS = b"\1\0"


class Scan(NamedTuple):
    """One scan. components: their identifiers. first, last: the coefficients that it carries, in zigzag order. refines:
    whether it adds a bit to coefficients of an earlier scan. low: the lowest bit that it carries. start, data, end: the
    offsets of its marker, of its data and after it. restarts: MCUs between two restart markers, or 0. selectors: of the
    tables of each component, DC in the upper four bits, AC in the lower ones. table: of codes, as in a DHT segment, for
    the AC coefficients of its last component; empty if it has none."""

    components: bytes
    first: int
    last: int
    refines: bool
    low: int
    start: int
    data: int
    end: int
    restarts: int
    selectors: bytes
    table: bytes


class Layout:
    """A JPEG up to the end of its first picture, or to data that cannot be understood.

    frame: the offset of its marker. size: width and height. sampling: per component, horizontal and vertical. scans: in
    order. ended: whether a marker ends the picture. assumed: whether its scan was not searched for its end. restarts,
    tables: valid for the next scan, tables by class and number.
    """

    def __init__(self) -> None:
        self.frame, self.restarts = 0, 0
        self.progressive = self.ended = self.assumed = self.arithmetic = False
        self.size = 0, 0
        self.sampling: dict[int, tuple[int, int]] = {}
        self.scans: list[Scan] = []
        self.tables: dict[int, bytes] = {}

    @property
    def at_once(self) -> bool:
        """Whether one scan contains everything, so that its rows can be decoded while it is read."""
        return not self.progressive and len(self.scans) == 1

    @property
    def complete(self) -> bool:
        """Whether there is a scan for everything visible. A progressive JPEG with an end marker may omit anything
        except the first coefficient (jcmaster.c of libjpeg: "the spec does not require that all bits of all
        coefficients be transmitted"); one that just stops must have begun with all coefficients."""
        return self.told(_MOST_SHIFT, 1 if self.progressive and self.ended else _COEFFICIENTS)

    def told(self, low: int, count: int = _COEFFICIENTS) -> bool:
        """Whether the scans carry this many first coefficients of each component down to this bit."""
        lacking = {component: set(range(count)) for component in self.sampling}
        for scan in self.scans:
            if not self.progressive or scan.low <= low:
                for component in scan.components:
                    lacking[component].difference_update(range(scan.first, scan.last + 1))
        return not any(lacking.values())


def layout(original: bytes, *, assuming: bool = False) -> Layout:
    """assuming: do not search the data of a single scan, 3 % of a conversion, if its end is likely. Raises Rejected:
    variant_not_supported for a kind of JPEG that is not decoded, and too_complex if there are too many scans, because
    each may traverse the whole picture: 288 KB can take ten seconds."""
    found = Layout()
    at = 2
    for _ in range(_MOST_SEGMENTS):
        marker = _MARKER.search(original, at)
        if marker is None:
            return found
        kind, at = original[marker.end() - 1], marker.end()
        if kind == _EOI or (kind == _SOI and found.scans):
            found.ended = True
            return found
        if kind in _STANDALONE:
            continue
        segment = original[at : at + int.from_bytes(original[at : at + 2], "big")]
        at += max(2, len(segment))
        if kind != _SOS:
            _read(found, marker.start(), kind, segment)
            continue
        found.assumed = assuming and _ends_as_one_scan(original, found, segment, marker.start())
        scan = _scan(original, found, segment, marker.start())
        if scan is None:
            return found
        found.scans.append(scan)
        if not found.progressive and found.told(0):
            found.ended = _END_OF_IMAGE.match(original, scan.end) is not None
            return found
        if len(found.scans) > _MOST:
            raise Rejected(Reason.TOO_COMPLEX, f"a JPEG of more than {_MOST} scans")
        at = scan.end
    if found.scans:  # data after a picture without an end marker
        return found
    raise Rejected(Reason.TOO_COMPLEX, f"a JPEG of more than {_MOST_SEGMENTS} segments")


def _read(found: Layout, start: int, kind: int, segment: bytes) -> None:
    """Reads one segment between the scans, if it matters for them."""
    if kind == _DRI:
        found.restarts = int.from_bytes(segment[2:4], "big")
    elif kind == _DHT:
        at = 2
        while at < len(segment):
            end = at + 17 + sum(segment[at + 1 : at + 17])
            found.tables[segment[at]] = segment[at + 1 : end]
            at = end
    elif kind in _FRAMES and not found.frame:
        _read_frame(found, start, kind, segment)


def _read_frame(found: Layout, start: int, kind: int, segment: bytes) -> None:
    if kind not in _DECODED:
        raise Rejected(Reason.VARIANT_NOT_SUPPORTED, f"a JPEG of the kind FF{kind:X}")
    if len(segment) < 8 or len(segment) < 8 + 3 * segment[7]:
        return
    precision, count = segment[2], segment[7]
    if precision != 8 or count not in {1, 3, 4}:
        raise Rejected(Reason.VARIANT_NOT_SUPPORTED, f"a JPEG of {count} components of {precision} bits")
    found.frame, found.progressive, found.arithmetic = start, kind in _PROGRESSIVE, kind in _ARITHMETIC
    found.size = int.from_bytes(segment[5:7], "big"), int.from_bytes(segment[3:5], "big")
    found.sampling = {
        segment[at]: (segment[at + 1] >> 4 or 1, segment[at + 1] & 15 or 1) for at in range(8, 8 + 3 * count, 3)
    }


def _ends_as_one_scan(original: bytes, found: Layout, segment: bytes, start: int) -> bool:
    """Whether this scan has all components, a marker ends the file, and no other picture is announced (CIPA DC-007)."""
    whole = all(found.size) and len(segment) == 2 * len(found.sampling) + 6 and start + 4 + len(segment) < len(original)
    ends = original[-2:] == bytes([_FILL, _EOI]) and original[-3] != _FILL and b"MPF\0" not in original[:start]
    return whole and ends and not (found.progressive or found.arithmetic or found.restarts)


def _scan(original: bytes, found: Layout, segment: bytes, start: int) -> Scan | None:
    """None if its header is invalid, as when bytes after a picture look like a marker."""
    count = segment[2] if len(segment) > 2 else 0
    components, selectors = segment[3 : 3 + 2 * count : 2], segment[4 : 3 + 2 * count : 2]
    if len(segment) != 2 * count + 6 or not count or not found.sampling.keys() >= set(components):
        return None
    # In a sequential scan they mean nothing: libjpeg ignores them, and some phones write arbitrary values.
    first, last, bits = segment[-3:] if found.progressive else (0, _COEFFICIENTS - 1, 0)
    data = start + 2 + len(segment)
    table = found.tables.get(AC | selectors[-1] & 15, b"") if last else b""
    marker = _MARKER if found.restarts else _MARKER_OR_RESTART
    following = marker.search(original, len(original) - 2 if found.assumed else data)
    end = following.start() if following else len(original)
    if not following and table[:1] + table[16:17] != _EMPTY_BLOCKS:
        written = len(original.rstrip(b"\0"))
        end = written if end - written >= _UNWRITTEN else end
    if following is None or original[following.end() - 1] not in _BEHIND_SCANS:
        film = original.find(b"ftyp", data + _BOX_LENGTH, end)  # of an MP4, which phones append to panoramas
        end = film - _BOX_LENGTH if film > 0 else end
    if original[end - 1] == _FILL:
        end = data + len(original[data:end].rstrip(bytes([_FILL])))
    low, refines = bits & _LOW_BIT, bits > _LOW_BIT
    return Scan(components, first, last, refines, low, start, data, end, found.restarts, selectors, table)


def early(original: bytes, found: Layout, divisor: int) -> bytes | memoryview:
    """The same picture up to the end of its last scan, without the scans that do not matter when it is decoded to
    1/divisor of its size.

    Sequential pictures keep everything, and so do pictures for full size or with missing data: a truncated file stays
    truncated. Tables between the scans stay.
    """
    if divisor not in _NEEDED or not (found.progressive and found.ended and found.told(0)):
        return memoryview(original)[: found.scans[-1].end]
    pieces, at = [], 0
    for scan in _left_out(found.scans, *_NEEDED[divisor]):
        pieces.append(original[at : scan.start])
        at = scan.end
    return b"".join((*pieces, original[at : found.scans[-1].end]))


def _left_out(scans: list[Scan], most: int, low: int) -> list[Scan]:
    """The scans that do not matter, in order. If a refinement stays, so does the scan that it refines, because its bits
    mean nothing alone."""
    kept: list[Scan] = []
    for scan in reversed(scans):
        needed = scan.first <= most and (scan.low >= low or not scan.refines)
        if scan.first == 0 or needed or any(_adds_to(later, scan) for later in kept):
            kept.append(scan)
    return [scan for scan in scans if scan not in kept]


def _adds_to(later: Scan, scan: Scan) -> bool:
    overlap = later.first <= scan.last and scan.first <= later.last
    return later.refines and overlap and not set(later.components).isdisjoint(scan.components)


def lacks_restarts(original: bytes, found: Layout) -> bool:
    """Whether the last scan has fewer restart markers than its picture needs."""
    scan = found.scans[-1]
    if not scan.restarts:
        return False
    across, down = max(h for h, _ in found.sampling.values()), max(v for _, v in found.sampling.values())
    width, height = found.size
    if len(scan.components) == 1:
        own = found.sampling[scan.components[0]]
        units = ceil(ceil(width * own[0] / across) / 8) * ceil(ceil(height * own[1] / down) / 8)
    else:
        units = ceil(width / across / 8) * ceil(height / down / 8)
    return sum(1 for _ in _RESTART.finditer(original, scan.start, scan.end)) < ceil(units / scan.restarts) - 1
