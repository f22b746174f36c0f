"""Encodes an AVIF sequence frame by frame. Pillow's `save` would hold all frames in memory, so its encoder is called
directly."""

from struct import pack_into

from PIL import Image, _avif

from thumbs import formats
from thumbs.pipeline import alpha, encode
from thumbs.pipeline.animation.writing import NeedsAlpha, encoding

_TIMES = 8  # bytes from a box's name to its times of creation and change, in version 1
# Bytes from a box's name to its duration, if that contains the repetitions.
_PLAYED = {b"mvhd": 28, b"tkhd": 32, b"mdhd": None}
_FLAGS = 7  # bytes from a box's name to the last of its flags
_FOR_EVER = 2**64 - 1
# Pillow's defaults: codec, range, tile rows and columns, premultiplied alpha, automatic tiling; no profile or EXIF;
# upright.
_AS_FOR_STILLS = "auto", "full", 0, 0, False, True, b"", b"", 1
_NO_OPTIONS = None


class Encoder:
    """See writing.Encoder."""

    def __init__(self, size: tuple[int, int], quality: int, loop: int, alpha: bool, xmp: bytes):
        self._frames, self._duration, self._loop = 0, 0, loop
        self._mode = "RGBA" if alpha else "RGB"
        told = encode.options(formats.OUTPUTS["avif"], quality)
        with encoding():
            self._encoder = _avif.AvifEncoder(
                size, "4:2:0", told["quality"], told["speed"], told["max_threads"], *_AS_FOR_STILLS, xmp, _NO_OPTIONS
            )

    def add(self, image: Image.Image, duration: int) -> None:
        if image.mode == "RGBA" and self._mode == "RGB" and not alpha.is_opaque(image):
            raise NeedsAlpha
        image = image.convert(self._mode)
        pixels = (encode.filled(image) if self._mode == "RGBA" else image).tobytes()
        alone = False
        with encoding():
            self._encoder.add(pixels, duration, image.size, self._mode, alone)
        self._frames += 1
        self._duration += duration

    def finish(self) -> tuple[bytes, int]:
        with encoding():
            content = bytearray(self._encoder.finish())
        if self._frames > 1:
            _describe(content, self._duration, self._loop)
        return bytes(content), self._frames


def _describe(content: bytearray, duration: int, loop: int) -> None:
    """Writes how often to play a sequence (as avifEncoder.repetitionCount does in libavif), which Pillow has no option
    for, and removes the time of the encoding, so that the same picture gives the same file."""
    name = content.index(b"moov")
    end = name - 4 + int.from_bytes(content[name - 4 : name], "big")
    for box, played in _PLAYED.items():
        for at in _places(content, box, name, end):
            pack_into(">QQ", content, at + _TIMES, 0, 0)
            if played:
                pack_into(">Q", content, at + played, duration * loop or _FOR_EVER)
    for at in _places(content, b"elst", name, end):
        content[at + _FLAGS] = loop != 1  # repeat


def _places(content: bytearray, name: bytes, start: int, end: int) -> list[int]:
    found = []
    while (start := content.find(name, start, end)) >= 0:
        found.append(start)
        start += 4
    return found
