"""References that no picture needs do not break it: to items that do not exist, and from broken metadata."""

from dataclasses import replace

import pytest

from tests.material import containers, pictures
from tests.material.box_pictures import RED, converted, corners, flat_avif, near
from thumbs.errors import Reason, Rejected
from thumbs.pipeline.readers import isobmff_references

MISSING = 99
Item = containers.Item


def picture(kind: str) -> tuple[Item, dict[str, object]]:
    """A red item, and the brands of its file."""
    if kind == "avif":
        configuration, coded = containers.coded(flat_avif(RED))
        described = containers.size(64, 64), (b"av1C", configuration), (b"pixi", b"\0\0\0\0\3\10\10\10")
        return Item(b"av01", coded, described), {}
    configuration, coded = containers.coded(pictures.heic(64, 64))
    return Item(b"hvc1", coded, (containers.size(64, 64), (b"hvcC", configuration))), {
        "major": b"heic",
        "compatible": (b"mif1", b"heic"),
    }


@pytest.mark.parametrize("reference", [b"auxl", b"cdsc", b"thmb"])
@pytest.mark.parametrize("kind", ["avif", "heic"])
def test_a_reference_to_nothing_does_not_break_a_picture(kind: str, reference: bytes) -> None:
    shown, brands = picture(kind)
    further = (
        replace(shown, auxiliary_of=MISSING) if reference != b"cdsc" else Item(b"Exif", b"\0\0\0\0", (), (), MISSING)
    )
    original = containers.of_items([shown, further], **brands).replace(b"auxl", reference)  # type: ignore[arg-type]
    assert near(corners(converted(original)[1])[0], RED, 24)


@pytest.mark.parametrize("exif", [b"", b"\0\0", b"\xff\xff\xff\xffExif", b"\0\0\0\0garbage"])
@pytest.mark.parametrize("kind", ["avif", "heic"])
def test_broken_exif_does_not_break_a_picture_in_boxes(kind: str, exif: bytes) -> None:
    shown, brands = picture(kind)
    original = containers.of_items([shown, Item(b"Exif", exif, (), (), 1)], **brands)  # type: ignore[arg-type]
    assert near(corners(converted(original.replace(b"auxl", b"cdsc"))[1])[0], RED, 24)


@pytest.mark.parametrize("kind", ["avif", "heic"])
def test_a_tile_that_does_not_exist_is_damage(kind: str) -> None:
    tile, brands = picture(kind)
    grid = Item(b"grid", b"\0\0\0\1\0\x80\0\x40", (containers.size(128, 64),), (2, MISSING))
    with pytest.raises(Rejected) as refused:
        converted(containers.of_items([grid, tile], **brands))  # type: ignore[arg-type]
    assert refused.value.reason is Reason.DAMAGED


@pytest.mark.parametrize("end", [0, 20, 60, 100, 180, 240, 300])
def test_a_file_whose_boxes_end_early_has_no_references(end: int) -> None:
    shown, brands = picture("heic")
    original = containers.of_items([shown, replace(shown, auxiliary_of=1)], **brands)[:end]  # type: ignore[arg-type]
    assert isobmff_references.without(original) == original
