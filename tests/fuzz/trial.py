"""One file through the pipeline, and whether it came to harm."""

from thumbs import formats, pipeline, sizes
from thumbs.errors import Rejected

WANTED = pipeline.Wanted(sizes.parse("small=32,card=24x24"), formats.OUTPUTS["webp"], quality=80, max_megapixels=4)
LIMITS = pipeline.Limits(memory=256 * 2**20, cpu_seconds=3)


def harm(original: bytes) -> str | None:
    """What went wrong, or None: a picture and a rejection are both right; what crashes or stalls is worth knowing.

    Raises whatever is neither: a mistake of ours.
    """
    try:
        pipeline.run(original, WANTED, LIMITS)
    except Rejected as refused:
        if "crashed:" in refused.detail or "stopped after" in refused.detail or "killed" in refused.detail:
            return refused.detail
    return None
