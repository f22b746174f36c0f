"""Signals of PQ and HLG, implemented independently from BT.2100-2, and profiles that name them."""

import struct
from math import exp, log

from tests.material.deep import Light

BT2020 = ((0.6274, 0.3293, 0.0433), (0.0691, 0.9195, 0.0114), (0.0164, 0.0880, 0.8956))  # from BT.709 (BT.2087)
PQ, HLG = 16, 18


def pq(nits: float) -> float:
    power = (nits / 10000) ** 0.1593017578125
    return float(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hlg(*nits: float) -> tuple[float, ...]:
    """The signals of one colour on a display of 1,000 cd/m²."""
    luminance = sum(a * b for a, b in zip((0.2627, 0.6780, 0.0593), nits, strict=True))
    scene = [value / 1000 * (luminance / 1000) ** (1 / 1.2 - 1) if luminance else 0.0 for value in nits]
    return tuple(
        (3 * value) ** 0.5 if value <= 1 / 12 else 0.17883277 * log(12 * value - 0.28466892) + 0.55991073
        for value in scene
    )


def pq_light(signal: Light) -> Light:
    """The inverse of `pq` for three channels, in units of white."""
    roots = [value ** (1 / 78.84375) for value in signal]
    lights = [(max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125) for root in roots]
    return lights[0] * 10000 / 203, lights[1] * 10000 / 203, lights[2] * 10000 / 203


def hlg_light(signal: Light) -> Light:
    """The inverse of `hlg`, in units of white."""
    scene = [
        value**2 / 3 if value <= 0.5 else (exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12 for value in signal
    ]
    factor = sum(a * b for a, b in zip((0.2627, 0.6780, 0.0593), scene, strict=True)) ** 0.2 * 1000 / 203
    return scene[0] * factor, scene[1] * factor, scene[2] * factor


def signals(transfer: int, colour: Light) -> tuple[float, ...]:
    """The luminance of a colour in BT.709's primaries, in units of white."""
    wide = [203 * sum(a * b for a, b in zip(row, colour, strict=True)) for row in BT2020]
    return tuple(map(pq, wide)) if transfer == PQ else hlg(*wide)


def naming(profile: bytes, primaries: int, transfer: int) -> bytes:
    """The profile with one more tag, cicp, whose content is at its end."""
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = profile[132 : 132 + 12 * count]
    moved = b"".join(
        struct.pack(">4sII", name, start + 12, length) for name, start, length in struct.iter_unpack(">4sII", entries)
    )
    last = struct.pack(">4sII", b"cicp", len(profile) + 12, 12)
    head = profile[:128] + struct.pack(">I", count + 1) + moved + last
    made = head + profile[132 + 12 * count :] + b"cicp" + bytes((0, 0, 0, 0, primaries, transfer, 0, 1))
    return struct.pack(">I", len(made)) + made[4:]
