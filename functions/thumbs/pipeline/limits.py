"""What is refused before a pixel moves."""

from thumbs.errors import Reason, Rejected
from thumbs.picture import Original
from thumbs.pipeline.contract import Limits


def check(
    bytes_per_pixel: float, original: Original, coded: tuple[int, int], max_megapixels: int, limits: Limits
) -> None:
    """Raises Rejected (too_many_pixels): more than the setting allows, or than memory for this picture's decoder.

    coded: width and height of what has to be decoded, which may be more than what is seen. Does nothing else, and above
    all does not depend on what a decoder makes of the size: a JPEG drafted to an eighth still costs its full size in
    time.
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
