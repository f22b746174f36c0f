"""pyvips as documented: thumbnail_buffer for each size."""

import os
from importlib import import_module
from typing import Any

from benchmarks.peers import EFFORT, QUALITY, SIDES

os.environ["VIPS_CONCURRENCY"] = "1"  # read when the library loads; a function of one vCPU has one
vips: Any = import_module("pyvips")
vips.cache_set_max(0)  # the same picture is converted again and again here, which never happens in production

ALL_FRAMES = "n=-1"


def thumbnails(original: bytes) -> list[bytes]:
    return [webp(vips.Image.thumbnail_buffer(original, side, height=side, size="down")) for side in SIDES]


def animations(original: bytes) -> list[bytes]:
    return [
        webp(vips.Image.thumbnail_buffer(original, side, height=side, size="down", option_string=ALL_FRAMES))
        for side in SIDES
    ]


def webp(picture: Any) -> bytes:
    encoded: bytes = picture.webpsave_buffer(Q=QUALITY, effort=EFFORT, keep="none")
    return encoded


def version() -> str:
    return f"pyvips {vips.__version__}, libvips {vips.version(0)}.{vips.version(1)}.{vips.version(2)}"
