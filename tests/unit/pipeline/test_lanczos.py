"""Lanczos keeps the brightness where pic-scale does not: on arm64 processors with SQRDMLAH."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from PIL import Image, ImageStat

from tests.material import pictures
from thumbs.pipeline import lanczos
from thumbs.pipeline.packed import Pixels

pic_scale: Any = import_module("pic_scale")
SIZE = (90, 70)


class Brighter:
    """pic-scale as it is on such a processor."""

    Resampling = pic_scale.Resampling

    def resize(self, pixels: Pixels, *arguments: Any, **options: Any) -> Image.Image:
        made: Image.Image = pic_scale.resize(pixels, *arguments, **options)
        return made if pixels.mode == "I;16" else made.point(lambda level: level + (level > 115))


@pytest.fixture
def _brighter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    lanczos._is_exact.cache_clear()
    monkeypatch.setattr(lanczos, "_pic_scale", Brighter())
    yield
    lanczos._is_exact.cache_clear()


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.usefixtures("_brighter")
def test_no_picture_is_brighter_where_pic_scale_makes_it_so(mode: str) -> None:
    picture = pictures.photo(200, 150)
    picture.paste((255, 255, 255), (20, 20, 90, 70))  # an edge, beyond which Lanczos overshoots
    picture.paste((0, 0, 0), (40, 30, 60, 50))
    picture = picture.convert(mode)

    made = lanczos.of_channels(picture, SIZE)

    expected = picture.resize(SIZE, Image.Resampling.LANCZOS)
    assert (made.mode, made.size) == (mode, SIZE)
    assert ImageStat.Stat(made).mean == pytest.approx(ImageStat.Stat(expected).mean, abs=0.2)
    # At corners, where both passes overshoot, pic-scale is up to 14 levels from Pillow on every processor.
    assert max(abs(a - b) for a, b in zip(made.tobytes(), expected.tobytes(), strict=True)) <= 16
