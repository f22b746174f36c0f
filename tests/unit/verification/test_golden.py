"""The golden pictures show what they should, and faults of a thumbnail are detected."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, MpoImagePlugin

from dev import golden as generator
from tests.actors.converter import JOB, converted, named, stored
from tests.material import pictures
from thumbs import errors, formats, sizes
from thumbs.jobs import keys, manifest
from thumbs.pipeline import readers
from thumbs.pipeline.identify import identify
from thumbs.pipeline.resize import from_decoder
from thumbs.pipeline.rows import Rows
from thumbs.verification import golden, judge

SIZES = sizes.parse("small=160,medium=320,square=100x100,tiny=20,clear=300x100:pad,blue=90x200:pad:2040c0")
WANTED = golden.Style(SIZES, (formats.OUTPUTS["webp"],), 80)
Change = Callable[[Image.Image], Image.Image]


def name(picture: golden.Picture) -> str:
    return picture.file


def test_the_files_are_those_that_the_generator_makes() -> None:
    """By name and expected result; encoders' bytes may differ from machine to machine."""
    committed = {path.name for path in generator.FOLDER.iterdir()}

    assert committed == {*generator.files(), "expected.json"}
    assert generator.FOLDER.joinpath("expected.json").read_text() == generator.written(generator.expected())
    assert sum(path.stat().st_size for path in generator.FOLDER.iterdir()) < 145_000


@pytest.mark.parametrize("output", formats.OUTPUTS)
@pytest.mark.parametrize("picture", golden.pictures(), ids=name)
def test_a_good_service_has_no_faults(picture: golden.Picture, output: str) -> None:
    wanted = replace(WANTED, outputs=(formats.OUTPUTS[output],))

    assert list(golden.faults(picture, converted(picture, wanted), wanted)) == []


@pytest.mark.parametrize("quality", [1, 20, 100])
@pytest.mark.parametrize("output", formats.OUTPUTS)
def test_no_setting_of_quality_makes_a_fault(output: str, quality: int) -> None:
    wanted = golden.Style(sizes.parse("small=64,medium=160,large=640"), (formats.OUTPUTS[output],), quality)
    for file in ("orientation-1.jpg", "display-p3.jpg", "alpha.png", "still.avif"):
        assert list(golden.faults(named(file), converted(named(file), wanted), wanted)) == []


USUAL = replace(WANTED, sizes=sizes.parse("small=160,medium=320,large=640"))


@pytest.mark.parametrize(
    ("file", "decoded"),
    [
        ("wide.jpg", (751, 67)),
        ("broad.jpg", (751, 67)),
        ("broad.png", generator.BROAD),
        ("broad.tiff", generator.BROAD),
    ],
)
def test_code_of_ours_reduces_some_for_the_usual_sizes(file: str, decoded: tuple[int, int]) -> None:
    """An eighth, a quarter, LZW, and averages in boxes."""
    picture = named(file)
    source = readers.opened(identify(picture.content), picture.content)
    rows = source.load(from_decoder(source.size, (640, 57)))

    assert isinstance(rows, Rows), "Pillow has decoded it"
    assert rows.size == decoded
    assert rows.packed or rows.decoded, "Pillow decodes it"
    assert list(golden.faults(picture, converted(picture, USUAL), USUAL)) == []
    mirrored = replace(picture, chart=[row[::-1] for row in picture.chart or []])
    (fault,) = golden.faults(mirrored, converted(picture, USUAL), USUAL)
    assert fault.startswith("large: the colour at 0,0"), "the others are too low to be judged"


def test_a_gain_map_in_place_of_its_picture_is_a_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    picture = named("gain-map.jpg")
    with MpoImagePlugin.MpoImageFile(BytesIO(picture.content)) as both:  # which Pillow opens as its first picture
        both.seek(1)
        tmp_path.joinpath(picture.file).write_bytes(pictures.encoded(both, "JPEG"))
    monkeypatch.setattr(golden, "_FOLDER", tmp_path)

    assert any("the colour at 0,0" in fault for fault in golden.faults(picture, converted(picture, WANTED), WANTED))


