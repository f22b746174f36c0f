"""One file through the pipeline, and whether it caused a crash or a wrong result."""

from thumbs import formats, pipeline, sizes
from thumbs.errors import Rejected

# With the rights, whose parser reads more of a file than anything else, and with every frame.
WANTED = pipeline.Wanted(
    sizes.parse("small=32,card=24x24,tile=24x24:pad"),
    (formats.OUTPUTS["webp"],),
    quality=80,
    max_megapixels=4,
    copyright=True,
    animated=True,
)
LIMITS = pipeline.Limits(memory=256 * 2**20, cpu_seconds=3)


def harm(original: bytes) -> str | None:
    """The fault, or None: a picture and a rejection are both right; crashes and stalls are faults.

    Raises everything else, because that is our bug.
    """
    try:
        detail = pipeline.run(original, WANTED, LIMITS).given_up or ""
    except Rejected as refused:
        detail = refused.detail
    return detail if any(word in detail for word in ("crashed:", "stopped after", "killed")) else None
