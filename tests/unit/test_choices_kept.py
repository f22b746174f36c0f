"""What was chosen for a file holds for its thumbnails, now and when it is converted again."""

import io
from typing import Any

import pytest
from PIL import Image

import convert
from tests.actors.invoker import JOB, event
from tests.material import pictures
from tests.material.invocation import Context
from thumbs import settings
from thumbs.jobs import keys, ledger


def put(s3: Any, original: bytes, **metadata: str) -> None:
    s3.put_object(Bucket="uploads-bucket", Key=keys.original(JOB), Body=original, Metadata=metadata)


def manifest() -> dict[str, Any]:
    found = ledger.find(JOB)
    assert found is not None
    return dict(found.manifest)


def colour(s3: Any, thumbnail: dict[str, Any], x: float, y: float) -> tuple[int, ...]:
    content = s3.get_object(Bucket="thumbnails-bucket", Key=thumbnail["key"])["Body"].read()
    with Image.open(io.BytesIO(content)) as picture:
        found = picture.convert("RGB").getpixel((int(picture.width * x), int(picture.height * y)))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize(
    ("focus", "high", "wide"),
    [("0.2500,0.9000", pictures.RED, pictures.BLUE), ("0.9000,0.1000", pictures.GREEN, pictures.RED)],
)
def test_a_crop_keeps_the_focus_as_people_see_the_picture(
    environment: pytest.MonkeyPatch,
    s3: Any,
    context: Context,
    orientation: int,
    focus: str,
    high: tuple[int, ...],
    wide: tuple[int, ...],
) -> None:
    """Of four quadrants in four colours, one size shows a column and the other one a row."""
    environment.setenv("THUMBNAIL_SIZES", "high=45x180,wide=360x45")
    settings.current.cache_clear()
    put(s3, pictures.jpeg(360, 180, orientation=orientation), focus=focus)

    convert.handler(event(JOB), context)

    column, row = manifest()["thumbnails"]
    assert colour(s3, column, 0.5, 0.25) == pytest.approx(high, abs=12)
    assert colour(s3, row, 0.25, 0.5) == pytest.approx(wide, abs=12)
    assert manifest()["focus"] == [float(share) for share in focus.split(",")]


def test_a_profile_holds_again_and_the_usual_sizes_once_it_is_gone(
    environment: pytest.MonkeyPatch, s3: Any, context: Context
) -> None:
    environment.setenv("PROFILES", "avatar:face=64x64,large=256;post:card=400x300")
    settings.current.cache_clear()
    put(s3, pictures.jpeg(800, 600), profile="avatar", focus="0.1000,0.9000")

    for _ in range(2):
        convert.handler(event(JOB) | {"again": True}, context)
        assert [each["size"] for each in manifest()["thumbnails"]] == ["face", "large"]
        assert (manifest()["profile"], manifest()["focus"]) == ("avatar", [0.1, 0.9])

    environment.setenv("PROFILES", "post:card=400x300")
    settings.current.cache_clear()
    convert.handler(event(JOB) | {"again": True}, context)
    assert [each["size"] for each in manifest()["thumbnails"]] == ["small", "medium", "large"]
    assert "profile" not in manifest()


def test_a_manifest_names_no_choice_if_there_was_none(s3: Any, context: Context) -> None:
    put(s3, pictures.jpeg(800, 600))
    convert.handler(event(JOB), context)

    assert not {"profile", "focus"} & manifest().keys()
