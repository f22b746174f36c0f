"""A child process that dies while it animates costs the motion, not the thumbnails."""

import signal

import pytest

from tests.actors.deaths import Deaths
from tests.actors.sandbox import LINUX
from tests.material import animations
from tests.material.animations import Part, flat
from thumbs import formats, pipeline, sizes
from thumbs.picture import Stillness
from thumbs.pipeline.sandbox.answer import SandboxError

pytestmark = LINUX

ORIGINAL = animations.gif((300, 300), [Part(flat((300, 300), (10 * n, 0, 0, 255)), delay=50) for n in range(10)])
DECODES, RESIZES, ENCODES = ("ImagingDecoder.decode", 10), ("resize", 5), ("WebPAnimEncoder.add", 3)


def run(*, animated: bool, output: str = "webp") -> pipeline.Conversion:
    wanted = pipeline.Wanted(sizes.parse("a=300,b=80"), (formats.OUTPUTS[output],), 80, 50, animated=animated)
    return pipeline.run(ORIGINAL, wanted)


@pytest.mark.parametrize(
    ("step", "count", "output", "culprit"),
    [
        (*DECODES, "webp", "the decoder"),
        (*RESIZES, "webp", "a step that follows decoding"),
        (*ENCODES, "webp", "a step that follows decoding"),
        ("AvifEncoder.add", 6, "avif", "a step that follows decoding"),
    ],
)
@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_child_that_dies_of_a_later_frame_leaves_the_first(
    planned: Deaths, how: signal.Signals, step: str, count: int, output: str, culprit: str
) -> None:
    """count: more than the first frame takes."""
    planned.at(step, how, count)

    made = run(animated=True, output=output)

    crashed = how is not signal.SIGKILL
    reason: Stillness = "damaged" if crashed and culprit == "the decoder" else "too_many_pixels"
    assert made.animation == {"animated": False, "reason": reason, "duration": None, "loop": None}
    detail = f"{culprit} crashed: {signal.strsignal(how)}" if crashed else "killed, probably for its memory"
    assert made.given_up == detail
    planned.never()
    assert made._replace(animation=None, given_up=None) == run(animated=False, output=output)


def test_an_animation_that_is_stopped_from_outside_is_tried_again_whole(planned: Deaths) -> None:
    planned.at(*ENCODES[:1], signal.SIGTERM, ENCODES[1])

    with pytest.raises(SandboxError, match="from outside"):
        run(animated=True)


def test_a_first_frame_that_cannot_be_encoded_is_no_damage(planned: Deaths) -> None:
    planned.at("WebPEncode", signal.SIGSEGV)

    with pytest.raises(SandboxError, match="a step that follows decoding crashed"):
        run(animated=True)
