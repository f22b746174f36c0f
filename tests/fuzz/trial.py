"""One file through the pipeline, and whether it caused a crash or a wrong result."""

import hashlib

from thumbs import formats, pipeline, sizes
from thumbs.errors import Rejected

SIZES = sizes.parse("small=32,card=24x24,tile=24x24:pad,blue=9x30:pad:2040c0,more=40x30:crop:enlarge")
LIMITS = pipeline.Limits(memory=256 * 2**20, cpu_seconds=3)
# What operators and callers may choose. WebP is in each, because it moves.
FORMATS = ("webp",), ("avif", "webp"), ("webp", "jpeg")
FOCUSES = None, (0.0, 1.0), (0.37, 0.0), (0.5, 0.9999)


def wanted(original: bytes) -> pipeline.Wanted:
    """With the rights, whose parser reads more of a file than anything else, and with every frame. Formats and focus
    follow from the file, so that it always gets the same ones."""
    digest = hashlib.sha256(original).digest()
    outputs = tuple(formats.OUTPUTS[name] for name in FORMATS[digest[0] % len(FORMATS)])
    focus = FOCUSES[digest[1] % len(FOCUSES)]
    return pipeline.Wanted(SIZES, outputs, quality=80, max_megapixels=4, copyright=True, animated=True, focus=focus)


def harm(original: bytes) -> str | None:
    """The fault, or None: a picture and a rejection are both right; crashes and stalls are faults.

    Raises everything else, because that is our bug.
    """
    try:
        detail = pipeline.run(original, wanted(original), LIMITS).given_up or ""
    except Rejected as refused:
        detail = refused.detail
    return detail if any(word in detail for word in ("crashed:", "stopped after", "killed")) else None
