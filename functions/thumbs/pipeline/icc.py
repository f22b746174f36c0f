"""ICC profiles for pictures that name their colour space instead of carrying a profile: AVIF, HEIC and PNG may.

The names are those of ITU-T H.273 (CICP): colour primaries and transfer characteristics by number. A profile is made of
them, rather than pixels converted by code of ours, so that there is one way to sRGB for everything.
"""

import struct
from collections.abc import Callable
from functools import cache

XY = tuple[float, float]
Matrix = tuple[tuple[float, ...], ...]

# x and y of red, green, blue and white (H.273, table 2).
_D65, _DCI_WHITE = (0.3127, 0.3290), (0.314, 0.351)
SRGB = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65)
_PRIMARIES: dict[int, tuple[XY, XY, XY, XY]] = {
    1: SRGB,
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060), _D65),  # BT.601, 625 lines
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),  # BT.601, 525 lines
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),  # BT.2020
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI_WHITE),  # DCI-P3
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),  # Display P3
}
_PQ, _HLG = 16, 18
# Diffuse white of an HDR picture in cd/m² (ITU-R BT.2408): what is shown as white; brighter highlights are clipped.
_WHITE_NITS = 203.0
_HLG_WHITE = 0.75  # the same white as a signal of HLG

_D50 = (0.9642, 1.0, 0.8249)  # of the profile connection space (ICC.1:2022, 7.2.16)
_BRADFORD: Matrix = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_CURVE_POINTS = 1024


@cache
def of_cicp(primaries: int, transfer: int) -> bytes | None:
    """The profile of that colour space, or None when it is sRGB, unspecified or unknown.

    The transfer functions of BT.601 and BT.709 count as sRGB's, as in browsers: pictures are looked at, not filmed.
    """
    curve = _curve(transfer)
    if primaries not in _PRIMARIES or (primaries == 1 and curve is None):
        return None
    return profile(_PRIMARIES[primaries], curve or _srgb)


def profile(chromaticities: tuple[XY, XY, XY, XY], curve: Callable[[float], float]) -> bytes:
    """chromaticities: of red, green, blue and white. curve: from a signal to light, both 0 to 1."""
    points = (round(65535 * min(1.0, max(0.0, curve(i / (_CURVE_POINTS - 1))))) for i in range(_CURVE_POINTS))
    table = b"curv" + struct.pack(f">4xI{_CURVE_POINTS}H", _CURVE_POINTS, *points)
    colorants = _adapted(chromaticities)
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


def gamma(exponent: float) -> Callable[[float], float]:
    return lambda signal: signal**exponent


def _curve(transfer: int) -> Callable[[float], float] | None:
    """None for sRGB's."""
    curves: dict[int, Callable[[float], float]] = {4: gamma(2.2), 5: gamma(2.8), 8: gamma(1.0), _PQ: _pq, _HLG: _hlg}
    return curves.get(transfer)


def _srgb(signal: float) -> float:
    return signal / 12.92 if signal <= 0.04045 else ((signal + 0.055) / 1.055) ** 2.4


def _pq(signal: float) -> float:
    """SMPTE ST 2084."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = signal ** (1 / m2)
    nits = 10000 * (max(root - c1, 0.0) / (c2 - c3 * root)) ** (1 / m1)
    return float(nits / _WHITE_NITS)


def _hlg(signal: float) -> float:
    """ITU-R BT.2100, with the system gamma of 1.2 applied to each channel."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073

    def light(value: float) -> float:
        scene = value**2 / 3 if value <= 0.5 else (2.718281828459045 ** ((value - c) / a) + b) / 12
        return float(scene**1.2)

    return light(signal) / light(_HLG_WHITE)


def _adapted(chromaticities: tuple[XY, XY, XY, XY]) -> Matrix:
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
    """Of a 3 by 3 matrix, by its cofactors. Raises ZeroDivisionError."""
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
