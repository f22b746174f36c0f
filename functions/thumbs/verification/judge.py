"""Judge: what a finished thumbnail shows, read back from its file.

It shares no code with the steps that made the file, because it would share their bugs.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageStat

Chart = list[list[list[float]]]

# What Pillow finds in a file besides the picture.
_METADATA = ("exif", "xmp", "XML:com.adobe.xmp", "icc_profile", "comment", "photoshop", "mp")

_WHITE = (255, 255, 255, 255)
_EDGE = 8  # pixels, up to which encoders mix the colours of an edge


@dataclass(frozen=True)
class Sight:
    """The content of a thumbnail.

    type: content type. chart: the mean colour of each cell, by rows, as [red, green, blue, alpha] from 0 to 255, as it
    looks on white. metadata: the names of everything in the file besides the picture. corner: the colour of the first
    pixel of a margin of some pixels, likewise; None without one. lower_left: the mean colour of a cell in that corner
    of a crop; None without one. frames: 1 for a still; the chart is of the first.
    """

    type: str
    width: int
    height: int
    chart: Chart
    metadata: tuple[str, ...]
    corner: tuple[int, ...] | None = None
    lower_left: list[float] | None = None
    frames: int = 1


def look(
    thumbnail: bytes,
    rows: int,
    columns: int,
    inner: tuple[float, float] | None = None,
    cut: tuple[float, float] | None = None,
) -> Sight:
    """rows, columns: of the chart. inner: the size of the picture, if it is only the middle of the thumbnail. cut: the
    size that the picture had before a crop. Raises Pillow's errors for a file that is not a picture."""
    with Image.open(BytesIO(thumbnail), formats=("WEBP", "JPEG", "AVIF")) as file:
        content_type = Image.MIME[file.format or ""]
        metadata = tuple(name for name in _METADATA if file.info.get(name))
        frames: int = getattr(file, "n_frames", 1)
        picture = file.convert("RGBA")
    on_white = Image.alpha_composite(Image.new("RGBA", picture.size, _WHITE), picture)
    on_white.putalpha(picture.getchannel("A"))
    corner = lower_left = None
    if cut:
        width, height = min(picture.width, cut[0] / columns), min(picture.height, cut[1] / rows)
        lower_left = _mean(on_white, 0, picture.height - height, width, height)
    if inner:
        left, top = ((outside - inside) / 2 for outside, inside in zip(picture.size, inner, strict=True))
        corner = tuple(on_white.crop((0, 0, 1, 1)).tobytes()) if max(left, top) > _EDGE else None
        on_white = on_white.crop((round(left), round(top), round(left + inner[0]), round(top + inner[1])))
    return Sight(content_type, *picture.size, _chart(on_white, rows, columns), metadata, corner, lower_left, frames)


def _chart(picture: Image.Image, rows: int, columns: int) -> Chart:
    width, height = picture.width / columns, picture.height / rows
    return [[_mean(picture, x * width, y * height, width, height) for x in range(columns)] for y in range(rows)]


def _mean(picture: Image.Image, left: float, top: float, width: float, height: float) -> list[float]:
    """The mean of the middle quarter of a cell, because resizing and encoding mix colours along its edges."""
    x, y = round(left + width / 4), round(top + height / 4)
    middle = picture.crop((x, y, x + max(1, round(width / 2)), y + max(1, round(height / 2))))
    return ImageStat.Stat(middle).mean
