"""The frames of a WebP: libwebp draws its canvas."""

from collections.abc import Iterator
from struct import unpack_from

from PIL import Image, _webp

from thumbs.errors import Reason, Rejected
from thumbs.pipeline.animation.frames import Animation, Frame, duration
from thumbs.pipeline.readers import webp


def animation(original: bytes, size: tuple[int, int], most: int) -> Animation:
    """Counts the frames by their headers. most: stops after more frames than this."""
    frames = 0
    loop: int | None = None
    for kind, start, _ in webp.chunks(original):
        if kind == b"ANMF":
            frames += 1
            if frames > most:
                break
        elif kind == b"ANIM" and loop is None and start + 6 <= len(original):  # of several, the first counts
            (loop,) = unpack_from("<H", original, start + 4)

    def play() -> Iterator[Frame]:
        decoder = _webp.WebPAnimDecoder(original)
        canvas, *_ = decoder.get_info()
        if canvas != size:
            raise Rejected(Reason.DAMAGED, f"a canvas of {canvas}")
        before = 0
        for _ in range(frames):
            pixels, until = decoder.get_next()
            yield Frame(Image.frombytes("RGBA", size, pixels), duration(until - before))
            before = until

    area = size[0] * size[1]
    return Animation(frames, 1 if loop is None else loop, area * frames, area, play)
