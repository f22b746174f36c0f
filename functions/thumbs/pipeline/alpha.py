"""Alpha: pictures with transparency are averaged and resized with premultiplied colours, so that invisible pixels leave
no trace.

Eight bits of a product suffice for photographs. They do not keep a flat colour flat: where alpha is 10, a gray of 128
becomes 127 or 153, and Lanczos's overshoot, clipped at an alpha of 255, brightens a colour along its edges. So a
drawing with few colours is resized in 16 bits, with headroom (docs/decisions/imaging-alpha.md).
"""

from itertools import chain

from PIL import Image

from thumbs.pipeline import boxes
from thumbs.pipeline.lanczos import accelerated, lanczos, of_channels
from thumbs.pipeline.packed import Packed
from thumbs.pipeline.pixelmath import computed, product, scaled
from thumbs.pipeline.rows import Rows

# The modes whose colours are premultiplied.
PREMULTIPLIED = {"RGBA": "RGBa", "LA": "La"}
_STRAIGHT = {multiplied: straight for straight, multiplied in PREMULTIPLIED.items()}
MODES = {*PREMULTIPLIED, *_STRAIGHT}
# The modes of their premultiplied bytes. Pillow premultiplies RGBA while it writes the bytes, which saves a copy of the
# picture, but only with blue first; a resize of each channel does not care. For LA there is no such mode.
_RAW = {"RGBA": "BGRa", "RGBa": "RGBa", "La": "La"}

