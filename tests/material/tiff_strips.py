"""TIFFs whose strips an encoder of the tests compresses with LZW, and what libtiff and our decoder make of a strip."""

import random
import struct
from collections.abc import Iterable, Sequence
from itertools import accumulate

from PIL import Image

from tests.material import tiffs
from thumbs.pipeline.readers import tiff_libtiff, tiff_lzw

CLEAR, END, FIRST_FREE = 256, 257, 258
MOST = 4094  # entries at which encoders empty the table
COMPILED = "it is not compiled: make .venv/native.stamp"
MODES = {1: "L", 3: "RGB"}  # by the samples of a pixel


class Codes:
    """Codes, of as many bits as the decoder's table needs (TIFF 6.0, section 13)."""

    def __init__(self, codes: Iterable[int] = ()) -> None:
        self.next = FIRST_FREE  # entry of the decoder's table
        self.is_empty = True  # no string came since
        self._bytes, self._number, self._bits = bytearray(), 0, 0  # the last ones do not fill a byte
        for code in codes:
            self.put(code)

    def put(self, code: int) -> None:
        width = next((width for width in (9, 10, 11) if self.next < 2**width - 1), 12)
        number, bits = self._number << width | code, self._bits + width
        rest = bits % 8
        self._bytes += (number >> rest).to_bytes(bits // 8, "big")
        self._number, self._bits = number & (2**rest - 1), rest
        if code == CLEAR:
            self.next, self.is_empty = FIRST_FREE, True
        else:
            self.next += not self.is_empty
            self.is_empty = False

    def written(self) -> bytes:
        return bytes(self._bytes) + bytes([self._number << 8 - self._bits] if self._bits else [])


def compressed(data: bytes, most: int = MOST) -> bytes:
    """most: entries of the table. Encoders may empty it earlier, and decoders know no code beyond 4095."""
    codes = Codes([CLEAR])
    table: dict[bytes, int] = {}
    string = b""
    for byte in data:
        longer = string + bytes([byte])
        if not string or longer in table:
            string = longer
            continue
        codes.put(table.get(string, string[0]))
        string = bytes([byte])
        if FIRST_FREE + len(table) < most:
            table[longer] = FIRST_FREE + len(table)
        elif most <= MOST:
            codes.put(CLEAR)
            table = {}
    if string:
        codes.put(table.get(string, string[0]))
    codes.put(END)
    return codes.written()


def any_codes(chance: random.Random, number: int) -> bytes:
    """That many valid codes, in orders that no encoder writes as well."""
    codes = Codes([CLEAR])
    of_bytes, of_the_next, of_the_last = (
        chance.choice(choice) for choice in ((0.02, 0.3, 0.9), (0, 0.01, 0.5), (0, 0.5))
    )
    for _ in range(number):
        kind = chance.random()
        if codes.is_empty or kind < of_bytes or (codes.next == FIRST_FREE and kind >= of_the_next):
            codes.put(chance.randrange(256))
        elif codes.next > MOST or chance.random() < 0.0005:
            codes.put(CLEAR)
        elif chance.random() < of_the_next:
            codes.put(codes.next)
        else:
            first = codes.next - 9 if chance.random() < of_the_last else FIRST_FREE
            codes.put(chance.randint(max(FIRST_FREE, first), codes.next - 1) if codes.next > FIRST_FREE else 0)
    return codes.written()


def tiff(
    size: tuple[int, int],
    strips: Sequence[bytes],
    samples: int,
    rows: int,
    *,
    predictor: int = 1,
    order: str = "<",
    big: bool = False,
    tags: dict[int, tuple[int, ...] | bytes] | None = None,
) -> bytes:
    """strips: compressed. samples: 1 (gray) or 3. rows: of a strip. tags: others; an empty one is left out."""
    ends = accumulate(map(len, strips), initial=16 if big else 8)
    values: dict[int, tuple[int, ...] | bytes] = {
        256: size[:1],
        257: size[1:],
        258: (8,) * samples,
        259: (tiffs.LZW,),
        262: (2 if samples == 3 else 1,),
        273: (*ends,)[:-1],
        277: (samples,),
        278: (rows,),
        279: tuple(map(len, strips)),
        284: (1,),
        317: (predictor,),
        **(tags or {}),
    }
    return tiffs.written(b"".join(strips), {tag: those for tag, those in values.items() if those}, order, big)


def by_libtiff(data: bytes, size: tuple[int, int], samples: int = 1, predictor: int = 1) -> bytes | None:
    """The bytes of a strip of this width and height, or None if libtiff rejects it."""
    file = tiff(size, [data], samples, size[1], predictor=predictor)
    picture = Image.new(MODES[samples], size)
    try:
        tiff_libtiff.decode(file, int.from_bytes(file[4:8], "little"), picture.mode, picture)
    except OSError:
        return None
    return picture.tobytes()


def layout(row: int, length: int, differences: int, *places: tuple[int, int]) -> bytes:
    return struct.pack("=Q2I", row, length, differences) + b"".join(struct.pack("=2Q", *place) for place in places)


def by_us(data: bytes, size: tuple[int, int], samples: int = 1, predictor: int = 1) -> bytes | None:
    """The same as `by_libtiff`; None if it is refused."""
    assert tiff_lzw._decode, COMPILED
    pixels = bytearray(size[0] * size[1] * samples)
    given = layout(size[0] * samples, size[1], samples if predictor == 2 else 0, (3, len(data)))
    return bytes(pixels) if tiff_lzw._decode(memoryview(pixels), b"ABC" + data + b"DEF", given) else None
