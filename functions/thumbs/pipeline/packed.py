"""Pictures as packed bytes, row by row without gaps, which pic-scale reads and decoders of ours write."""

from io import BytesIO
from typing import Protocol

from PIL import Image

_BYTES = {"L": 1, "LA": 2, "I;16": 2, "RGB": 3, "RGBA": 4}  # of a pixel


class Pixels(Protocol):
    """The attributes of a picture that pic-scale reads."""

    @property
    def mode(self) -> str: ...
    @property
    def size(self) -> tuple[int, int]: ...
    def tobytes(self) -> bytes: ...


class Packed:
    """A picture as pic-scale reads it. raw: how Pillow names the form of its bytes, if it is not that of its mode.
    last: frees the picture once its bytes are copied, which pic-scale does first."""

    def __init__(self, image: Image.Image, raw: str = "", *, last: bool = False) -> None:
        self._image, self._last = image, last
        self._raw = raw or image.mode
        self.mode, self.size = image.mode, image.size

    def tobytes(self) -> bytes:
        content = _packed(self._image, self._raw, _BYTES[self.mode])
        if self._last:
            self._image.close()
        return content


def _packed(image: Image.Image, raw: str, bytes_per_pixel: int) -> bytes:
    """Returns in one piece what Image.tobytes joins from pieces of 64 KiB."""
    encoder = Image._getencoder(image.mode, "raw", (raw, 0, 1))
    encoder.setimage(image.im, (0, 0, *image.size))
    pixels: bytes = encoder.encode(bytes_per_pixel * image.width * image.height)[2]
    return pixels


class Bytes:
    """A picture of which only the bytes are kept. They are written from top to bottom, or all at once by a decoder."""

    def __init__(self, mode: str, size: tuple[int, int]) -> None:
        self.mode, self.size = mode, size
        self._row = _BYTES[mode] * size[0]
        self._bytes = BytesIO(bytes(self._row * size[1]))  # whose value, unlike a bytearray's, is no copy

    def write(self, image: Image.Image, top: int) -> None:
        """image: with the same channels, and maybe a fourth one, which is left out if this picture has three."""
        raw = self.mode if image.mode == "RGBA" else image.mode
        self._bytes.seek(self._row * top)
        self._bytes.write(_packed(image, raw, _BYTES[self.mode]))

    def writable(self) -> memoryview:
        """To be released before anything else is called."""
        return self._bytes.getbuffer()

    def read(self, start: int, stop: int) -> Image.Image:
        """See `rows.Rows`."""
        with self._bytes.getbuffer() as content, content[self._row * start : self._row * stop] as part:
            return Image.frombytes(self.mode, (self.size[0], stop - start), part)

    def tobytes(self) -> bytes:
        """Gives the bytes away, so that they are freed as early as possible: nothing is left for a second call."""
        content, self._bytes = self._bytes.getvalue(), BytesIO()
        return content
