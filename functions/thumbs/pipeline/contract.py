"""The pipeline's input and output."""

from typing import NamedTuple

from thumbs import formats, sizes
from thumbs.errors import Reason, Rejected
from thumbs.picture import Animation, Original, Placeholder, Stillness


class Wanted(NamedTuple):
    """The thumbnails to make of a picture: each size in each format.

    outputs: at least one, without duplicates. quality: 1 to 100, the same visual quality for every output format (see
    `encode`). max_megapixels: larger pictures are rejected, in millions of pixels. copyright: whether they carry the
    original's rights (picture.RIGHTS). animated: whether an animation gives thumbnails that move. focus: the
    point (x, y) that crops keep, as shares of the upright picture's width and height; None if `crop` is to find it.
    """

    sizes: tuple[sizes.Size, ...]
    outputs: tuple[formats.Output, ...]
    quality: int
    max_megapixels: int
    copyright: bool = False
    animated: bool = False
    focus: tuple[float, float] | None = None


class Limits(NamedTuple):
    """What one picture may cost.

    memory: bytes that the conversion may take in addition to the running program; the setting is the function's memory
    minus what Python and the original need (about 150 MB). A format that needs more memory per pixel is
    rejected before it is decoded. cpu_seconds: of processor time, after which the picture is rejected. wall_seconds: of
    waiting, after which the conversion raises an error, because the machine is at fault, not the picture. It is shorter
    than the function's timeout, and long enough for cpu_seconds with the least memory (settings.LEAST_MEMORY).
    """

    memory: int = 1400 * 2**20
    cpu_seconds: float = 20.0
    wall_seconds: float = 80.0


class Rendered(NamedTuple):
    """One thumbnail in one format. size: the name of its size. width, height: pixels. content: the encoded file.
    padded: whether a margin surrounds the picture. frames: 1 for a still."""

    size: str
    width: int
    height: int
    output: formats.Output
    content: bytes
    padded: bool = False
    frames: int = 1


class Conversion(NamedTuple):
    """Everything made of a picture: every size in the first format, then every size in the next one, each in the order
    of the request.

    metadata: the kinds of picture.KINDS that the original carries and the thumbnails do not, in that order. kept: the
    names of picture.RIGHTS that the thumbnails carry; None if none were wanted. animation: None if the original does
    not move, or animations are not wanted. given_up: how the child process that tried to animate it ended, for the log;
    None if none ended.
    """

    original: Original
    thumbnails: tuple[Rendered, ...]
    placeholder: Placeholder
    metadata: tuple[str, ...] = ()
    kept: tuple[str, ...] | None = None
    animation: Animation | None = None
    given_up: str | None = None

    def without_motion(self, why: Stillness | Rejected) -> "Conversion":
        """The same, with the reason why it does not move. why: a refusal is that of a later frame."""
        if isinstance(why, Rejected):
            why = "damaged" if why.reason is Reason.DAMAGED else "too_many_pixels"
        return self._replace(animation={"animated": False, "reason": why, "duration": None, "loop": None})
