"""What the pipeline is asked for and what it answers."""

from dataclasses import dataclass

from thumbs import formats, sizes
from thumbs.picture import Original, Placeholder


@dataclass(frozen=True)
class Wanted:
    """What to make of a picture.

    quality: 1 to 100, the same visual quality for every output format (see `encode`). max_megapixels: pictures with
    more million pixels are refused.
    """

    sizes: tuple[sizes.Size, ...]
    output: formats.Output
    quality: int
    max_megapixels: int


@dataclass(frozen=True)
class Limits:
    """What one picture may cost.

    memory: bytes that the conversion may take beyond the running program; the setting is the function's memory less
    what Python, boto3 and the original itself need (about 150 MB). A format that needs more memory per pixel is
    refused earlier, before it is decoded. cpu_seconds: of processor time, after which the picture is rejected.
    wall_seconds: of waiting, after which the conversion raises: the machine is to blame, not the picture. Shorter than
    the function's timeout, and long enough for cpu_seconds at the least of memory (settings.LEAST_MEMORY).
    """

    memory: int = 1400 * 2**20
    cpu_seconds: float = 20.0
    wall_seconds: float = 80.0


@dataclass(frozen=True)
class Rendered:
    """One thumbnail. size: the name of its size. width, height: pixels. content: the encoded file."""

    size: str
    width: int
    height: int
    content: bytes


@dataclass(frozen=True)
class Conversion:
    """All that was made of a picture; the thumbnails in the order in which their sizes were wanted."""

    original: Original
    thumbnails: tuple[Rendered, ...]
    placeholder: Placeholder