def test_a_picture_above_the_limit_must_be_rejected() -> None:
    wide, low = named("wide.jpg"), replace(WANTED, max_megapixels=3)

    assert list(golden.faults(wide, converted(wide, low), low)) == []
    assert list(golden.faults(wide, converted(wide, low), WANTED)) == ["it is rejected (too_many_pixels)"]
    (fault,) = golden.faults(wide, converted(wide, WANTED), low)
    assert fault == "it must be rejected as too_many_pixels, but is done (None)"


IN_THREE = replace(WANTED, outputs=tuple(formats.OUTPUTS[name] for name in ("avif", "webp", "jpeg")))


@pytest.mark.parametrize("file", ["orientation-6.jpg", "alpha.png", "text.jpg"])
def test_each_of_several_formats_is_looked_at(file: str) -> None:
    assert list(golden.faults(named(file), converted(named(file), IN_THREE), IN_THREE)) == []


def test_a_fault_in_any_of_several_formats_is_seen() -> None:
    picture, made = named("alpha.png"), converted(named("alpha.png"), IN_THREE)
    wrong = made | {f"{JOB}/medium.jpg": made[f"{JOB}/medium.webp"]}
    without = {key: content for key, content in made.items() if key != f"{JOB}/small.avif"}

    assert "medium in jpeg: it is image/webp, not image/jpeg" in [*golden.faults(picture, wrong, IN_THREE)]
    assert [*golden.faults(picture, without, IN_THREE)] == ["small in avif is in the manifest, but does not exist"]
    (fault,) = golden.faults(picture, made, replace(IN_THREE, outputs=IN_THREE.outputs[:2]))
    assert fault.startswith("its thumbnails are")


def tampered(change: Change, **options: Any) -> dict[str, bytes]:
    """A good conversion whose largest thumbnail was changed and stored again."""
    made = converted(named("alpha.png"), WANTED)
    key = f"{JOB}/medium.webp"
    file = BytesIO()
    change(Image.open(BytesIO(made[key])).convert("RGBA")).save(file, **{"format": "WEBP", "quality": 90, **options})
    said = json.loads(made[f"{JOB}/manifest.json"])
    said["thumbnails"][1]["bytes"] = len(file.getvalue())
    return {**made, f"{JOB}/manifest.json": json.dumps(said).encode(), key: file.getvalue()}


@pytest.mark.parametrize(
    ("spelled", "wanted", "fault"),
    [
        ("tile=300x100:pad", "tile=300x100:pad:2040c0", "its margin is [255, 255, 255, 0], not"),
        ("tile=300x100:pad:2040c0", "tile=300x100:pad", ", not [255, 255, 255, 0]"),
        ("tile=300x100:fit", "tile=300x100:pad", "it is 133x100, not 300x100"),
        ("tile=300x100:crop", "tile=300x100:pad", "the colour at"),
    ],
)
def test_a_wrong_margin_is_a_fault(spelled: str, wanted: str, fault: str) -> None:
    made = converted(named("alpha.png"), replace(WANTED, sizes=sizes.parse(spelled)))

    said = list(golden.faults(named("alpha.png"), made, replace(WANTED, sizes=sizes.parse(wanted))))

    assert any(fault in each for each in said), said


def same(picture: Image.Image) -> Image.Image:
    return picture


def opaque(picture: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)


def in_wrong_colours(picture: Image.Image) -> Image.Image:
    """Display P3 numbers taken for sRGB: the bug that moves colours least."""
    misread = generator._in_display_p3(picture.convert("RGB"))
    misread.putalpha(picture.getchannel("A"))
    return misread


