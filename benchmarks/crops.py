"""python -m benchmarks.crops PICTURES MASKS: which crops keep the subject of a picture.

PICTURES is a folder of pictures, and MASKS one of masks with the same names (.png), in which the subject is not black:
the form of ECSSD, DUTS, MSRA and other sets for finding salient objects. With --coco FILE, MASKS is a folder of COCO's
panoptic masks, and FILE their annotations: the subject is then the largest thing that can be counted, and pictures in
which it covers less than 2 % or more than 50 % are left out, because the one has no subject and the other loses it in
any crop. No set is part of this project.
"""

import argparse
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from shutil import which
from statistics import mean
from typing import Any

from PIL import Image

from benchmarks.tables import table
from thumbs.pipeline import crop

_SHAPES = {"square": (1, 1), "4:3": (4, 3), "9:16": (9, 16)}
_SUBJECT = (0.02, 0.5)  # of the picture
_KEPT = 0.9  # a subject is kept if this share of its area is
_HERE = Path(__file__).resolve().parent
Offset = tuple[int, int]


@dataclass(frozen=True)
class Annotated:
    """A picture, and a mask (L) of the same size: 255 where the subject is."""

    path: Path
    mask: Image.Image

    def box(self, shape: tuple[int, int]) -> tuple[int, int]:
        """The largest box of this shape in the picture."""
        width, height = self.mask.size
        across = min(width, height * shape[0] // shape[1])
        return across, min(height, across * shape[1] // shape[0])

    def kept(self, offset: Offset, size: tuple[int, int]) -> float:
        """Which share of the subject's area is in the box."""
        left, top = offset
        inside = self.mask.crop((left, top, left + size[0], top + size[1]))
        return inside.histogram()[255] / self.mask.histogram()[255]


Way = Callable[[Annotated, tuple[int, int]], Offset]


def masked(pictures: Path, masks: Path) -> Iterator[Annotated]:
    for path in sorted(pictures.iterdir()):
        mask = masks / f"{path.stem}.png"
        if mask.exists():
            with Image.open(mask) as file:
                yield Annotated(path, file.convert("L").point(lambda value: 255 * (value > 127)))


def coco(pictures: Path, masks: Path, annotations: Path, licences: frozenset[int]) -> Iterator[Annotated]:
    """licences: COCO's ids of those that are accepted; none: all."""
    told = json.loads(annotations.read_text())
    images = {image["id"]: image for image in told["images"]}
    things = {category["id"] for category in told["categories"] if category["isthing"]}
    for annotation in told["annotations"]:
        image = images[annotation["image_id"]]
        segments = [one for one in annotation["segments_info"] if one["category_id"] in things and not one["iscrowd"]]
        if not segments or (licences and image["license"] not in licences):
            continue
        subject = max(segments, key=lambda one: one["area"])
        if _SUBJECT[0] <= subject["area"] / (image["width"] * image["height"]) <= _SUBJECT[1]:
            yield Annotated(pictures / image["file_name"], _segment(masks / annotation["file_name"], subject["id"]))


def _segment(path: Path, number: int) -> Image.Image:
    """A segment's number is red + 256 green + 256² blue (COCO, panoptic format)."""
    with Image.open(path) as file:
        bands = file.convert("RGB").split()
    wanted = number & 255, number >> 8 & 255, number >> 16
    lookups = [[255 * (value == one) for value in range(256)] for one in wanted]
    red, green, blue = (band.point(lookup) for band, lookup in zip(bands, lookups, strict=True))
    return Image.composite(Image.composite(red, Image.new("L", red.size), green), Image.new("L", red.size), blue)


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


def compare(all_of_them: list[Annotated]) -> str:
    sharp = _Sharp()
    ways: dict[str, Way] = {
        "this pipeline": _ours,
        "sharp, attention": sharp.strategy("attention"),
        "sharp, entropy": sharp.strategy("entropy"),
        "libvips, attention": _vips("attention"),
        "libvips, entropy": _vips("entropy"),
        "centre": _centre,
    }
    rows = []
    for name, way in ways.items():
        cells: list[str] = []
        everything: list[float] = []
        for shape in _SHAPES.values():
            shares = [one.kept(way(one, one.box(shape)), one.box(shape)) for one in all_of_them]
            cells += [f"{mean(shares):.1%}", f"{mean(share >= _KEPT for share in shares):.0%}"]
            everything += shares
        rows.append([name, *cells, f"{mean(everything):.1%}", f"{mean(share >= _KEPT for share in everything):.0%}"])
    headings = [
        f"{len(all_of_them)} pictures",
        *(f"{shape}: {what}" for shape in (*_SHAPES, "all") for what in ("area kept", f"kept to {_KEPT:.0%}")),
    ]
    return table(headings, rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crops", description=__doc__)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("masks", type=Path)
    parser.add_argument("--coco", type=Path, help="COCO's panoptic annotations of the pictures")
    parser.add_argument("--licence", type=int, action="append", default=[], help="of COCO's pictures, by its id")
    options = parser.parse_args()
    found = (
        coco(options.pictures, options.masks, options.coco, frozenset(options.licence))
        if options.coco
        else masked(options.pictures, options.masks)
    )
    print(compare(list(found)))


if __name__ == "__main__":
    main()
