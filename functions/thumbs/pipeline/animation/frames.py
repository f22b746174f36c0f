"""An animation whose headers have been read, and its frames one after the other."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from PIL import Image

# Browsers show a frame of 10 ms or less for 100 ms, in every format: Blink's deferred_image_decoder.cc,
# http://webkit.org/b/36082. GIF counts hundredths, so this is each delay below 20 ms.
_TOO_SHORT, _INSTEAD = 10, 100
# The longest delay of GIF. WebP has room for 4.6 hours; libwebp counts all frames' milliseconds in 32 bits.
LONGEST = 655_350


class Frame(NamedTuple):
    """image: the whole canvas, which nothing changes afterwards. duration: milliseconds."""

    image: Image.Image
    duration: int


class Animation(NamedTuple):
    """frames: how many. loop: how often it is played, 0 for ever. pixels: of all frames, to decode. largest: of the
    canvas, or of a frame that exceeds it. play: decodes one frame at a time, and raises what decoders raise."""

    frames: int
    loop: int
    pixels: int
    largest: int
    play: Callable[[], Iterator[Frame]]


def duration(milliseconds: int) -> int:
    """How long browsers show a frame with this delay."""
    return _INSTEAD if milliseconds <= _TOO_SHORT else min(milliseconds, LONGEST)
