"""What is refused before a pixel moves."""

from dataclasses import asdict

from thumbs import manifest
from thumbs.errors import Reason, Rejected
from thumbs.pipeline.contract import Limits


def check(bytes_per_pixel: float, original: manifest.Original, max_megapixels: int, limits: Limits) -> None:
    """Raises Rejected (too_many_pixels): more than the setting allows, or than memory for this picture's decoder.

    Does nothing else, and above all does not depend on what a decoder makes of the size: a JPEG drafted to an eighth
    still costs its full size in time.
    """
    most = max_megapixels * 1_000_000
    if bytes_per_pixel:
        most = min(most, int(limits.memory / bytes_per_pixel))
    pixels = original.width * original.height
    if pixels > most:
        raise Rejected(
            Reason.TOO_MANY_PIXELS,
            f"{original.width}x{original.height} is more than {most} pixels",
            original=asdict(original),
            limit=max(1, most // 1_000_000),
        )
