"""Pictures to convert, drawn rather than copied: the same pixels on every machine, and no copyright.

The cost of a decoder, a resampler and an encoder depends on the content, so these resemble real pictures: a photograph
has structure at every scale (the amplitude of natural scenes falls with frequency as 1/f: Field, 1987), hard edges,
smooth parts and a sensor's noise; a screenshot has flat areas and text.
"""

import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

_TILE = 512  # pixels; noise is repeated in tiles of this size, which no codec here notices
_OCTAVES = 12
_FLAT = (128, 128, 128)


def photo(width: int, height: int, seed: int = 1) -> Image.Image:
    """RGB. At quality 92 its JPEG takes 0.3 to 0.4 bytes per pixel, like a camera's."""
    chance = random.Random(seed)
    scene = _clouds(chance, width, height)
    _objects(chance, scene)
    return _with_noise(chance, scene)


def cutout(width: int, height: int, seed: int = 1) -> Image.Image:
    """RGBA: a photograph of an object with soft edges, on transparency."""
    picture = photo(width, height, seed)
    small = Image.new("L", (width // 8, height // 8))
    draw = ImageDraw.Draw(small)
    draw.ellipse((small.width // 8, small.height // 10, small.width * 7 // 8, small.height * 9 // 10), fill=255)
    draw.rectangle((small.width // 3, small.height // 2, small.width * 2 // 3, small.height), fill=255)
    picture.putalpha(small.filter(ImageFilter.GaussianBlur(3)).resize(picture.size, Image.Resampling.BICUBIC))
    # Invisible pixels have no colour, as editors leave them.
    return Image.composite(
        picture, Image.new("RGBA", picture.size), picture.getchannel("A").point(lambda a: 255 * (a > 0))
    )


def screenshot(width: int, height: int, seed: int = 1) -> Image.Image:
    """RGB: an editor's window with text, a toolbar and a picture in it."""
    chance = random.Random(seed)
    picture = Image.new("RGB", (width, height), (250, 250, 252))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width, height // 24), fill=(36, 41, 51))
    draw.rectangle((0, height // 24, width // 6, height), fill=(235, 238, 243))
    line = max(9, height // 64)
    font = ImageFont.load_default(line * 0.72)
    for top in range(height // 16, height - line, line):
        draw.text((width // 60, top), _words(chance, 2), (70, 80, 95), font)
        indent = width // 5 + chance.randrange(4) * line * 2
        colour = chance.choice([(30, 30, 30), (160, 30, 90), (20, 110, 60), (30, 70, 180)])
        draw.text((indent, top), _words(chance, chance.randrange(14)), colour, font)
    for button in range(8):
        left = width // 4 + button * height // 12
        draw.rounded_rectangle((left, height // 120, left + height // 16, height // 28), 6, fill=(72, 110, 220))
    picture.paste(photo(width // 4, height // 4, seed), (width * 7 // 10, height * 6 // 10))
    return picture


def _clouds(chance: random.Random, width: int, height: int) -> Image.Image:
    """1/f noise: each octave has the same energy, coarse ones first; the last ones fade as a lens blurs them."""
    scene = Image.new("RGB", (width, height), _FLAT)
    for octave in range(1, _OCTAVES):
        cells = 2**octave, max(1, 2**octave * height // width)
        if cells[0] > width:
            break
        layer = Image.frombytes("RGB", cells, chance.randbytes(3 * cells[0] * cells[1]))
        gray = layer.convert("L").convert("RGB")
        layer = Image.blend(layer, gray, 0.85)  # colours differ less than brightness does
        if octave > 5:  # sky, walls and skin are smooth: fine structure is only in parts of a picture
            where = Image.frombytes("L", (4, 3), bytes(chance.choice((0, 20, 60, 140)) for _ in range(12)))
            layer = Image.composite(
                layer, Image.new("RGB", cells, _FLAT), where.resize(cells, Image.Resampling.BICUBIC)
            )
        scene = ImageChops.add(
            scene,
            layer.point(lambda value: 128 + (value - 128) // 4).resize(scene.size, Image.Resampling.BICUBIC),
            1,
            -128,
        )
    return scene


def _objects(chance: random.Random, scene: Image.Image) -> None:
    """Hard edges of all lengths, in light and shadow."""
    draw = ImageDraw.Draw(scene)
    width, height = scene.size
    for _ in range(60):
        x, y = chance.randrange(width), chance.randrange(height)
        reach = 2 + int(max(width, height) / 6 * chance.random() ** 3)
        light = chance.randrange(20, 236)
        colour = tuple(min(255, max(0, light + chance.randint(-45, 45))) for _ in range(3))  # few things are garish
        match chance.randrange(3):
            case 0:
                draw.ellipse((x - reach, y - reach // 2, x + reach, y + reach // 2), fill=colour)
            case 1:
                draw.line((x, y, chance.randrange(width), chance.randrange(height)), fill=colour, width=1 + reach // 30)
            case _:
                corners = [(x + chance.randint(-reach, reach), y + chance.randint(-reach, reach)) for _ in range(5)]
                draw.polygon(corners, fill=colour)


def _with_noise(chance: random.Random, scene: Image.Image) -> Image.Image:
    """A sensor's noise after a camera's own denoising: about 2 of 255 in each channel, softened by demosaicing."""
    first, second, third, fourth = (
        Image.frombytes("RGB", (_TILE, _TILE), chance.randbytes(3 * _TILE * _TILE)) for _ in range(4)
    )
    # The mean of four even distributions is nearly a normal one, with half of their deviation of 74.
    even = Image.blend(Image.blend(first, second, 0.5), Image.blend(third, fourth, 0.5), 0.5)
    tile = even.point(lambda value: 128 + (value - 128) // 7).filter(ImageFilter.GaussianBlur(0.6))
    noise = Image.new("RGB", scene.size)
    for top in range(0, scene.height, _TILE):
        for left in range(0, scene.width, _TILE):
            noise.paste(tile, (left, top))
    return ImageChops.add(scene, noise, 1, -128)


def _words(chance: random.Random, count: int) -> str:
    return " ".join("".join(chance.choices("etaoinshrdlu_()=.:", k=chance.randint(2, 10))) for _ in range(count))
