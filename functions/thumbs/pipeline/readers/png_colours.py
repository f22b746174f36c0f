"""The colours that a PNG declares (PNG 3, 4.3 and 11.3.2)."""

import struct
from collections.abc import Mapping
from zlib import decompressobj

from thumbs.pipeline import colour, icc
from thumbs.pipeline.readers import deep

# The chunks that declare them.
CHUNKS = {b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"}
# Maximum bytes of an uncompressed colour profile. The largest in use, for printing presses, have 2 to 4 MB.
_MAX_PROFILE = 8 * 2**20
_SRGB_GAMMA = 2.2
_RGB_MATRIX = 0  # the only one for a PNG (11.3.2.6)


def named(chunks: Mapping[bytes, bytes]) -> colour.Profile | None:
    """In the precedence of the specification: cICP, iCCP, sRGB, gAMA and cHRM. Invalid ones are ignored."""
    cicp = _cicp(chunks)
    return colour.named(*cicp) if cicp else _embedded(chunks)


def _embedded(chunks: Mapping[bytes, bytes]) -> bytes | None:
    profile = _profile(chunks.get(b"iCCP", b""))
    return profile if profile or b"sRGB" in chunks else _measured(chunks)


def deep_ones(chunks: Mapping[bytes, bytes], channels: int) -> deep.Deep | None:
    """The colours of 16 bits, if they need more than 8. channels: 1 for gray."""
    cicp = _cicp(chunks)
    return deep.of_cicp(*cicp, channels) if cicp else deep.of_profile(_embedded(chunks), channels)


def _cicp(chunks: Mapping[bytes, bytes]) -> tuple[int, int] | None:
    content = chunks.get(b"cICP", b"")
    if len(content) != 4 or content[2] != _RGB_MATRIX or not colour.is_known(content[0], content[1]):
        return None
    return content[0], content[1]


def _profile(chunk: bytes) -> bytes | None:
    """name, 0, method 0, and the compressed profile; None if it is broken or a bomb."""
    _, _, rest = chunk.partition(b"\0")
    unpack = decompressobj()
    try:
        profile = unpack.decompress(rest[1:], _MAX_PROFILE)
    except Exception:  # zlib.error: a broken profile is no reason to reject a good picture
        return None
    return profile if unpack.eof else None


def _measured(chunks: Mapping[bytes, bytes]) -> bytes | None:
    """The profile of gAMA and cHRM, either of which may occur alone; none if both equal sRGB's except for
    rounding."""
    curve: icc.Curve = icc.srgb
    chromaticities = icc.SRGB
    gamma = int.from_bytes(chunks.get(b"gAMA", b""), "big")
    exponent = 100_000 / gamma if gamma else _SRGB_GAMMA
    if abs(exponent - _SRGB_GAMMA) >= 0.1:
        if not 0.2 < exponent < 10:
            return None
        curve = icc.gamma(exponent)
    if len(chunks.get(b"cHRM", b"")) == 32:
        x = [value / 100_000 for value in struct.unpack(">8I", chunks[b"cHRM"])]
        chromaticities = (x[2], x[3]), (x[4], x[5]), (x[6], x[7]), (x[0], x[1])
    usual = all(
        abs(a - b) < 0.01
        for ours, theirs in zip(icc.SRGB, chromaticities, strict=True)
        for a, b in zip(ours, theirs, strict=True)
    )
    if usual and curve is icc.srgb:
        return None
    try:
        return icc.profile(chromaticities, curve)
    except (ZeroDivisionError, struct.error):  # impossible chromaticities
        return None
