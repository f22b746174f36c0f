"""Pictures with an annotated subject, from public sets that are not part of this project, and parts of them."""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

_SUBJECT = (0.02, 0.5)  # of the picture
_OFF_CENTRE = 0.2  # of a side, between the middle of a part and the subject's centre of mass
_INSIDE = 0.98  # of the subject, in a part
_PARTS, _TRIES = 4, 400  # parts of each photograph at most, and places that are tried
Box = tuple[int, int, int, int]
Offset = tuple[int, int]


@dataclass(frozen=True)
class Annotated:
    """A picture, and a mask (L) of the same size: 255 where the subject is. photograph: which one it is, or is part
    of."""

    path: Path
    mask: Image.Image
    photograph: str

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


def masked(pictures: Path, masks: Path) -> Iterator[Annotated]:
    for path in sorted(pictures.iterdir()):
        mask = masks / f"{path.stem}.png"
        if mask.exists():
            with Image.open(mask) as file:
                yield Annotated(path, file.convert("L").point(lambda value: 255 * (value > 127)), path.stem)


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
            mask = _segment(masks / annotation["file_name"], subject["id"])
            yield Annotated(pictures / image["file_name"], mask, image["file_name"])


def _segment(path: Path, number: int) -> Image.Image:
    """A segment's number is red + 256 green + 256² blue (COCO, panoptic format)."""
    with Image.open(path) as file:
        bands = file.convert("RGB").split()
    wanted = number & 255, number >> 8 & 255, number >> 16
    lookups = [[255 * (value == one) for value in range(256)] for one in wanted]
    red, green, blue = (band.point(lookup) for band, lookup in zip(bands, lookups, strict=True))
    return Image.composite(Image.composite(red, Image.new("L", red.size), green), Image.new("L", red.size), blue)


def off_centre(whole: Iterable[Annotated], folder: Path) -> Iterator[Annotated]:
    """Parts of photographs, as files in the folder. A photograph whose subject is too large for that has none."""
    for one in whole:
        chance = random.Random(one.photograph)
        boxes = [box for box in (_part(one.mask.size, chance) for _ in range(_TRIES)) if _is_off_centre(one.mask, box)]
        for box in boxes[:_PARTS]:
            path = folder / f"{one.path.stem}-{'-'.join(map(str, box))}.png"
            with Image.open(one.path) as picture:
                picture.convert("RGB").crop(box).save(path)
            yield Annotated(path, one.mask.crop(box), one.photograph)


def _part(size: tuple[int, int], chance: random.Random) -> Box:
    """Half to nearly all of each side, anywhere."""
    width, height = (int(side * chance.uniform(0.5, 0.95)) for side in size)
    left, top = chance.randint(0, size[0] - width), chance.randint(0, size[1] - height)
    return left, top, left + width, top + height


def _is_off_centre(mask: Image.Image, box: Box) -> bool:
    part = mask.crop(box)
    subject = part.histogram()[255]
    if subject < _INSIDE * mask.histogram()[255] or subject > _SUBJECT[1] * part.width * part.height:
        return False
    return max(_from_middle(part, across=True), _from_middle(part, across=False)) >= _OFF_CENTRE


def _from_middle(mask: Image.Image, *, across: bool) -> float:
    """How far the subject's centre of mass is from the middle, as a share of the side."""
    length = mask.width if across else mask.height
    line = mask.resize((length, 1) if across else (1, length), Image.Resampling.BOX).tobytes()
    return abs(sum(place * value for place, value in enumerate(line, 1)) / sum(line) / length - 0.5)