_MANY_ROWS = 64  # of boxes to average at a time in 16 bits
# A picture is a drawing if a grid of this many samples per side shows at most this many colours.
_PLACES, _COLOURS = 32, 16
# Half of each alpha, and half of alpha times 255, so that Lanczos can overshoot in 16 bits.
_HALF = [level / 2 for level in range(256)]
_WEIGHT = [level * 255 // 2 for level in range(256)]


def is_drawing(image: Image.Image) -> bool:
    """Whether an RGBA or LA picture has few visible colours, and is transparent somewhere."""
    return len(_visible(_sample(image))) <= _COLOURS and not is_opaque(image)


def _visible(sample: Image.Image) -> set[tuple[int, ...]]:
    """The colours of its pixels, except invisible ones."""
    counted = sample.getcolors(_PLACES * _PLACES) or []
    return {colour[:-1] for _, colour in counted if isinstance(colour, tuple) and colour[-1]}


def is_opaque(image: Image.Image) -> bool:
    """Whether no pixel of an RGBA or LA picture is transparent. If some are, a sample shows it for most pictures, so it
    is checked first."""
    return all(one.getchannel("A").getextrema()[0] == 255 for one in (_sample(image), image))


def _sample(image: Image.Image) -> Image.Image:
    return image.resize((_PLACES, _PLACES), Image.Resampling.NEAREST)


def averaged(image: Image.Image, by: boxes.Factor) -> Image.Image:
    """An RGBA or LA picture averaged in boxes, left premultiplied, without a second copy of the whole.

    Premultiplying takes longer than everything else, and most rows of most pictures do not need it.
    """
    result = Image.new(PREMULTIPLIED[image.mode], boxes.size_of(image, by))
    _average(boxes.strips(image, by), by, result)
    return result


def averaged_rows(rows: Rows, by: boxes.Factor, into: boxes.Canvas) -> Image.Image | None:
    """Writes the same into a canvas. A picture that may be a drawing is returned instead. It is one unless a few
    of its rows have too many colours, so most others are never whole in memory."""
    strips = boxes.strips(rows, by)
    read: list[tuple[boxes.Run, Image.Image]] = []
    seen: set[tuple[int, ...]] = set()
    for run, strip in strips:
        read.append((run, strip))
        seen |= _visible(_sampled(strip, run, rows.size))
        if len(seen) > _COLOURS:
            del strip
            _average(chain(_emptied(read), strips), by, into)
            return None
    whole = Image.new(rows.mode, rows.size, None)
    for run, strip in _emptied(read):
        whole.paste(strip, (0, run.start))
    return whole


def _sampled(strip: Image.Image, run: boxes.Run, size: tuple[int, int]) -> Image.Image:
    """The pixels of these rows that `_sample` takes from the whole picture."""
    every = ((2 * place + 1) * size[1] // (2 * _PLACES) for place in range(_PLACES))
    tops = [top for top in every if run.start <= top < run.stop]
    sample = Image.new(strip.mode, (_PLACES, len(tops)))
    for number, top in enumerate(tops):
        row = strip.crop((0, top - run.start, size[0], top - run.start + 1))
        sample.paste(row.resize((_PLACES, 1), Image.Resampling.NEAREST), (0, number))
    return sample


def _emptied(read: list[tuple[boxes.Run, Image.Image]]) -> boxes.Strips:
    """Each of them, freed when the next is taken."""
    read.reverse()
    while read:
        yield read.pop()


def _average(strips: boxes.Strips, by: boxes.Factor, into: boxes.Canvas) -> None:
    across: list[boxes.Run] = []
    for run, strip in strips:
        across = across or [*boxes.runs(strip.width, by[0])]
        if by == (1, 1):  # `resized` multiplies
            into.paste(boxes.without_rest(strip, run), (0, run.at))
            continue
        least, most = strip.getchannel("A").getextrema()
        if most == 0:
            continue
        premultiplied = PREMULTIPLIED[strip.mode]
        if least == 255:
            opaque = boxes.averaged(strip.convert(premultiplied[:-1]), (by[0], run.box))
            into.paste(opaque.convert(strip.mode).convert(premultiplied), (0, run.at))
        else:
            boxes.place(into, strip.convert(premultiplied), 0, across, run)


def resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture with alpha, left premultiplied unless it is opaque."""
    if not accelerated(image.size):
        return _multiplied(image).resize(size, Image.Resampling.LANCZOS)
    if image.mode in PREMULTIPLIED and is_opaque(image):
        return of_channels(image, size)
    pixels = _Multiplied(image if image.mode in _RAW else _multiplied(image))
    return Image.frombytes(pixels.mode_multiplied, size, of_channels(pixels, size).tobytes(), "raw", pixels.raw)


def as_multiplied(image: Image.Image) -> Image.Image:
    """RGBA or LA whose colours are premultiplied already, in the mode that says so."""
    multiplied = PREMULTIPLIED[image.mode]
    return Image.frombytes(multiplied, image.size, image.tobytes(), "raw", multiplied)


def _multiplied(image: Image.Image) -> Image.Image:
    return image.convert(PREMULTIPLIED[image.mode]) if image.mode in PREMULTIPLIED else image


def straight(image: Image.Image) -> Image.Image:
    """The picture divided by its alpha again, if it was premultiplied."""
    return image.convert(_STRAIGHT[image.mode]) if image.mode in _STRAIGHT else image


class _Multiplied(Packed):
    """Presents a premultiplied picture, for which pic-scale has no mode, as one that is not premultiplied."""

    def __init__(self, image: Image.Image) -> None:
        self.raw = _RAW[image.mode]
        super().__init__(image, self.raw)
        self.mode_multiplied = PREMULTIPLIED.get(image.mode, image.mode)
        self.mode = _STRAIGHT[self.mode_multiplied]


def resized_exactly(image: Image.Image, by: boxes.Factor, size: tuple[int, int]) -> Image.Image:
    """An RGBA or LA picture, averaged in boxes and resized.

    Flat colours stay exact where alpha is 16 or more, and within one level where it is 5 or more.
    """
    gray = is_gray(image)
    *colours, weight = (lanczos(plane, size).convert("I").convert("F") for plane in _planes(image, by, gray=gray))
    bands = [computed(lambda colour, weight: colour / weight * 255.0 + 0.5, colour, weight) for colour in colours]
    bands.append(scaled(weight, 2 / 255, 0.5))
    *shades, alpha = (band.convert("L") for band in bands)
    return Image.merge(image.mode, [*(shades * 3 if gray and image.mode == "RGBA" else shades), alpha])


def _planes(image: Image.Image, by: boxes.Factor, *, gray: bool) -> list[Image.Image]:
    """In 16 bits, half of each colour times alpha, then half of 255 times alpha. gray: one channel for all three."""
    count = 2 if gray else 4
    planes = [Image.new("I;16", boxes.size_of(image, by), None) for _ in range(count)]
    across = [*boxes.runs(image.width, by[0])]
    for run, strip in boxes.strips(image, by, _MANY_ROWS):
        *colours, alpha = strip.split()
        half = alpha.point(_HALF, "F")
        products = [product(colour.convert("F"), half).convert("I") for colour in colours[: count - 1]]
        for plane, part in zip(planes, (*products, alpha.point(_WEIGHT, "I")), strict=True):
            boxes.place(plane, part, 0, across, run)
    return planes


def is_gray(image: Image.Image) -> bool:
    """Whether a picture is gray, including its invisible colours."""
    rows = boxes.at_a_time(image.width, _MANY_ROWS)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(image.height, top + rows)))
        red, *others = (band.tobytes() for band in strip.split()[:-1])
        if any(other != red for other in others):
            return False
    return True
