"""What is known of a picture, in the words of the manifest: what the pipeline finds out, and what a reader is told."""

from typing import TypedDict


class Original(TypedDict):
    """The uploaded picture. format: as formats.Input names it. width, height: pixels as a person sees them, orientation
    applied. bytes: of the file. frames: 1 for a still."""

    format: str
    width: int
    height: int
    bytes: int
    frames: int


class Placeholder(TypedDict):
    """What to show while a thumbnail loads. thumbhash: base64 (see pipeline.thumbhash). color: "#rrggbb"."""

    thumbhash: str
    color: str
