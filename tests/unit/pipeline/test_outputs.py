"""Several formats of each size."""

import pytest

from tests.actors.sandbox import LINUX
from tests.material import pictures
from thumbs import formats, pipeline, sizes
from thumbs.errors import Reason, Rejected


def test_several_formats_are_each_as_if_alone_the_first_one_first() -> None:
    """Nothing that one encoder needs, such as white instead of transparency, shows in another's file."""
    original, chosen = pictures.transparent_png(600, 400), sizes.parse("small=160,card=40x30")
    outputs = tuple(formats.OUTPUTS[name] for name in ("jpeg", "avif", "webp"))

    together = pipeline.run(original, pipeline.Wanted(chosen, outputs, 80, 50))

    alone = [pipeline.run(original, pipeline.Wanted(chosen, (output,), 80, 50)) for output in outputs]
    assert together.thumbnails == tuple(made for each in alone for made in each.thumbnails)
    assert [(made.output.name, made.size) for made in together.thumbnails] == [
        (name, size) for name in ("jpeg", "avif", "webp") for size in ("small", "card")
    ]
    assert {each.placeholder["thumbhash"] for each in (together, *alone)} == {together.placeholder["thumbhash"]}


@LINUX
@pytest.mark.parametrize(("output", "megabytes"), [("webp", 300), ("avif", 500)])
def test_an_encoder_without_memory_is_no_bug_that_a_retry_helps(output: str, megabytes: int) -> None:
    """libwebp calls it an error in encoding, libaom fails to encode colour planes."""
    largest, limits = sizes.parse("a=4096x4096:pad"), pipeline.Limits(memory=megabytes * 2**20)

    with pytest.raises(Rejected) as refused:
        pipeline.run(pictures.png(3, 2), pipeline.Wanted(largest, (formats.OUTPUTS[output],), 80, 50), limits)

    assert (refused.value.reason, refused.value.detail) == (Reason.TOO_COMPLEX, "out of memory")


def test_the_formats_of_a_setting_are_in_its_order() -> None:
    assert [output.name for output in formats.outputs("jpeg,avif")] == ["jpeg", "avif"]
    assert formats.outputs("") == ()


@pytest.mark.parametrize("text", [",", "avif,", "gif", "webp,webp", "webp, avif", "WEBP"])
def test_what_is_no_list_of_formats_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ThumbnailFormats: "):
        formats.outputs(text)
