"""The comparison of crops: that it measures what it says, on pictures whose subject is at a known place."""

import json
from pathlib import Path

import pytest
from PIL import Image

from benchmarks import annotated, crops

SUBJECT = (200, 0, 300, 50)


def picture(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    Image.new("RGB", (300, 100)).save(folder / name)


def test_what_a_crop_keeps_is_the_share_of_the_mask_inside(tmp_path: Path) -> None:
    mask = Image.new("L", (300, 100))
    mask.paste(200, SUBJECT)
    picture(tmp_path, "one.jpg")
    (tmp_path / "masks").mkdir()
    mask.save(tmp_path / "masks" / "one.png")
    picture(tmp_path, "without-mask.jpg")
    (one,) = annotated.masked(tmp_path, tmp_path / "masks")
    assert one.box((1, 1)) == (100, 100)
    assert one.box((9, 16)) == (56, 99)
    assert [one.kept((left, 0), (100, 100)) for left in (0, 150, 200)] == [0, 0.5, 1]


@pytest.mark.parametrize(("licences", "found"), [(frozenset(), 1), (frozenset({4}), 1), (frozenset({1}), 0)])
def test_the_subject_of_coco_is_the_largest_thing(tmp_path: Path, licences: frozenset[int], found: int) -> None:
    number = 7 + 256 * 8 + 65536 * 9
    panoptic = Image.new("RGB", (300, 100), (1, 0, 0))  # the sky is larger, and no thing
    panoptic.paste((7, 8, 9), SUBJECT)
    panoptic.paste((7, 8, 10), (0, 0, 30, 30))  # another thing
    panoptic.save(tmp_path / "a.png")
    picture(tmp_path, "a.jpg")
    segments = [
        {"id": 1, "category_id": 100, "area": 24100, "iscrowd": 0},
        {"id": number, "category_id": 1, "area": 5000, "iscrowd": 0},
        {"id": number + 65536, "category_id": 1, "area": 900, "iscrowd": 0},
        {"id": 3, "category_id": 1, "area": 9000, "iscrowd": 1},
    ]
    told = {
        "images": [{"id": 5, "file_name": "a.jpg", "width": 300, "height": 100, "license": 4}],
        "categories": [{"id": 1, "isthing": 1}, {"id": 100, "isthing": 0}],
        "annotations": [{"image_id": 5, "file_name": "a.png", "segments_info": segments}],
    }
    (tmp_path / "panoptic.json").write_text(json.dumps(told))
    pictures = list(annotated.coco(tmp_path, tmp_path, tmp_path / "panoptic.json", licences))
    assert len(pictures) == found
    for one in pictures:
        assert one.mask.getbbox() == SUBJECT


def test_parts_contain_the_subject_off_centre(tmp_path: Path) -> None:
    mask = Image.new("L", (300, 200))
    mask.paste(255, (130, 80, 170, 120))
    picture = Image.new("RGB", mask.size, (0, 0, 90))
    picture.paste((250, 0, 0), mask=mask)
    picture.save(tmp_path / "a.png")
    whole = annotated.Annotated(tmp_path / "a.png", mask, "a")
    parts = list(annotated.off_centre([whole], tmp_path))
    assert len(parts) == 4
    for part in parts:
        left, top, right, bottom = part.mask.getbbox() or (0, 0, 0, 0)
        with Image.open(part.path) as cut:
            assert cut.size == part.mask.size
            assert cut.getpixel(((left + right) // 2, (top + bottom) // 2)) == (250, 0, 0)
        middle = (left + right) / 2 / part.mask.width, (top + bottom) / 2 / part.mask.height
        assert max(abs(share - 0.5) for share in middle) > 0.18
    again = annotated.off_centre([whole], tmp_path)
    assert [one.path for one in again] == [one.path for one in parts]
    mask.paste(255, (0, 0, 300, 200))
    assert not list(annotated.off_centre([whole], tmp_path))


def test_a_difference_has_an_interval_by_photograph() -> None:
    ours, theirs = [[0.9, 1.0], [0.5, 0.7]], [[0.8, 0.9], [0.4, 0.6]]
    assert crops.difference(ours, theirs, ["a", "b"], None) == "+10.0 (+10.0 to +10.0)"
    assert crops.difference(ours, theirs, ["a", "b"], 0.9).startswith("+25.0 (+0.0 to +50.0")
    alike = crops.difference(ours * 20, theirs * 20, ["a", "b"] * 20, 0.9)
    assert alike.startswith("+25.0 (+0.0 to +50.0"), "a photograph counts once"
