"""Encodes an animated WebP frame by frame. Pillow's `save` would hold all frames in memory, so its encoder is called
directly."""

from PIL import Image, _webp

from thumbs import formats
from thumbs.pipeline import alpha, encode
from thumbs.pipeline.animation.writing import encoding
from thumbs.pipeline.readers import webp

_LONGEST = 2**24 - 2  # milliseconds: libwebp refuses 24 bits of ones
_NO_BACKGROUND = _NO_KEY_FRAMES = 0
_NO_PROFILE = _NO_EXIF = b""
_ALPHA_QUALITY = 100
_FLAGS, _HAS_ALPHA = 20, 0x10  # in VP8X, the first chunk (RFC 9649, 2.7)


class Encoder:
    """See writing.Encoder. Without key frames, which take a third more time and serve only to jump into the middle."""

    def __init__(self, size: tuple[int, int], quality: int, loop: int, alpha: bool, xmp: bytes):  # noqa: ARG002  of each frame
        self._options = encode.options(formats.OUTPUTS["webp"], quality)
        self._at, self._xmp = 0, xmp
        self._transparent = False
        settings = {"minimize_size": False, "allow_mixed": False, "verbose": False}
        with encoding():
            self._encoder = _webp.WebPAnimEncoder(
                size,
                _NO_BACKGROUND,
                loop,
                settings["minimize_size"],
                _NO_KEY_FRAMES,
                _NO_KEY_FRAMES,
                settings["allow_mixed"],
                settings["verbose"],
            )

    def add(self, image: Image.Image, duration: int) -> None:
        self._transparent = self._transparent or (image.mode == "RGBA" and not alpha.is_opaque(image))
        self._next((encode.filled(image) if image.mode == "RGBA" else image).getim())
        self._at += min(duration, _LONGEST)

    def finish(self) -> tuple[bytes, int]:
        self._next(None)
        with encoding():
            content: bytes = self._encoder.assemble(_NO_PROFILE, _NO_EXIF, self._xmp)
        if self._transparent and content[12:16] == b"VP8X":
            # libwebp declares alpha if a frame has some, but not if the canvas around a frame is empty.
            content = content[:_FLAGS] + bytes([content[_FLAGS] | _HAS_ALPHA]) + content[_FLAGS + 1 :]
        return content, max(1, sum(kind == b"ANMF" for kind, _, _ in webp.chunks(content)))

    def _next(self, picture: object) -> None:
        lossless = False
        with encoding():
            quality, method = float(self._options["quality"]), self._options["method"]
            self._encoder.add(picture, self._at, lossless, quality, _ALPHA_QUALITY, method)
