"""A JPEG of chosen coefficients, which no encoder of pictures would choose."""

from collections.abc import Iterator, Sequence
from random import Random

from tests.material.pictures import segment

_DIFFERENCES = range(12)  # the bits of a first coefficient's difference
_ENDS = range(0x00, 0xF0, 0x10)  # all end a block, though encoders write only the first one
_SIXTEEN_ZEROS = 0xF0
_RUNS = [*(zeros << 4 | bits for zeros in range(16) for bits in range(1, 12)), *_ENDS, _SIXTEEN_ZEROS]
_COMPONENTS = 0, 0, 0, 0, 1, 2  # of the blocks in an MCU of 16 x 16 pixels


Codes = dict[int, str]  # of symbols, as binary digits, in the order of their table


def jpeg(units: Sequence[Sequence[Sequence[int]]], quantization: Sequence[int], chance: Random | None = None) -> bytes:
    """4:2:0, one MCU high. units: MCUs of six blocks of 64 quantized coefficients, in zigzag order. quantization: for
    all components, in the same order. chance: chooses the codes; without it, they have four or eight bits."""
    first, further = (_table(symbols, chance) for symbols in (_DIFFERENCES, _RUNS))
    codes: list[str] = []
    before = [0, 0, 0]
    for unit in units:
        for component, block in zip(_COMPONENTS, unit, strict=True):
            difference, before[component] = block[0] - before[component], block[0]
            size, digits = _value(difference)
            codes += first[size], digits
            codes += _further(block[1:], further, chance.choice(_ENDS) if chance else _ENDS[0])
    bits = "".join(codes)
    bits += "1" * (-len(bits) % 8)
    width = (16 * len(units)).to_bytes(2, "big")
    return b"".join(
        (
            b"\xff\xd8",
            segment(0xDB, bytes([0, *quantization])),
            segment(0xC0, b"\x08\0\x10" + width + b"\3\1\x22\0\2\x11\0\3\x11\0"),
            segment(0xC4, bytes([0x00, *_counts(first), *first])),
            segment(0xC4, bytes([0x10, *_counts(further), *further])),
            segment(0xDA, b"\3\1\0\2\0\3\0\0\x3f\0"),
            int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0"),
            b"\xff\xd9",
        )
    )


def _table(symbols: Sequence[int], chance: Random | None) -> Codes:
    """Annex C of T.81, where no code consists of ones alone. chance: the order, and lengths from 1 to 16."""
    lengths = [len(symbols).bit_length()] * len(symbols)
    if chance:
        symbols = chance.sample(symbols, len(symbols))
        lengths, skew = [0], chance.choice((0.2, 0.5, 1))
        while len(lengths) <= len(symbols):  # one leaf of this tree is left over, at the end
            splitting = [at for at, length in enumerate(lengths) if length < 16]
            at = splitting[int(len(splitting) * chance.random() ** skew)]
            lengths += [lengths.pop(at) + 1] * 2
        lengths.sort()
    codes, code = Codes(), 0
    for symbol, length, following in zip(symbols, lengths, [*lengths[1:], lengths[-1]], strict=False):
        codes[symbol] = f"{code:0{length}b}"
        code = code + 1 << following - length
    return codes


def _counts(codes: Codes) -> list[int]:
    """Of codes by length (T.81, B.2.4.2)."""
    lengths = [*map(len, codes.values())]
    return [lengths.count(bits) for bits in range(1, 17)]


def _further(coefficients: Sequence[int], codes: Codes, end: int) -> Iterator[str]:
    zeros = 0
    for coefficient in coefficients:
        if not coefficient:
            zeros += 1
            continue
        yield codes[_SIXTEEN_ZEROS] * (zeros // 16)
        size, bits = _value(coefficient)
        yield codes[zeros % 16 << 4 | size] + bits
        zeros = 0
    if zeros:
        yield codes[end]


def _value(number: int) -> tuple[int, str]:
    """The size of a number and its bits (T.81, F.1.2.1)."""
    size = abs(number).bit_length()
    return size, f"{number if number > 0 else number + (1 << size) - 1:0{size}b}" if size else ""
