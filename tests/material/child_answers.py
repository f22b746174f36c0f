"""An answer of a sandbox's child, in the form in which it arrives."""

import json
from typing import Any

from tests.material import pictures
from thumbs import formats, sizes
from thumbs.picture import Placeholder
from thumbs.pipeline import Limits, Wanted, identify
from thumbs.pipeline.sandbox.wire import Job

SMALL, CARD = pictures.webp(160, 120), pictures.webp(40, 30)
WANTED = Wanted(sizes.parse("small=160,card=40x30"), (formats.OUTPUTS["webp"],), 80, 50)
THUMBNAILS = [["small", 160, 120, len(SMALL)], ["card", 40, 30, len(CARD)]]
PLACEHOLDER: Placeholder = {"thumbhash": "HdgFFYRshpiQhmmnloiId2VevwFd", "color": "#6f898d"}


def job_for(original: bytes) -> Job:
    return Job(original, identify.identify(original), WANTED, Limits())


def header(original: object, metadata: list[str]) -> dict[str, Any]:
    """What it says of a still."""
    return {
        "original": original,
        "thumbnails": THUMBNAILS,
        "placeholder": PLACEHOLDER,
        "metadata": metadata,
        "kept": None,
        "animation": None,
        "frames": [1, 1],
    }


def framed(header: object, contents: bytes = b"") -> bytes:
    encoded = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(encoded).to_bytes(4, "big") + encoded + contents
