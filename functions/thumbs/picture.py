"""Facts about a picture, in the manifest's terms: what the pipeline determines, and what readers of a manifest see."""

from typing import Literal, TypedDict


class Original(TypedDict):
    """The uploaded picture. format: name of formats.Input. width, height: pixels, after orientation. bytes: size of the
    file. frames: 1 for a still."""

    format: str
    width: int
    height: int
    bytes: int
    frames: int


# Kinds of metadata that an original may carry; thumbnails carry none, except what RIGHTS lists.
#
# location   where it was taken, or what place it shows
# camera     make, model, lens, serial number, exposure
# time       when it was taken or changed
# people     author, owner, copyright, persons shown
# comments   titles, descriptions, keywords, ratings
# software   programs, and the history of the editing
# previews   smaller or further pictures in the file, gain maps of HDR, and films of motion photos
# other      anything else, such as content credentials
KINDS = ("location", "camera", "time", "people", "comments", "software", "previews", "other")


# What the setting Metadata=copyright keeps of the kind `people`.
#
# creator    who made it
# copyright  the notice
# credit     the line to show next to it
# license    the address of its licence (Web Statement of Rights)
# licensor   the address that grants one
RIGHTS = ("creator", "copyright", "credit", "license", "licensor")


class Placeholder(TypedDict):
    """What to show while a thumbnail loads. thumbhash: base64 (see pipeline.thumbhash). color: "#rrggbb"."""

    thumbhash: str
    color: str


# Why the thumbnails of an animation stand still.
#
# too_many_frames  budgets of pipeline.animation
# too_many_pixels
# too_slow
# too_large        as a file; the smaller sizes may move
# damaged          a frame cannot be read
# no_motion        all frames look the same
# still_format     the thumbnails' format cannot be animated
Stillness = Literal[
    "too_many_frames", "too_many_pixels", "too_slow", "too_large", "damaged", "no_motion", "still_format"
]


class Animation(TypedDict):
    """What became of an animation. animated: whether a thumbnail moves. reason: why not all of them do, or None.
    duration: milliseconds until it repeats. loop: how often it is played, 0 for ever; both are None if nothing moves.
    """

    animated: bool
    reason: Stillness | None
    duration: int | None
    loop: int | None
