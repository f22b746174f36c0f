"""Every accepted format comes out upright, in its colours, and with nothing but the picture in it."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from tests.material import pictures
from tests.material.pictures import assert_quadrants
from thumbs import formats, pipeline, sizes


def convert(original: bytes, spelled: str = "small=160", output: str = "webp") -> pipeline.Conversion:
    return pipeline.run(original, pipeline.Wanted(sizes.parse(spelled), (formats.OUTPUTS[output],), 80, 50))


def thumbnail(original: bytes, spelled: str = "small=160", output: str = "webp") -> Image.Image:
    picture = Image.open(BytesIO(convert(original, spelled, output).thumbnails[0].content))
    picture.load()
    return picture


MAKERS: dict[str, Callable[..., bytes]] = {
    "JPEG": pictures.jpeg,
    "PNG": pictures.png,
    "WEBP": pictures.webp,
    "GIF": pictures.gif,
    "AVIF": pictures.avif,
    "HEIF": pictures.heic,
    "TIFF": pictures.tiff,
    "BMP": pictures.bmp,
}


def test_there_is_a_picture_of_every_accepted_format() -> None:
    assert set(MAKERS) == {accepted.name for accepted in formats.INPUTS}


@pytest.mark.parametrize("name", MAKERS)
def test_every_format_comes_out_with_its_size_and_colours(name: str) -> None:
    original = MAKERS[name](600, 400)
    conversion = convert(original, "small=160,large=320")
    assert (conversion.original["format"], conversion.original["width"], conversion.original["height"]) == (
        name,
        600,
        400,
    )
    assert (conversion.original["bytes"], conversion.original["frames"]) == (len(original), 1)
    assert [(made.size, made.width, made.height) for made in conversion.thumbnails] == [
        ("small", 160, 107),
        ("large", 320, 213),
    ]
    for made in conversion.thumbnails:
        picture = Image.open(BytesIO(made.content))
        assert picture.size == (made.width, made.height)
        assert_quadrants(picture)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
def test_a_rotated_photo_comes_out_upright(name: str, orientation: int) -> None:
    conversion = convert(MAKERS[name](300, 200, orientation=orientation))
    assert (conversion.original["width"], conversion.original["height"]) == (300, 200)
    assert (conversion.thumbnails[0].width, conversion.thumbnails[0].height) == (160, 107)
    assert_quadrants(Image.open(BytesIO(conversion.thumbnails[0].content)))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_means_upright(orientation: int) -> None:
    assert_quadrants(thumbnail(pictures.jpeg(300, 200, orientation=orientation)))


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'


@pytest.mark.parametrize(
    "original",
    [
        pictures.jpeg(300, 200, xmp=XMP),
        pictures.webp(300, 200, xmp=XMP),
        pictures.avif(300, 200, xmp=XMP),
        pictures.tiff(300, 200, tiffinfo={700: XMP}),
    ],
    ids=["jpeg", "webp", "avif", "tiff"],
)
def test_an_orientation_that_only_xmp_names_does_not_count(original: bytes) -> None:
    assert_quadrants(thumbnail(original))


@pytest.mark.parametrize("output", formats.OUTPUTS)
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_no_metadata_reaches_the_thumbnail(name: str, output: str) -> None:
    original = MAKERS[name](300, 200, orientation=1, icc_profile=pictures.srgb_profile())
    made = convert(original, output=output).thumbnails[0].content
    picture = Image.open(BytesIO(made))
    assert b"SECRET" in original
    assert b"SECRET" not in made
    assert not picture.getexif()
    assert "icc_profile" not in picture.info


@pytest.mark.parametrize("output", ["webp", "avif"])
def test_transparency_is_kept(output: str) -> None:
    picture = thumbnail(pictures.transparent_png(), output=output).convert("RGBA")
    assert picture.getchannel("A").getpixel((150, 110)) == 0
    assert picture.getchannel("A").getpixel((10, 10)) == 255


def test_transparency_is_laid_on_white_in_jpeg() -> None:
    assert_quadrants(thumbnail(pictures.transparent_png(), output="jpeg"))
