"""One file through the pipeline, and whether it caused a crash or a wrong result."""

from thumbs import formats, pipeline, sizes
from thumbs.errors import Rejected

# With the rights, whose parser reads more of a file than anything else.
WANTED = pipeline.Wanted(
    sizes.parse("small=32,card=24x24,tile=24x24:pad"),
    (formats.OUTPUTS["webp"],),
    quality=80,
    max_megapixels=4,
    copyright=True,
)
LIMITS = pipeline.Limits(memory=256 * 2**20, cpu_seconds=3)


def harm(original: bytes) -> str | None:
    """The fault, or None: a picture and a rejection are both right; crashes and stalls are faults.

    Raises everything else, because that is our bug.
    """
    try:
        pipeline.run(original, WANTED, LIMITS)
    except Rejected as refused:
        if "crashed:" in refused.detail or "stopped after" in refused.detail or "killed" in refused.detail:
            return refused.detail
    return None
