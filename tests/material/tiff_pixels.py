"""TIFFs of four quadrants with every kind of pixel, and their expected colours."""

from collections.abc import Callable

from PIL import Image, ImageStat

from tests.material import decoding, pictures
from tests.material.tiffs import Pixel
from thumbs import formats
from thumbs.errors import Reason, Rejected
from thumbs.pipeline import colour, readers

TIFF = next(accepted for accepted in formats.INPUTS if accepted.name == "TIFF")
WIDTH, HEIGHT = 20, 20  # neither a multiple of a tile nor of a strip
GRAY, RGB, PALETTE, CMYK, YCBCR, CIELAB, ICCLAB = 1, 2, 3, 5, 6, 8, 9
COLOURS = (pictures.RED, pictures.GREEN, pictures.BLUE, pictures.WHITE)
GRAYS = (20, 90, 160, 250)
ALPHAS = (255, 40, 128, 200)


def decoded(original: bytes) -> Image.Image:
    source = readers.opened(TIFF, original)
    with readers.decoding():
        picture = decoding.decoded(source, (WIDTH, HEIGHT))
    assert picture.size == source.size
    return colour.to_srgb(colour.plain(picture), source.profile)


def reason(original: bytes) -> Reason | None:
    try:
        decoded(original)
    except Rejected as refusal:
        return refusal.reason
    return None


def quadrant(x: int, y: int) -> int:
    return (x >= WIDTH // 2) + 2 * (y >= HEIGHT // 2)


def seen(original: bytes) -> list[tuple[int, ...]]:
    """The colour in the middle of each quadrant, checked to be the same everywhere in it."""
    picture = decoded(original)
    boxes = [(left, top, left + WIDTH // 2, top + HEIGHT // 2) for top in (0, HEIGHT // 2) for left in (0, WIDTH // 2)]
    for box in boxes:
        for band in picture.crop(box).split():
            least, most = ImageStat.Stat(band).extrema[0]
            assert most - least <= 1, box
    return [tuple(picture.crop((box[0] + 5, box[1] + 5, box[0] + 6, box[1] + 6)).tobytes()) for box in boxes]


def assert_seen(original: bytes, expected: list[tuple[int, ...]], tolerance: int = 3) -> None:
    pixels = seen(original)
    for pixel, wanted in zip(pixels, expected, strict=True):
        assert len(pixel) == len(wanted), (pixels, expected)
        assert all(abs(a - b) <= tolerance for a, b in zip(pixel, wanted, strict=True)), (pixels, expected)


def cmyk(red: int, green: int, blue: int) -> Pixel:
    return 1 - red / 255, 1 - green / 255, 1 - blue / 255, 0.0


PIXELS: dict[str, Callable[[int, int], Pixel]] = {
    "gray": lambda x, y: (GRAYS[quadrant(x, y)] / 255,),
    "gray and alpha": lambda x, y: (GRAYS[quadrant(x, y)] / 255, ALPHAS[quadrant(x, y)] / 255),
    "rgb": lambda x, y: [value / 255 for value in COLOURS[quadrant(x, y)]],
    "rgb and alpha": lambda x, y: (
        *(value / 255 for value in COLOURS[quadrant(x, y)]),
        ALPHAS[quadrant(x, y)] / 255,
    ),
    "cmyk": lambda x, y: cmyk(*COLOURS[quadrant(x, y)]),
    "cmyk and alpha": lambda x, y: (*cmyk(*COLOURS[quadrant(x, y)]), ALPHAS[quadrant(x, y)] / 255),
}
