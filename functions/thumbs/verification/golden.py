"""The golden pictures, and the faults in what a version of convert has made of them.

functions/golden/ holds the pictures and expected.json; dev/golden.py makes both and says what they test. The expected
results are computed here from the stack's own settings, by other code than the pipeline's.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thumbs import formats, sizes
from thumbs.errors import Reason
from thumbs.jobs.choices import Choices
from thumbs.jobs.manifest import Manifest, Thumbnail
from thumbs.sizes import Size
from thumbs.verification import shapes

if TYPE_CHECKING:
    from thumbs.verification import judge

_FOLDER = Path(__file__).parents[2] / "golden"

# The text that dev/golden.py writes into every kind of metadata of a picture.
_MARK = b"golden metadata"

# Levels, of 255, that a cell's mean may be off. Measured over all pictures and output formats, at 64, 160 and 320
# pixels: 5 at quality 80, 13 at 20, 50 at 1. The bugs that these pictures detect cause a difference of 59 or more.
_TOLERANCE = 20
_COARSE, _COARSE_TOLERANCE = 20, 55  # below this quality

# The minimum side of a thumbnail whose colours are checked: the middle of each of the 4 cells is then 6 pixels wide.
_LEAST_SIDE = 48


@dataclass(frozen=True)
class Picture:
    """One golden picture.

    reason: the code with which it must be rejected, or None. original: facts that the manifest must contain. chart: the
    colours that it must show, by rows, as [red, green, blue, alpha]. rights: what its thumbnails keep if they are asked
    to, by the names of picture.RIGHTS. focus: its lower left corner, (0, 1), if it is uploaded with this focus.
    profiled: whether it is uploaded with the name of a set of sizes, if the stack has one.
    """

    file: str
    reason: str | None = None
    original: dict[str, Any] | None = None
    chart: list[list[list[int]]] | None = None
    rights: dict[str, str] | None = None
    focus: tuple[float, float] | None = None
    profiled: bool = False

    @property
    def content(self) -> bytes:
        return _FOLDER.joinpath(self.file).read_bytes()


@dataclass(frozen=True)
class Style:
    """The stack's settings that decide how thumbnails look. max_megapixels: above it, there are none."""

    sizes: tuple[Size, ...]
    outputs: tuple[formats.Output, ...]
    quality: int
    animated: bool = False
    copyright: bool = False
    profiles: Mapping[str, tuple[Size, ...]] = field(default_factory=dict)
    max_megapixels: int = 50

    def reason(self, picture: Picture) -> str | None:
        """The code with which the picture must be rejected, or None."""
        shown = picture.original or {"width": 0, "height": 0}
        too_large = shown["width"] * shown["height"] > self.max_megapixels * 1_000_000
        return Reason.TOO_MANY_PIXELS if too_large else picture.reason

    def choices(self, picture: Picture) -> Choices:
        """What the picture is uploaded with."""
        return Choices(next(iter(self.profiles), None) if picture.profiled else None, picture.focus)

    def moves(self, picture: Picture, *outputs: formats.Output) -> bool:
        """Whether a thumbnail in one of these formats has several frames. Encoders merge similar ones, so how many is
        not known."""
        able = any(output.animation for output in outputs)
        return self.animated and able and (picture.original or {})["frames"] > 1

    def kept(self, picture: Picture) -> dict[str, str]:
        """The rights that the thumbnails carry, by their names."""
        return (picture.rights or {}) if self.copyright else {}


@cache
def pictures() -> tuple[Picture, ...]:
    expected = json.loads(_FOLDER.joinpath("expected.json").read_text())
    charts = expected["charts"]
    return tuple(
        Picture(
            each["file"],
            each.get("reason"),
            each.get("original"),
            charts.get(each.get("chart")),
            each.get("rights"),
            tuple(each["focus"]) if "focus" in each else None,
            each.get("profiled", False),
        )
        for each in expected["pictures"]
    )


def faults(picture: Picture, made: dict[str, bytes], style: Style) -> Iterator[str]:
    """The faults in the results of a picture, one sentence each; none if they are right.

    made: every object of its job, by key.
    """
    manifests = [content for key, content in made.items() if key.endswith("/manifest.json")]
    if len(manifests) != 1:
        yield "there is no manifest"
        return
    manifest: Manifest = json.loads(manifests[0])
    said = manifest["reason"]["code"] if manifest["reason"] else None
    if reason := style.reason(picture):
        if (manifest["status"], said) != ("rejected", reason):
            yield f"it must be rejected as {reason}, but is {manifest['status']} ({said})"
        return
    if manifest["status"] != "done":
        yield f"it is {manifest['status']} ({said})"
        return
    yield from _untruths(picture, manifest, style)
    thumbnails = manifest["thumbnails"]
    chosen = style.choices(picture).profile
    every = style.profiles[chosen] if chosen else style.sizes
    wanted = [(size, output) for output in style.outputs for size in every]
    if [each["size"] for each in thumbnails] != [size.name for size, _ in wanted]:
        yield f"its thumbnails are {[each['size'] for each in thumbnails]}"
        return
    for thumbnail, (size, output) in zip(thumbnails, wanted, strict=True):
        name = size.name if len(style.outputs) == 1 else f"{size.name} in {output.name}"
        content = made.get(thumbnail["key"])
        if content is None:
            yield f"{name} is in the manifest, but does not exist"
        else:
            found = _faults(picture, thumbnail, content, size, output, style)
            yield from (f"{name}: {fault}" for fault in found)


