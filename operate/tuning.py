"""The input of AWS Lambda Power Tuning's state machine, which measures the conversion.

docs/power-tuning.md explains how to install, start and read it. Names and meanings of the fields: its
README-INPUT-OUTPUT.md, version 4.4.0.
"""

import math
from collections.abc import Sequence
from typing import Any

from thumbs import formats, settings

# MB. 1769 is one whole processor, 3008 a new account's maximum; docs/benchmarks.md has estimates for all four.
POWER_VALUES = (512, 1024, 1769, 3008)
MOST = 10240  # MB, of any function
# Repetitions per memory size. The slowest and the fastest fifth are not counted, so that the cold start is not.
NUM = 20
LEAST_NUM = 5


def least_memory() -> int:
    """The minimum in MB for the time limits in template.yaml."""
    return settings.LEAST_MEMORY


def memory_needed(original: dict[str, Any]) -> int:
    """The memory in MB with which this picture is never too large to convert. original: from its manifest.

    With less, the picture would be rejected before it is decoded, which the tuner would consider fast and cheap.
    """
    (accepted,) = (each for each in formats.INPUTS if each.name == original["format"])
    decoding: float = original["width"] * original["height"] * accepted.bytes_per_pixel
    return math.ceil(decoding / 2**20) + settings.BESIDE_CONVERSION


def power_values(named: Sequence[int] | None, current: int, needed: int = 0) -> list[int]:
    """The memory sizes to compare, in MB: the named ones, or the usual ones in which the picture fits; the current one
    last.

    The tuner sets each in turn, publishes a version, and deletes it when it has finished. If nothing has changed,
    Lambda publishes no version but returns the existing one. If the current size came first, that would be the version
    that serves users, which cannot be deleted while `live` points to it: the tuner would fail at its end. As the last
    one it replaces the version that the tuner would publish, and leave behind, to restore the function.

    Raises ValueError if a named size is too small, or if there is none but the current one.
    """
    others = sorted({*(named or POWER_VALUES)} - {current})
    if named and others and others[0] < needed:
        raise ValueError(f"{others[0]} MB are too few: the picture takes up to {needed} MB, and might be refused")
    others = [value for value in others if value >= needed]
    if not others:
        raise ValueError(f"The function has {current} MB already: name another size to compare it with")
    return [*others, current]


def state_machine_input(function: str, event: dict[str, Any], values: Sequence[int], num: int) -> dict[str, Any]:
    """function: its ARN, without an alias, because the tuner creates its own. event: what converts the picture."""
    return {
        "lambdaARN": function,
        "powerValues": list(values),
        "num": num,
        "payload": event,
        # One after the other: in parallel, each would be a cold start.
        "parallelInvocation": False,
        "strategy": "balanced",
        "balancedWeight": 0.5,  # between "speed" (0) and "cost" (1); only decides which size is called the best
        # The template sets the memory, and the next deployment would restore it.
        "autoOptimize": False,
        "includeOutputResults": True,
    }
