"""The golden pictures, and the faults in what a version of convert has made of them.

functions/golden/ holds the pictures and expected.json; dev/golden.py makes both and says what they test. The expected
results are computed here from the stack's own settings, by other code than the pipeline's.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from thumbs import formats, sizes
from thumbs.jobs.manifest import Manifest, Thumbnail

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
    colours that it must show, by rows, as [red, green, blue, alpha].
    """

    file: str
    reason: str | None = None
    original: dict[str, Any] | None = None
    chart: list[list[list[int]]] | None = None

    @property
    def content(self) -> bytes:
        return _FOLDER.joinpath(self.file).read_bytes()


@dataclass(frozen=True)
class Style:
    """The stack's settings that decide how thumbnails look."""

    sizes: tuple[sizes.Size, ...]
    outputs: tuple[formats.Output, ...]
    quality: int
    animated: bool = False

    def moves(self, picture: Picture, *outputs: formats.Output) -> bool:
        """Whether a thumbnail in one of these formats has several frames. Encoders merge similar ones, so how many is
        not known."""
        able = any(output.animation for output in outputs)
        return self.animated and able and (picture.original or {})["frames"] > 1


@cache
def pictures() -> tuple[Picture, ...]:
    expected = json.loads(_FOLDER.joinpath("expected.json").read_text())
    return tuple(
        Picture(each["file"], each.get("reason"), each.get("original"), expected["charts"].get(each.get("chart")))
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
    if picture.reason:
        if (manifest["status"], said) != ("rejected", picture.reason):
            yield f"it must be rejected as {picture.reason}, but is {manifest['status']} ({said})"
        return
    if manifest["status"] != "done":
        yield f"it is {manifest['status']} ({said})"
        return
    expected = {**(picture.original or {}), "bytes": len(picture.content)}
    if manifest["original"] != expected:
        yield f"the original is {expected}, not {manifest['original']}"
    moves = style.moves(picture, *style.outputs)
    if (manifest["animation"] or {"animated": False})["animated"] is not moves:
        yield f"it should {'' if moves else 'not '}move, but its animation is {manifest['animation']}"
    thumbnails = manifest["thumbnails"]
    wanted = [(size, output) for output in style.outputs for size in style.sizes]
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


def _faults(
    picture: Picture, thumbnail: Thumbnail, content: bytes, size: sizes.Size, output: formats.Output, style: Style
) -> Iterator[str]:
    from thumbs.verification import judge  # here, because it loads Pillow

    assert picture.chart is not None
    assert picture.original is not None
    try:
        inner = _inner(picture.original["width"], picture.original["height"], size)
        seen = judge.look(content, len(picture.chart), len(picture.chart[0]), inner)
    except Exception as error:
        yield f"it is not a picture ({error})"
        return
    found = {"width": seen.width, "height": seen.height, "type": seen.type, "bytes": len(content)}
    if said := {name: value for name, value in thumbnail.items() if name in found and value != found[name]}:
        yield f"the manifest says {said}, and the file is {found}"
    said_frames = thumbnail.get("frames", 1)
    if seen.frames != said_frames or (seen.frames > 1) is not style.moves(picture, output):
        yield f"it has {seen.frames} frames, and {said_frames} in the manifest"
    if seen.type != output.content_type:
        yield f"it is {seen.type}, not {output.content_type}"
    width, height = _box(picture.original["width"], picture.original["height"], size)
    if abs(seen.width - width) >= 1 or abs(seen.height - height) >= 1:
        yield f"it is {seen.width}x{seen.height}, not {width:g}x{height:g}"
    if seen.metadata or _MARK in content:
        yield f"it holds metadata ({', '.join(seen.metadata) or 'unnamed'})"
    if size.fit != "crop" and min(inner or (width, height)) >= _LEAST_SIDE:  # the pipeline chooses what a crop shows
        yield from _differences(picture.chart, seen.chart, output, style.quality, size.background)
    margin = _ground(size.background, output)
    if inner and seen.corner and max(abs(a - b) for a, b in zip(seen.corner, margin, strict=True)) > _TOLERANCE:
        yield f"its margin is {[*seen.corner]}, not {margin}"


def _box(width: int, height: int, size: sizes.Size) -> tuple[float, float]:
    """The required size of a thumbnail, to within a pixel: never enlarged, and in the shape of its box if cropped."""
    if size.fit == "pad":
        return size.width, size.height
    if size.fit == "crop":
        part = min(1.0, width / size.width, height / size.height)
        return max(1.0, size.width * part), max(1.0, size.height * part)
    return _fitted(width, height, size)


def _fitted(width: int, height: int, size: sizes.Size) -> tuple[float, float]:
    part = min(1.0, size.width / width, size.height / height)
    return max(1.0, width * part), max(1.0, height * part)


def _inner(width: int, height: int, size: sizes.Size) -> tuple[float, float] | None:
    """The size of the picture inside a padded thumbnail."""
    return _fitted(width, height, size) if size.fit == "pad" else None


def _ground(background: str | None, output: formats.Output) -> list[int]:
    """What shows where the picture is not, as it looks on white."""
    if background is None:
        return [255, 255, 255, 0 if output.transparency else 255]
    return [*bytes.fromhex(background[1:]), 255]


def _differences(
    chart: list[list[list[int]]],
    seen: list[list[list[float]]],
    output: formats.Output,
    quality: int,
    background: str | None,
) -> Iterator[str]:
    *ground, behind = _ground(background, output)
    tolerance = _TOLERANCE if quality >= _COARSE else _COARSE_TOLERANCE
    for y, row in enumerate(chart):
        for x, (*colour, alpha) in enumerate(row):
            looks = [
                round(base + (level - base) * alpha / 255) for level, base in zip(colour, ground, strict=True)
            ]  # composited onto the background, or onto white
            looks.append(max(alpha, behind))
            off = max(abs(a - b) for a, b in zip(looks, seen[y][x], strict=True))
            if off > tolerance:
                yield f"the colour at {x},{y} is {[round(level) for level in seen[y][x]]}, not {looks}"
                return  # one is enough to find the bug
