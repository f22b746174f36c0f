"""The golden animations move where the setting says so, and nowhere else."""

import json
from dataclasses import replace

import pytest

from tests.actors.converter import JOB, converted, named
from thumbs import formats, sizes
from thumbs.verification import golden

SIZES = sizes.parse("small=160,medium=320,square=100x100,tiny=20,clear=300x100:pad,blue=90x200:pad:2040c0")
WANTED = golden.Style(SIZES, (formats.OUTPUTS["webp"],), 80)


@pytest.mark.parametrize("output", formats.OUTPUTS)
@pytest.mark.parametrize("file", ["animated.gif", "animated.webp", "animated.png", "alpha.png"])
def test_a_good_service_that_animates_has_no_faults(file: str, output: str) -> None:
    wanted = replace(WANTED, outputs=(formats.OUTPUTS[output],), animated=True)

    assert list(golden.faults(named(file), converted(named(file), wanted), wanted)) == []


@pytest.mark.parametrize("animated", [True, False])
@pytest.mark.parametrize("file", ["animated.gif", "animated.png"])
def test_an_animation_that_stands_still_is_a_fault_and_one_that_moves_too(file: str, animated: bool) -> None:
    made = converted(named(file), replace(WANTED, animated=not animated))

    said = list(golden.faults(named(file), made, replace(WANTED, animated=animated)))

    assert said[0].startswith(f"it should {'' if animated else 'not '}move")
    assert said[1].startswith(f"small: it has {1 if animated else 2} frames")


def test_a_wrong_number_of_frames_is_a_fault() -> None:
    wanted = replace(WANTED, animated=True)
    made = converted(named("animated.gif"), wanted)
    key = f"{JOB}/manifest.json"
    said = json.loads(made[key])
    said["thumbnails"][0]["frames"] = 7

    (fault,) = golden.faults(named("animated.gif"), {**made, key: json.dumps(said).encode()}, wanted)

    assert fault == "small: it has 2 frames, and 7 in the manifest"
