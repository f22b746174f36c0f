"""Bits, most significant first, as in the headers of AV1 and HEVC."""


class Bits:
    """Reads bits from the beginning. Every method raises EOFError at the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def read(self, count: int) -> int:
        """The next bits as a number; 0 for no bits."""
        self._left -= count
        if self._left < 0:
            raise EOFError
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        return self.read(1) == 1

    def golomb(self) -> int:
        """An Exp-Golomb code: ue(v) of HEVC (H.265, 9.2), uvlc() of AV1 (4.10.3)."""
        zeros = 0
        while not self.flag():
            zeros += 1
        return (1 << zeros) - 1 + self.read(zeros)
