"""Animations: thumbnails that move, with the setting Animated, compared with peers that make the same."""

from collections.abc import Mapping

from benchmarks import quiet, standings
from benchmarks.contenders import ANIMATORS
from benchmarks.field import Field
from benchmarks.inputs import ANIMATIONS, Input
from benchmarks.quiet import Measured

_ROUNDS = 5
_ABOUT = """\
With the setting Animated, an animation gives thumbnails that move. Sizes, quality and effort are those of stills; all
frames are decoded, resized and encoded, and keep their duration and the number of repetitions. libvips, and sharp
with it, holds all frames as one tall picture; this pipeline holds one at a time. PSNR is the mean over all frames of
the original, each compared with what the thumbnail shows at the same time; "worst" is that of the worst one. Frames
that look the same may become one. libvips reads only the first frame of an APNG."""


def report() -> str:
    """Says below the tables if the machine was busy."""
    competing = Field(ANIMATORS)
    races = {one: competing.measured(one, _ROUNDS, quiet.MOST_ROUNDS) for one in ANIMATIONS.values()}
    return "\n\n".join([section(races, competing), *quiet.reasons(races)])


def section(races: Mapping[Input, Measured], competing: Field) -> str:
    tables = [standings.section(one, measured.results, competing.missing) for one, measured in races.items()]
    return "\n\n".join([_ABOUT, standings.targets(races), standings.summary(races), *tables])
