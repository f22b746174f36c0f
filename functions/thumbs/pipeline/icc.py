"""ICC profiles for pictures that name their colour space instead of embedding a profile, as AVIF, HEIC and PNG may.

The names are those of ITU-T H.273 (CICP): colour primaries and transfer characteristics by number. They become a
profile, instead of code of ours that converts pixels, so that there is one way to sRGB for everything.
"""

import struct
from collections.abc import Callable
from functools import cache

XY = tuple[float, float]
Matrix = tuple[tuple[float, ...], ...]
Chromaticities = tuple[XY, XY, XY, XY]
Curve = Callable[[float], float]

# x and y of red, green, blue and white (H.273, table 2).
_D65, _DCI_WHITE, _C = (0.3127, 0.3290), (0.314, 0.351), (0.310, 0.316)
SRGB = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65)
PRIMARIES: dict[int, Chromaticities] = {
    1: SRGB,
    4: ((0.670, 0.330), (0.210, 0.710), (0.140, 0.080), _C),  # BT.470, system M
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060), _D65),  # BT.601, 625 lines
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),  # BT.601, 525 lines
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),  # SMPTE ST 240
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),  # film
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),  # BT.2020
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI_WHITE),  # DCI-P3
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),  # Display P3
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),  # EBU Tech. 3213
}
_UNSPECIFIED = 2

_D50 = (0.9642, 1.0, 0.8249)  # white of the profile connection space (ICC.1:2022, 7.2.16)
_BRADFORD: Matrix = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_CURVE_POINTS = 1024


@cache
def of_cicp(primaries: int, transfer: int) -> bytes | None:
    """The profile of that colour space, or None if it is sRGB, unspecified or unknown.

    The transfer functions of BT.601 and BT.709 count as sRGB's, as in browsers.
    """
    curve = _curve(transfer)
    chromaticities = chromaticities_of(primaries)
    if chromaticities is None or (chromaticities == SRGB and curve is None):
        return None
    return profile(chromaticities, curve or srgb)


def chromaticities_of(primaries: int) -> Chromaticities | None:
    """The primaries of a number of H.273: sRGB's for 2, unspecified; None for an unknown one."""
    return PRIMARIES.get(1 if primaries == _UNSPECIFIED else primaries)


def is_known(primaries: int, transfer: int) -> bool:
    """Whether these numbers have a known meaning."""
    return primaries in PRIMARIES and (transfer in _CURVES or transfer in _LIKE_SRGB)


def profile(chromaticities: Chromaticities, curve: Curve) -> bytes:
    """chromaticities: of red, green, blue and white. curve: from signal to light, both 0 to 1."""
    colorants = _adapted(chromaticities)
    points = (round(65535 * min(1.0, max(0.0, curve(i / (_CURVE_POINTS - 1))))) for i in range(_CURVE_POINTS))
    table = b"curv" + struct.pack(f">4xI{_CURVE_POINTS}H", _CURVE_POINTS, *points)
    tags = [
        (b"wtpt", _xyz(_D50)),
        (b"rXYZ", _xyz(colorants[0])),
        (b"gXYZ", _xyz(colorants[1])),
        (b"bXYZ", _xyz(colorants[2])),
        (b"rTRC", table),
        (b"gTRC", table),
        (b"bTRC", table),
    ]
    at = 128 + 4 + 12 * len(tags)
    directory, data = struct.pack(">I", len(tags)), b""
    for name, content in tags:
        start = at + len(data) if content not in data else at + data.index(content)
        if content not in data:
            data += content
        directory += name + struct.pack(">II", start, len(content))
    header = struct.pack(">I4xI", at + len(data), 0x02400000) + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    return header + struct.pack(">III", *(round(65536 * value) for value in _D50)) + bytes(48) + directory + data


def gamma(exponent: float) -> Curve:
    return lambda signal: float(signal**exponent)


def srgb(signal: float) -> float:
    """IEC 61966-2-1."""
    return signal / 12.92 if signal <= 0.04045 else ((signal + 0.055) / 1.055) ** 2.4


def srgb_signal(light: float) -> float:
    """The inverse of `srgb`."""
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


# Functions from signal to light, by transfer characteristics (H.273, table 3).
_CURVES: dict[int, Curve] = {
    4: gamma(2.2),
    5: gamma(2.8),
    8: gamma(1.0),
    9: lambda signal: 10 ** (2 * (signal - 1)) if signal > 0 else 0.0,
    10: lambda signal: 10 ** (2.5 * (signal - 1)) if signal > 0 else 0.0,
    17: lambda signal: min(1.0, 52.37 / 48 * signal**2.6),  # SMPTE ST 428-1
}
_LIKE_SRGB = {1, 6, 7, 11, 12, 13, 14, 15}


def _curve(transfer: int) -> Curve | None:
    """The function of that number; None for sRGB's."""
    return _CURVES.get(transfer)


def to_srgb(chromaticities: Chromaticities) -> Matrix:
    """The matrix from linear light of these primaries to sRGB's."""
    return from_colorants(_adapted(chromaticities))


def from_colorants(colorants: Matrix) -> Matrix:
    """The same. colorants: the XYZ of red, green and blue, adapted to D50."""
    into = _inverse(_transposed(_adapted(SRGB)))
    return _transposed(tuple(_times(into, colorant) for colorant in colorants))


def luminance(chromaticities: Chromaticities) -> tuple[float, ...]:
    """The share of each primary in the luminance of white, which is 1."""
    red, green, blue, white = ((x / y, 1.0, (1 - x - y) / y) for x, y in chromaticities)
    return _times(_inverse(_transposed((red, green, blue))), white)


def _adapted(chromaticities: Chromaticities) -> Matrix:
    """The XYZ of red, green and blue, adapted to D50 (Bradford, ICC.1:2022, annex E)."""
    red, green, blue, white = ((x / y, 1.0, (1 - x - y) / y) for x, y in chromaticities)
    amounts = _times(_inverse(_transposed((red, green, blue))), white)
    source, target = _times(_BRADFORD, white), _times(_BRADFORD, _D50)
    undo = _inverse(_BRADFORD)
    return tuple(
        _times(undo, tuple(c * t / s for c, t, s in zip(_times(_BRADFORD, colorant), target, source, strict=True)))
        for colorant in (
            tuple(amount * value for value in primary)
            for amount, primary in zip(amounts, (red, green, blue), strict=True)
        )
    )


def _times(matrix: Matrix, vector: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def _transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


def _inverse(m: Matrix) -> Matrix:
    """The inverse of a 3 by 3 matrix, by its cofactors. Raises ZeroDivisionError."""
    cofactors = tuple(
        tuple(
            m[(j + 1) % 3][(i + 1) % 3] * m[(j + 2) % 3][(i + 2) % 3]
            - m[(j + 1) % 3][(i + 2) % 3] * m[(j + 2) % 3][(i + 1) % 3]
            for j in range(3)
        )
        for i in range(3)
    )
    determinant = sum(m[0][i] * cofactors[i][0] for i in range(3))
    return tuple(tuple(value / determinant for value in row) for row in cofactors)


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + struct.pack(">4x3i", *(round(65536 * value) for value in values))
