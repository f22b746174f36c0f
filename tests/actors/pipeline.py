"""Calls the pipeline and expects a rejection."""

import pytest

from thumbs import formats, pipeline, sizes
from thumbs.errors import SENTENCES, Rejected, describe

WANTED = pipeline.Wanted(sizes.parse("small=160"), (formats.OUTPUTS["webp"],), quality=80, max_megapixels=50)
LIMITS = pipeline.Limits(cpu_seconds=10)


def refusal(original: bytes, limits: pipeline.Limits = LIMITS, wanted: pipeline.Wanted = WANTED) -> Rejected:
    with pytest.raises(Rejected) as caught:
        pipeline.run(original, wanted, limits)
    assert caught.value.reason in SENTENCES
    assert describe(caught.value.reason, **caught.value.facts)["message"]
    return caught.value
