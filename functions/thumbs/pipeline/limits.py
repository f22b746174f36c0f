"""Rejects pictures that are too large before any pixel is decoded, and tells whether memory ran out afterwards."""

from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap

from thumbs.errors import Reason, Rejected
from thumbs.picture import Original
from thumbs.pipeline.contract import Limits


def check(
    bytes_per_pixel: float, original: Original, coded: tuple[int, int], max_megapixels: int, limits: Limits
) -> None:
    """Raises Rejected (too_many_pixels) if the setting allows fewer pixels, or memory for this picture's decoder does.

    coded: width and height to decode, which may be more than the visible size. Does not depend on the size at which
    a decoder decodes: a JPEG drafted to an eighth still costs the time of its full size.
    """
    most = max_megapixels * 1_000_000
    if bytes_per_pixel:
        most = min(most, int(limits.memory / bytes_per_pixel))
    pixels = coded[0] * coded[1]
    if pixels > most:
        raise Rejected(
            Reason.TOO_MANY_PIXELS,
            f"{coded[0]}x{coded[1]} is more than {most} pixels",
            original=original,
            limit=max(1, most // 1_000_000),
        )


def is_short_of(memory: int) -> bool:
    """Whether that many bytes are too many: codecs report missing memory as they report broken files, or crash. Asks
    the kernel for addresses alone, which takes some microseconds whatever the number."""
    try:
        mmap(-1, memory, MAP_PRIVATE | MAP_ANONYMOUS).close()
    except OSError:
        return True
    return False
