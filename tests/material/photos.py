"""Pictures for the browser tests: generated here, suitable for screenshots, and as heavy as a camera's."""

import io
import random
from functools import cache
from math import sin

from PIL import Image, ImageChops, ImageDraw
from playwright.sync_api import FilePayload

SKIES = (((247, 214, 170), (96, 132, 178)), ((250, 235, 215), (120, 170, 190)), ((255, 190, 150), (80, 70, 120)))


def landscape(width: int, height: int, seed: int = 1) -> Image.Image:
    """Hills behind hills under an evening sky, with the grain of a sensor."""
    chance = random.Random(seed)
    low, high = SKIES[seed % len(SKIES)]
    sky = Image.linear_gradient("L").resize((width, height))
    picture = Image.composite(Image.new("RGB", sky.size, low), Image.new("RGB", sky.size, high), sky)
    draw = ImageDraw.Draw(picture)
    x, y, sun = chance.uniform(0.2, 0.8) * width, chance.uniform(0.25, 0.4) * height, min(width, height) * 0.07
    draw.ellipse((x - sun, y - sun, x + sun, y + sun), fill=(255, 244, 214))
    for hill in range(5):
        near = hill / 4
        colour = tuple(round(far + (close - far) * near) for far, close in zip(low, (24, 52, 48), strict=True))
        swing, phase = chance.uniform(3, 7), chance.uniform(0, 6)
        ridge = [
            (step * width / 64, height * (0.45 + 0.11 * hill + 0.05 * sin(swing * step / 20 + phase)))
            for step in range(65)
        ]
        draw.polygon([(0, height), *ridge, (width, height)], fill=colour)
    tile = Image.frombytes("L", (256, 256), bytes(chance.choices(range(20), k=256 * 256)))
    grain = Image.new("L", picture.size)
    for left in range(0, width, 256):
        for top in range(0, height, 256):
            grain.paste(tile, (left, top))
    return ImageChops.add(picture, Image.merge("RGB", (grain,) * 3), offset=-10)


def jpeg(name: str = "photo.jpg", width: int = 1200, height: int = 900, seed: int = 1) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": _file(width, height, seed)}


@cache
def _file(width: int, height: int, seed: int) -> bytes:
    """Made once for all tests, which choose the same few files again and again."""
    content = io.BytesIO()
    landscape(width, height, seed).save(content, "JPEG", quality=93)
    return content.getvalue()


def text(name: str, mime_type: str = "image/jpeg") -> FilePayload:
    """Not a picture, despite its name and type."""
    return {"name": name, "mimeType": mime_type, "buffer": b"This is not a picture. " * 40}


def small(count: int, start: int = 0) -> list[FilePayload]:
    """Files that are sent quickly, all different."""
    head = jpeg("any.jpg", 64, 48)["buffer"]
    return [
        {"name": f"IMG_{number:04}.jpg", "mimeType": "image/jpeg", "buffer": head + str(number).encode()}
        for number in range(start, start + count)
    ]
