"""python -m benchmarks.crops PICTURES MASKS: which crops keep the subject of a picture.

PICTURES is a folder of pictures, and MASKS one of masks with the same names (.png), in which the subject is not black:
the form of ECSSD, DUTS, MSRA and other sets for finding salient objects. With --coco FILE, MASKS is a folder of COCO's
panoptic masks, and FILE their annotations: the subject is then the largest thing that can be counted, and pictures in
which it covers less than 2 % or more than 50 % are left out, because the one has no subject and the other loses it in
any crop. No set is part of this project.

Photographers put their subject in the middle, so the centre is hard to beat with whole photographs, and shows little
about finding a subject. With --off-centre, each picture is a part of a photograph instead, cut at random (but always at
the same places) so that it contains the subject, with its centre of mass at least a fifth of a side from the middle.

Differences come with the interval that contains 95 % of 4,000 paired bootstrap samples of the photographs.
"""

import argparse
import json
import random
import subprocess
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from shutil import which
from statistics import mean, quantiles
from typing import Any

from PIL import Image

from benchmarks.annotated import Annotated, Offset, coco, masked, off_centre
from benchmarks.tables import table
from operate.arguments import whole
from thumbs.pipeline import crop

_SHAPES = {"square": (1, 1), "4:3": (4, 3), "9:16": (9, 16)}
_KEPT = 0.9  # a subject is kept if this share of its area is
_SAMPLES = 4000
_OURS = "this pipeline"
_HERE = Path(__file__).resolve().parent
Way = Callable[[Annotated, tuple[int, int]], Offset]
Shares = list[list[float]]  # a row for each picture, a column for each shape: how much of the subject is kept


def _ours(one: Annotated, size: tuple[int, int]) -> Offset:
    with Image.open(one.path) as picture:
        return crop.window(picture.convert("RGB"), size)[:2]


def _centre(one: Annotated, size: tuple[int, int]) -> Offset:
    return (one.mask.width - size[0]) // 2, (one.mask.height - size[1]) // 2


def _vips(interesting: str) -> Way:
    pyvips: Any = import_module("pyvips")

    def offset(one: Annotated, size: tuple[int, int]) -> Offset:
        picture = pyvips.Image.new_from_file(str(one.path)).colourspace("srgb")
        made = picture.smartcrop(*size, interesting=interesting)
        return -made.xoffset, -made.yoffset

    return offset


class _Sharp:
    """sharp's strategies of `fit: cover`, in one process of Node.js."""

    def __init__(self) -> None:
        command = [which("node") or "node", str(_HERE / "peers" / "sharp_crop.mjs")]
        self._node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def strategy(self, name: str) -> Way:
        def offset(one: Annotated, size: tuple[int, int]) -> Offset:
            assert self._node.stdin is not None
            assert self._node.stdout is not None
            self._node.stdin.write(json.dumps({"path": str(one.path), "size": size, "strategy": name}) + "\n")
            self._node.stdin.flush()
            left, top = json.loads(self._node.stdout.readline())
            return -left, -top

        return offset


def compare(pictures: list[Annotated]) -> str:
    sharp = _Sharp()
    ways: dict[str, Way] = {
        _OURS: _ours,
        "sharp, attention": sharp.strategy("attention"),
        "sharp, entropy": sharp.strategy("entropy"),
        "libvips, attention": _vips("attention"),
        "libvips, entropy": _vips("entropy"),
        "centre": _centre,
    }
    shares = {
        name: [[one.kept(way(one, one.box(shape)), one.box(shape)) for shape in _SHAPES.values()] for one in pictures]
        for name, way in ways.items()
    }
    photographs = [one.photograph for one in pictures]
    ours = shares[_OURS]
    rows = []
    for name, theirs in shares.items():
        cells: list[str] = []
        for by_shape in (*zip(*theirs, strict=True), [share for row in theirs for share in row]):
            cells += [f"{mean(by_shape):.1%}", f"{mean(share >= _KEPT for share in by_shape):.0%}"]
        rows.append([name, *cells, *(difference(ours, theirs, photographs, kept) for kept in (None, _KEPT))])
    headings = [
        f"{len(pictures)} pictures of {len(set(photographs))} photographs",
        *(f"{shape}: {what}" for shape in (*_SHAPES, "all") for what in ("area kept", f"kept to {_KEPT:.0%}")),
        "ours minus it: area",
        f"ours minus it: kept to {_KEPT:.0%}",
    ]
    return table(headings, rows)


def difference(ours: Shares, theirs: Shares, photographs: list[str], kept: float | None) -> str:
    """In percentage points, with its interval. kept: counts subjects of which at least this share is kept; None: area.

    Photographs are sampled rather than pictures, because parts of one photograph are alike.
    """
    by_photograph: dict[str, list[float]] = {}
    for name, mine, other in zip(photographs, ours, theirs, strict=True):
        values = [
            100 * (float(one >= kept) - float(two >= kept) if kept else one - two)
            for one, two in zip(mine, other, strict=True)
        ]
        by_photograph.setdefault(name, []).append(mean(values))
    means = [mean(values) for values in by_photograph.values()]
    chance = random.Random(1)
    sampled = quantiles([mean(chance.choices(means, k=len(means))) for _ in range(_SAMPLES)], n=40)
    return f"{mean(means):+.1f} ({sampled[0]:+.1f} to {sampled[-1]:+.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crops", description=__doc__)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("masks", type=Path)
    parser.add_argument("--coco", type=Path, help="COCO's panoptic annotations of the pictures")
    parser.add_argument("--licence", type=whole, action="append", default=[], help="of COCO's pictures, by its id")
    parser.add_argument("--off-centre", action="store_true", help="parts of the pictures, with the subject off centre")
    options = parser.parse_args()
    found = (
        coco(options.pictures, options.masks, options.coco, frozenset(options.licence))
        if options.coco
        else masked(options.pictures, options.masks)
    )
    with tempfile.TemporaryDirectory() as folder:
        print(compare(list(off_centre(found, Path(folder)) if options.off_centre else found)))


if __name__ == "__main__":
    main()
