"""Facts about a picture, in the manifest's terms: what the pipeline determines, and what readers see."""

from typing import TypedDict


class Original(TypedDict):
    """The uploaded picture. format: name of formats.Input. width, height: pixels, after orientation. bytes: size of the
    file. frames: 1 for a still."""

    format: str
    width: int
    height: int
    bytes: int
    frames: int


class Placeholder(TypedDict):
    """What to show while a thumbnail loads. thumbhash: base64 (see pipeline.thumbhash). color: "#rrggbb"."""

    thumbhash: str
    color: str
