"""A JPEG of chosen coefficients, which no encoder of pictures would choose."""

from collections.abc import Iterator, Sequence

from tests.material.pictures import segment

_DIFFERENCES = range(12)  # the bits of a first coefficient's difference: each of these symbols has a code of four bits
_RUNS = [*(zeros << 4 | bits for zeros in range(16) for bits in range(1, 12)), 0x00, 0xF0]  # in codes of eight bits
_END, _SIXTEEN_ZEROS = 0x00, 0xF0
_COMPONENTS = 0, 0, 0, 0, 1, 2  # of the blocks in an MCU of 16 x 16 pixels


def jpeg(units: Sequence[Sequence[Sequence[int]]], quantization: Sequence[int]) -> bytes:
    """4:2:0, one MCU high. units: MCUs of six blocks of 64 quantized coefficients, in zigzag order. quantization: for
    all components, in the same order."""
    codes: list[str] = []
    before = [0, 0, 0]
    for unit in units:
        for component, block in zip(_COMPONENTS, unit, strict=True):
            codes += _codes(block[0] - before[component], block[1:])
            before[component] = block[0]
    bits = "".join(codes)
    bits += "1" * (-len(bits) % 8)
    width = (16 * len(units)).to_bytes(2, "big")
    return b"".join(
        (
            b"\xff\xd8",
            segment(0xDB, bytes([0, *quantization])),
            segment(0xC0, b"\x08\0\x10" + width + b"\3\1\x22\0\2\x11\0\3\x11\0"),
            segment(0xC4, bytes([0x00, *_counts(4, len(_DIFFERENCES)), *_DIFFERENCES])),
            segment(0xC4, bytes([0x10, *_counts(8, len(_RUNS)), *_RUNS])),
            segment(0xDA, b"\3\1\0\2\0\3\0\0\x3f\0"),
            int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0"),
            b"\xff\xd9",
        )
    )


def _counts(length: int, count: int) -> list[int]:
    """Of codes by length (T.81, B.2.4.2)."""
    return [count if bits == length else 0 for bits in range(1, 17)]


def _codes(difference: int, others: Sequence[int]) -> Iterator[str]:
    size, bits = _value(difference)
    yield f"{size:04b}{bits}"
    zeros = 0
    for coefficient in others:
        if not coefficient:
            zeros += 1
            continue
        yield f"{_RUNS.index(_SIXTEEN_ZEROS):08b}" * (zeros // 16)
        size, bits = _value(coefficient)
        yield f"{_RUNS.index(zeros % 16 << 4 | size):08b}{bits}"
        zeros = 0
    if zeros:
        yield f"{_RUNS.index(_END):08b}"


def _value(number: int) -> tuple[int, str]:
    """The size of a number and its bits (T.81, F.1.2.1)."""
    size = abs(number).bit_length()
    return size, f"{number if number > 0 else number + (1 << size) - 1:0{size}b}" if size else ""
