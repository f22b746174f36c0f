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


@dataclass(frozen=True)
class Sight:
    """The content of a thumbnail.

    type: content type. chart: the mean colour of each cell, by rows, as [red, green, blue, alpha] from 0 to 255, as it
    looks on white. metadata: the names of everything in the file besides the picture.
    """

    type: str
    width: int
    height: int
    chart: Chart
    metadata: tuple[str, ...]


def look(thumbnail: bytes, rows: int, columns: int) -> Sight:
    """rows, columns: of the chart. Raises Pillow's errors for a file that is not a picture."""
    with Image.open(BytesIO(thumbnail), formats=("WEBP", "JPEG", "AVIF")) as file:
        content_type = Image.MIME[file.format or ""]
        metadata = tuple(name for name in _METADATA if file.info.get(name))
        picture = file.convert("RGBA")
    return Sight(content_type, *picture.size, _chart(picture, rows, columns), metadata)


def _chart(picture: Image.Image, rows: int, columns: int) -> Chart:
    on_white = Image.alpha_composite(Image.new("RGBA", picture.size, _WHITE), picture)
    on_white.putalpha(picture.getchannel("A"))
    width, height = picture.width / columns, picture.height / rows
    return [[_mean(on_white, x * width, y * height, width, height) for x in range(columns)] for y in range(rows)]


def _mean(picture: Image.Image, left: float, top: float, width: float, height: float) -> list[float]:
    """The mean of the middle quarter of a cell, because resizing and encoding mix colours along its edges."""
    x, y = round(left + width / 4), round(top + height / 4)
    middle = picture.crop((x, y, x + max(1, round(width / 2)), y + max(1, round(height / 2))))
    return ImageStat.Stat(middle).mean
