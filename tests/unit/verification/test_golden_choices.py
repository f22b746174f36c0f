"""The golden pictures show whether a release keeps the focus of a file, and an author's name and licence."""

import json
from dataclasses import replace

import pytest

from dev.golden import MARK
from dev.golden_rights import RIGHTS
from tests.actors.converter import JOB, converted, named
from thumbs import formats, sizes
from thumbs.picture import RIGHTS as NAMES
from thumbs.verification import golden

SIZES = sizes.parse("small=160,square=100x100,wide=300x100,tall=64x200:crop,tiny=20x10,huge=900x900,clear=300x100:pad")
WANTED = golden.Style(SIZES, tuple(formats.OUTPUTS.values()), 80)
KEPT = replace(WANTED, copyright=True)
FOCUSED, SIGNED = named("orientation-6.jpg"), named("progressive.jpg")


@pytest.mark.parametrize("animated", [True, False])
@pytest.mark.parametrize("file", ["progressive.jpg", "orientation-1.jpg", "alpha.png", "animated.webp", "text.jpg"])
def test_a_good_service_that_keeps_copyright_has_no_faults(file: str, animated: bool) -> None:
    wanted = replace(KEPT, animated=animated)

    assert list(golden.faults(named(file), converted(named(file), wanted), wanted)) == []


def test_one_picture_tells_all_that_can_be_kept_and_more() -> None:
    assert SIGNED.rights == RIGHTS
    assert [*RIGHTS] == [*NAMES]
    assert MARK.encode() in SIGNED.content


def test_rights_that_are_lost_are_a_fault() -> None:
    said = list(golden.faults(SIGNED, converted(SIGNED, WANTED), KEPT))

    assert said[0] == f"the manifest says that thumbnails keep None of the original, not {[*RIGHTS]}"
    lost = f"it lacks what the original says of its {', '.join(RIGHTS)}"
    assert said[1:] == [f"{size.name} in {output.name}: {lost}" for output in WANTED.outputs for size in SIZES]


def test_rights_that_nobody_asked_for_are_a_fault() -> None:
    said = list(golden.faults(SIGNED, converted(SIGNED, KEPT), WANTED))

    assert said[0] == f"the manifest says that thumbnails keep {[*RIGHTS]} of the original, not None"
    assert len(said) == 1 + len(SIZES) * len(WANTED.outputs)
    assert {each.partition(": ")[2] for each in said[1:]} == {"it holds metadata (xmp)"}


def test_a_location_in_what_is_kept_is_a_fault() -> None:
    made = converted(SIGNED, KEPT)
    key = f"{JOB}/small.webp"
    place = made[key].replace(RIGHTS["credit"].encode(), MARK.encode().ljust(len(RIGHTS["credit"])))

    said = " ".join(golden.faults(SIGNED, {**made, key: place}, KEPT))

    assert said.startswith("small in webp: it holds metadata (unnamed) small in webp: it lacks what")


@pytest.mark.parametrize("quality", [1, 20, 80])
def test_a_service_that_keeps_the_focus_has_no_faults(quality: int) -> None:
    wanted = replace(WANTED, quality=quality)

    assert list(golden.faults(FOCUSED, converted(FOCUSED, wanted), wanted)) == []


@pytest.mark.parametrize("file", ["orientation-6.jpg", "progressive.jpg", "alpha.png"])
def test_a_service_that_enlarges_what_it_should_has_no_faults(file: str) -> None:
    spelled = (
        "fit=700:enlarge,crop=900x500:enlarge,pad=700x300:pad:ffffff:enlarge,small=100:enlarge,tall=64x200:enlarge"
    )
    wanted = replace(WANTED, sizes=sizes.parse(spelled), outputs=(formats.OUTPUTS["webp"],))

    assert list(golden.faults(named(file), converted(named(file), wanted), wanted)) == []
    made = converted(named(file), replace(wanted, sizes=tuple(size._replace(enlarge=False) for size in wanted.sizes)))
    assert {each.partition(":")[0] for each in golden.faults(named(file), made, wanted)} >= {"fit", "crop"}


@pytest.mark.parametrize("focus", [None, (1.0, 0.0), (0.5, 0.5)])
def test_a_crop_that_shows_another_part_is_a_fault(focus: tuple[float, float] | None) -> None:
    made = converted(replace(FOCUSED, focus=focus), WANTED)

    said = {each.partition(" in ")[0] for each in golden.faults(FOCUSED, made, WANTED) if "its focus is" in each}

    assert said == {"square", "wide", "tall", "huge"}


def test_a_manifest_that_tells_nothing_of_what_is_kept_is_a_fault() -> None:
    made = converted(SIGNED, KEPT)
    key = f"{JOB}/manifest.json"

    (fault,) = golden.faults(
        SIGNED, {**made, key: json.dumps(json.loads(made[key]) | {"privacy": None}).encode()}, KEPT
    )

    assert fault.startswith("the manifest says that thumbnails keep None")


def test_sizes_other_than_those_of_the_set_that_was_named_are_a_fault() -> None:
    picture = named("orientation-8.jpg")
    wanted = replace(WANTED, profiles={"post": sizes.parse("card=120x90,large=240"), "other": SIZES})

    assert list(golden.faults(picture, converted(picture, wanted), wanted)) == []
    (fault,) = golden.faults(picture, converted(picture, WANTED), wanted)
    assert fault.startswith("its thumbnails are ['small', 'square', ")
    assert list(golden.faults(FOCUSED, converted(FOCUSED, WANTED), wanted)) == [], "it names no set"