@pytest.mark.parametrize("turn", Image.Transpose)
def test_the_chart_looks_different_from_every_side(turn: Image.Transpose) -> None:
    turned = tampered(lambda picture: picture.transpose(turn).resize(picture.size))

    assert "medium: the colour at" in " ".join(golden.faults(named("alpha.png"), turned, WANTED))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: tampered(same, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"), "medium: it holds metadata (exif)"),
        (lambda: tampered(same, icc_profile=generator.display_p3()), "medium: it holds metadata (icc_profile)"),
        (lambda: tampered(same, xmp=b"<x:xmpmeta/>"), "medium: it holds metadata (xmp)"),
        (lambda: tampered(opaque), "medium: the colour at 2,0 is"),
        (lambda: tampered(in_wrong_colours), "medium: the colour at"),
        (lambda: tampered(lambda picture: picture.resize((318, 240))), "medium: it is 318x240, not 320x240"),
        (lambda: tampered(same, format="AVIF"), "medium: it is image/avif, not image/webp"),
        (lambda: {**tampered(same), f"{JOB}/medium.webp": b"RIFF"}, "medium: it is not a picture"),
    ],
)
def test_what_is_wrong_with_a_thumbnail_is_seen(made: Callable[[], dict[str, bytes]], words: str) -> None:
    assert words in " ".join(golden.faults(named("alpha.png"), made(), WANTED))


def test_a_thumbnail_that_is_as_it_should_be_is_none_of_these() -> None:
    """Otherwise the tests above would pass with any change."""
    assert list(golden.faults(named("alpha.png"), tampered(same), WANTED)) == []


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (dict, "there is no manifest"),
        (lambda: stored(manifest.failed(JOB, errors.describe(errors.Reason.CONVERSION_FAILED)), {}), "it is failed"),
        (lambda: converted(named("text.jpg"), WANTED), "it is rejected (not_an_image)"),
        (lambda: converted(named("display-p3.jpg"), WANTED), "the original is"),
        (
            lambda: converted(named("alpha.png"), replace(WANTED, sizes=SIZES[:2])),
            "its thumbnails are ['small', 'medium']",
        ),
        (
            lambda: {
                key: content for key, content in converted(named("alpha.png"), WANTED).items() if "small" not in key
            },
            "small is in the manifest, but does not exist",
        ),
    ],
)
def test_what_is_wrong_with_a_manifest_is_seen(made: Callable[[], dict[str, bytes]], words: str) -> None:
    assert words in " ".join(golden.faults(named("alpha.png"), made(), WANTED))


@pytest.mark.parametrize("file", ["text.jpg", "bomb.png"])
def test_what_must_be_refused_must_be_refused_for_its_reason(file: str) -> None:
    for wrong in (converted(named("alpha.png"), WANTED), {}):
        assert list(golden.faults(named(file), wrong, WANTED)) != []
    other = manifest.rejected(JOB, errors.describe(errors.Reason.DAMAGED), None)
    (fault,) = golden.faults(named(file), stored(other, {}), WANTED)
    assert fault.startswith(f"it must be rejected as {named(file).reason}")


def test_a_picture_is_seen_as_it_looks_on_white() -> None:
    file = BytesIO()
    Image.new("RGBA", (40, 20), (200, 0, 0, 128)).save(file, "WEBP", lossless=True)

    seen = judge.look(file.getvalue(), 1, 2)

    assert (seen.type, seen.width, seen.height, seen.metadata) == ("image/webp", 40, 20, ())
    assert seen.chart == [[[227, 127, 127, 128]] * 2]


def test_the_leftovers_of_a_probe_are_recognised_by_its_job() -> None:
    job = keys.new_probe()

    assert keys.is_job(job)
    assert keys.job_of(keys.probe(job)) == job
    assert keys.manifest(job).startswith(keys.PROBE_JOBS)
    assert keys.new_probe() != job
    assert keys.job_of(f"elsewhere/{job}") is None
