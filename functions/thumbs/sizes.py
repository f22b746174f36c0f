"""Thumbnail sizes in the syntax of the setting ThumbnailSizes: `small=160,card=400x300,tile=240x240:pad:ffffff`.

docs/decisions/sizes-notation.md says why it looks like this.
"""

import re
from typing import Any, Literal, NamedTuple, cast

MAX_SIZES = 10
MAX_SIDE = 4096
MAX_PROFILES = 8

# How a picture gets into its box. fit: all of it, as large as the box allows. crop: it fills the box and is cut. pad:
# all of it, in a thumbnail that is exactly as large as the box.
Fit = Literal["fit", "crop", "pad"]

_SIZE = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9-]{0,31})=(?P<width>[0-9]{1,4})(?:x(?P<height>[0-9]{1,4}))?"
    r"(?::(?P<fit>fit|crop|pad(?::(?:[0-9a-fA-F]{3}){1,2})?))?(?P<enlarge>:enlarge)?"
)

_PROFILE = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]{0,31}):(?P<sizes>.*)")


class Size(NamedTuple):
    """A box in pixels.

    background: the colour around and behind a padded picture, as "#rrggbb"; None for transparency, which is white in a
    format without it. enlarge: whether a picture that is smaller than its box is enlarged.
    """

    name: str
    width: int
    height: int
    fit: Fit = "fit"
    background: str | None = None
    enlarge: bool = False

    @property
    def described(self) -> dict[str, Any]:
        """As GET /limits has it (docs/api.md)."""
        facts = {"name": self.name, "width": self.width, "height": self.height, "crop": self.fit == "crop"}
        facts |= {"fit": self.fit} | ({"background": self.background} if self.background else {})
        return facts | ({"enlarge": True} if self.enlarge else {})


def parse(text: str) -> tuple[Size, ...]:
    """The sizes in the order given. Raises ValueError with a sentence for the operator."""
    sizes = tuple(_parse_one(part.strip()) for part in text.split(","))
    if len(sizes) > MAX_SIZES:
        raise ValueError(f"ThumbnailSizes: at most {MAX_SIZES} sizes, not {len(sizes)}")
    if len({size.name for size in sizes}) < len(sizes):
        raise ValueError(f"ThumbnailSizes: a name is given twice in {text!r}")
    return sizes


def parse_profiles(text: str) -> dict[str, tuple[Size, ...]]:
    """The sets of sizes of the setting Profiles, `avatar:small=64,large=256x256;post:wide=1200`, by name, in the order
    given. Raises ValueError with a sentence for the operator."""
    named = [_PROFILE.fullmatch(part) for part in text.split(";")]
    profiles = {each["name"]: parse(each["sizes"]) for each in named if each}
    if None in named:
        raise ValueError(f"Profiles: {text!r} is not NAME:SIZES, with a semicolon between them")
    if len(profiles) < len(named):
        raise ValueError(f"Profiles: a name is given twice in {text!r}")
    if len(profiles) > MAX_PROFILES:
        raise ValueError(f"Profiles: at most {MAX_PROFILES} sets, not {len(profiles)}")
    return profiles


def _parse_one(text: str) -> Size:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"ThumbnailSizes: {text!r} is neither name=SIDE nor name=WIDTHxHEIGHT, with or without :fit, :crop, :pad or"
            " :pad:RRGGBB, and after that with or without :enlarge"
        )
    width = int(match["width"])
    height = int(match["height"] or width)
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise ValueError(f"ThumbnailSizes: {text!r} has a side outside 1 to {MAX_SIDE}")
    fit, _, colour = (match["fit"] or ("crop" if match["height"] else "fit")).partition(":")
    background = _colour(colour.lower()) if colour else None
    return Size(match["name"], width, height, cast("Fit", fit), background, bool(match["enlarge"]))


def _colour(digits: str) -> str:
    """#rrggbb of three digits, as in CSS, or of six."""
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))
