"""HDR as a gain map: the base picture comes out, and the map, which makes it brighter on some displays, is left out."""

from io import BytesIO

import pytest
from PIL import Image

from tests.material.box_pictures import BLUE, GREEN, RED, WHITE, converted, corners, near
from tests.material.gain_maps import items, tmap, ultra_hdr
from thumbs import formats, pipeline, sizes
from thumbs.errors import Reason, Rejected

FILES = {
    "Ultra HDR": ultra_hdr(),
    "Ultra HDR without ISO's": ultra_hdr(standard=False),
    "Ultra HDR without an index": ultra_hdr(listed=False),
    "Apple's HEIC": items(b"hvc1", b"heic"),
    "Apple's way in AVIF": items(b"av01", b"avif"),
    "ISO's HEIC": items(b"hvc1", b"heic", tmap(1, 2), alternatives=(3, 1)),
    "ISO's AVIF": items(b"av01", b"avif", tmap(1, 2), alternatives=(3, 1)),
}


@pytest.mark.parametrize("original", FILES.values(), ids=FILES)
def test_the_base_picture_comes_out_of_a_file_with_a_gain_map(original: bytes) -> None:
    size, picture = converted(original)

    assert size == picture.size == (64, 64)
    assert all(near(*pair) for pair in zip(corners(picture), (RED, GREEN, BLUE, WHITE), strict=True))


@pytest.mark.parametrize("original", FILES.values(), ids=FILES)
def test_a_gain_map_is_left_out_and_the_receipt_says_so(original: bytes) -> None:
    made = pipeline.run(original, pipeline.Wanted(sizes.parse("a=64"), (formats.OUTPUTS["jpeg"],), 80, 50))

    assert made.metadata == ("previews",)
    with Image.open(BytesIO(made.thumbnails[0].content)) as thumbnail:
        assert not {"xmp", "mp", "exif"} & {*thumbnail.info}
    assert b"hdrgm" not in made.thumbnails[0].content


@pytest.mark.parametrize(("codec", "brand"), [(b"av01", b"avif"), (b"hvc1", b"heic")])
def test_the_result_of_a_map_as_the_picture_is_not_called_damaged(codec: bytes, brand: bytes) -> None:
    """Its primary item is derived; the standards have the base picture there, and so has every known file."""
    with pytest.raises(Rejected) as refused:
        converted(items(codec, brand, primary=tmap(2, 3), alternatives=(1, 2)))

    assert refused.value.reason == Reason.VARIANT_NOT_SUPPORTED