def _untruths(picture: Picture, manifest: Manifest, style: Style) -> Iterator[str]:
    """What a manifest says wrongly of a picture that was converted."""
    expected = {**(picture.original or {}), "bytes": len(picture.content)}
    if manifest["original"] != expected:
        yield f"the original is {expected}, not {manifest['original']}"
    moves = style.moves(picture, *style.outputs)
    if (manifest["animation"] or {"animated": False})["animated"] is not moves:
        yield f"it should {'' if moves else 'not '}move, but its animation is {manifest['animation']}"
    kept = [*style.kept(picture)] if style.copyright else None
    privacy = manifest["privacy"]
    if (said := privacy.get("kept") if privacy else None) != kept:
        yield f"the manifest says that thumbnails keep {said} of the original, not {kept}"


def _faults(
    picture: Picture, thumbnail: Thumbnail, content: bytes, size: sizes.Size, output: formats.Output, style: Style
) -> Iterator[str]:
    from thumbs.verification import judge  # here, because it loads Pillow

    assert picture.chart is not None
    assert picture.original is not None
    try:
        shape = picture.original["width"], picture.original["height"]
        part = shapes.inner(*shape, size), shapes.uncut(*shape, size)
        seen = judge.look(content, len(picture.chart), len(picture.chart[0]), *part)
    except Exception as error:
        yield f"it is not a picture ({error})"
        return
    facts = {"width": seen.width, "height": seen.height, "type": seen.type, "bytes": len(content)}
    if said := {name: value for name, value in thumbnail.items() if name in facts and value != facts[name]}:
        yield f"the manifest says {said}, and the file is {facts}"
    said_frames = thumbnail.get("frames", 1)
    if seen.frames != said_frames or (seen.frames > 1) is not style.moves(picture, output):
        yield f"it has {seen.frames} frames, and {said_frames} in the manifest"
    if seen.type != output.content_type:
        yield f"it is {seen.type}, not {output.content_type}"
    width, height = shapes.box(*shape, size)
    if abs(seen.width - width) >= 1 or abs(seen.height - height) >= 1:
        yield f"it is {seen.width}x{seen.height}, not {width:g}x{height:g}"
    yield from _of_metadata(content, seen.metadata, style.kept(picture))
    yield from _of_colours(picture, seen, size, output, style.quality)


def _of_metadata(content: bytes, names: Sequence[str], kept: dict[str, str]) -> Iterator[str]:
    """names: of all metadata in the file. kept: the texts that must be in it."""
    if (others := [name for name in names if not (kept and name == "xmp")]) or _MARK in content:
        yield f"it holds metadata ({', '.join(others) or 'unnamed'})"
    if lost := [name for name, text in kept.items() if text.encode() not in content]:
        yield f"it lacks what the original says of its {', '.join(lost)}"


def _of_colours(
    picture: Picture, seen: "judge.Sight", size: sizes.Size, output: formats.Output, quality: int
) -> Iterator[str]:
    assert picture.chart is not None
    assert picture.original is not None
    shape = picture.original["width"], picture.original["height"]
    inner = shapes.inner(*shape, size)
    checked = min(inner or shapes.box(*shape, size)) >= _LEAST_SIDE
    if size.fit != "crop" and checked:  # the pipeline chooses what a crop shows
        yield from _differences(picture.chart, seen.chart, output, quality, size.background)
    margin, kept = shapes.ground(size.background, output), picture.chart[-1][0]
    if inner and seen.corner and _off(seen.corner, margin) > _TOLERANCE:
        yield f"its margin is {[*seen.corner]}, not {margin}"
    if seen.lower_left and checked and picture.focus and _off(seen.lower_left, kept) > _tolerance(quality):
        yield f"its focus is {[round(level) for level in seen.lower_left]}, not {kept}"


def _tolerance(quality: int) -> int:
    return _TOLERANCE if quality >= _COARSE else _COARSE_TOLERANCE


def _off(one: Sequence[float], other: Sequence[float]) -> float:
    """How many levels two colours differ in the channel in which they differ most."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _differences(
    chart: list[list[list[int]]],
    seen: list[list[list[float]]],
    output: formats.Output,
    quality: int,
    background: str | None,
) -> Iterator[str]:
    *ground, behind = shapes.ground(background, output)
    tolerance = _tolerance(quality)
    for y, row in enumerate(chart):
        for x, (*colour, alpha) in enumerate(row):
            looks = [
                round(base + (level - base) * alpha / 255) for level, base in zip(colour, ground, strict=True)
            ]  # composited onto the background, or onto white
            looks.append(max(alpha, behind))
            if _off(looks, seen[y][x]) > tolerance:
                yield f"the colour at {x},{y} is {[round(level) for level in seen[y][x]]}, not {looks}"
                return  # one is enough to find the bug
