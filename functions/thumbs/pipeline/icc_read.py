"""Reads two things from an ICC profile: its curves, if it consists only of curves and primaries (ICC.1:2022, 8.3.3 and
8.4.3), and the numbers by which it names its colours."""

import struct
from typing import NamedTuple

from thumbs.pipeline.icc import Curve, Matrix, gamma

_TABLES = {b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1", b"D2B2"}  # which take precedence over curves
_MOST_TAGS = 100
_MOST_POINTS = 65536  # of a curve
# The number of parameters of each type of parametric curve (10.18).
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}


class Curves(NamedTuple):
    """contents: curves of red, green and blue, or of gray, as encoded in the profile. colorants: the XYZ of red, green
    and blue, adapted to D50; none for gray."""

    contents: tuple[bytes, ...]
    colorants: Matrix | None


def curves(profile: bytes) -> Curves | None:
    """The curves; None for a profile of another kind, or a broken one."""
    try:
        space = profile[16:20]
        tags = _tags(profile)
        if _TABLES & tags.keys():
            return None
        if space == b"GRAY":
            return Curves((tags[b"kTRC"],), None)
        if space == b"RGB ":
            colorants = tuple(_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ"))
            return Curves(tuple(tags[name] for name in (b"rTRC", b"gTRC", b"bTRC")), colorants)
    except (struct.error, KeyError):
        pass
    return None


def cicp(profile: bytes) -> tuple[int, int] | None:
    """Colour primaries and transfer characteristics (ITU-T H.273) of the tag cicp (9.2.17), if it exists."""
    try:
        content = _tags(profile).get(b"cicp", b"")
    except struct.error:
        return None
    return (content[8], content[9]) if len(content) == 12 else None


def curve(content: bytes) -> Curve | None:
    """The function from signal to light of type curv (10.6) or para (10.18); None for other types, or a broken one."""
    try:
        if content[:4] == b"curv":
            return _sampled(content)
        if content[:4] == b"para":
            return _parametric(content)
    except struct.error:
        pass
    return None


def _sampled(content: bytes) -> Curve:
    (count,) = struct.unpack_from(">I", content, 8)
    if count == 0:
        return lambda signal: signal
    points = struct.unpack_from(f">{count}H", content, 12)
    if count == 1:
        exponent = points[0] / 256
        return gamma(exponent)

    def between(signal: float) -> float:
        at = min(int(signal * (count - 1)), count - 2)
        low, high = points[at], points[at + 1]
        return float(low + (high - low) * (signal * (count - 1) - at)) / 65535

    return between


def _parametric(content: bytes) -> Curve | None:
    (kind,) = struct.unpack_from(">H", content, 8)
    if kind not in _PARAMETERS:
        return None
    values = [value / 65536 for value in struct.unpack_from(f">{_PARAMETERS[kind]}i", content, 12)]
    g, a, b, c, d, e, f = values + [1.0, 0.0, 0.0, 0.0, 0.0, 0.0][len(values) - 1 :]
    if kind in {1, 2}:  # the power begins where its base is 0, and c is added everywhere
        d, e, f, c = (-b / a if a else 0.0), c, c, 0.0

    def power(signal: float) -> float:
        return float(max(0.0, a * signal + b) ** g + e) if signal >= d else c * signal + f

    return power


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """The tags by name, each cut to the longest possible curve."""
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * place) for place in range(min(count, _MOST_TAGS)))
    return {name: profile[start : start + min(length, 12 + 2 * _MOST_POINTS)] for name, start, length in entries}


def _xyz(content: bytes) -> tuple[float, ...]:
    return tuple(value / 65536 for value in struct.unpack_from(">3i", content, 8))
