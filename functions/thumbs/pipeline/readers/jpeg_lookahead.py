"""What a JPEG decoder may look at after the last code: bits with which no block of coefficients can end.

libjpeg-turbo fills its bit buffer to 57 bits (MIN_GET_BITS in jdhuff.h) when fewer than 8 are left, at least one of
which belongs to the data. It gets exactly seven bytes, so that it decodes complete data, and asks for more if data is
missing, unless the missing data could be read from these very bytes. A block ends with the code for "nothing but zeros
follows" (EOB), so the bytes are chosen from the table of codes: wherever in them a code begins, it is not EOB.
"""

from collections.abc import Iterator
from functools import lru_cache

_BYTES = 7
_LENGTHS = 16  # bits of the longest code (T.81, B.2.4.2)
# All ones are no code in any table (T.81, annex C); they are read as EOB, but take 17 bits.
_ONES = b"\xff\x00" * _BYTES
_USUAL = 0x00, 0x55  # for the two tables of T.81, annex K
_LONG_RUN = 15  # without a value: sixteen zeros, after which the block continues


@lru_cache(maxsize=64)
def lookahead(table: bytes) -> bytes:
    """table: the code counts by length, 16 bytes, and the symbols, of the AC coefficients of the last component; empty
    if the scan has none."""
    if not table:
        return _ONES
    codes = dict(_codes(table))
    if codes.get((1, 0)) == 0:  # a zero bit is EOB, and no code is without a zero
        return _ONES
    return next((bytes([value]) * _BYTES for value in (*_USUAL, *range(0xFF)) if _never_ends(value, codes)), _ONES)


def _codes(table: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    """Length, code and symbol of each code (T.81, annex C)."""
    code, at = 0, _LENGTHS
    for length in range(1, _LENGTHS + 1):
        for symbol in table[at : at + table[length - 1]]:
            yield (length, code), symbol
            code += 1
        at += table[length - 1]
        code <<= 1


def _never_ends(value: int, codes: dict[tuple[int, int], int]) -> bool:
    """Whether no code that begins at any bit of the repeated byte ends a block."""
    bits = value << 16 | value << 8 | value
    for start in range(8):
        symbol = next(
            (
                codes[length, code]
                for length in range(1, _LENGTHS + 1)
                if (length, code := bits >> (24 - start - length) & (1 << length) - 1) in codes
            ),
            0,
        )
        if symbol & 15 == 0 and symbol >> 4 != _LONG_RUN:
            return False
    return True
