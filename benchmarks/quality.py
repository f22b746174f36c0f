"""How much of a picture, or of each frame of an animation, a thumbnail has kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import accumulate
from math import inf, log10
from pathlib import Path
from statistics import mean

from PIL import Image, ImageChops, ImageSequence
from pillow_heif import register_heif_opener


@cache
def reference(path: Path, side: int) -> Image.Image:
    """The picture at this longer side by a full-resolution Lanczos, never encoded: the ideal result."""
    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as picture:
        return _ideal(picture, side)


@cache
def references(path: Path, side: int) -> list[tuple[Image.Image, int]]:
    """The same for each frame of an animation, and for how many milliseconds it is shown."""
    with Image.open(path) as picture:
        return [(_ideal(frame, side), shown) for frame, shown in _frames(picture)]


def _ideal(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    size = round(picture.width * scale), round(picture.height * scale)
    plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return on_white(plain.resize(size, Image.Resampling.LANCZOS))


def _frames(picture: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    """Each is valid until the next one."""
    for frame in ImageSequence.Iterator(picture):
        frame.load()  # which tells how long it is shown
        yield frame, round(frame.info["duration"])


def psnr(thumbnail: bytes, ideal: Image.Image) -> float:
    """Peak signal-to-noise ratio in dB over the three channels (ITU-T J.340); transparency composited onto white.

    Raises ValueError if the sizes differ.
    """
    with Image.open(BytesIO(thumbnail)) as picture:
        return _psnr(picture, ideal)


@dataclass(frozen=True)
class Motion:
    """frames: of the thumbnail, which may show equal ones as one. mean, worst: PSNR in dB over the original's frames,
    each compared with what the thumbnail shows at the same time."""

    frames: int
    mean: float
    worst: float


def motion(thumbnail: bytes, ideals: list[tuple[Image.Image, int]]) -> Motion:
    """Raises ValueError if the sizes differ, or if the thumbnail ends before the original does."""
    at = [0, *accumulate(shown for _, shown in ideals)]
    values: list[float] = []
    until = 0
    with Image.open(BytesIO(thumbnail)) as picture:
        frames = getattr(picture, "n_frames", 1)
        for frame, shown in _frames(picture) if frames > 1 else ():
            until += shown
            while len(values) < len(ideals) and at[len(values)] < until:
                values.append(_psnr(frame, ideals[len(values)][0]))
    if len(values) < len(ideals):
        raise ValueError(f"shows {len(values)} of {len(ideals)} frames")
    return Motion(frames, mean(values), min(values))


def _psnr(picture: Image.Image, ideal: Image.Image) -> float:
    if picture.size != ideal.size:
        raise ValueError(f"made {picture.width}x{picture.height}, not {ideal.width}x{ideal.height}")
    made = on_white(picture.convert("RGBA" if picture.has_transparency_data else "RGB"))
    histogram = ImageChops.difference(made, ideal).histogram()
    error = sum(count * (index % 256) ** 2 for index, count in enumerate(histogram))
    average = error / (3 * ideal.width * ideal.height)
    return 10 * log10(255**2 / average) if average else inf


def on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")
