"""The responses of each released version (tests/unit/contract), and what today's lack of them."""

from typing import Any

from dev.emulator import ROOT

VERSIONS = sorted((ROOT / "tests" / "unit" / "contract").glob("*.json"))
SINCE_0_2 = [path for path in VERSIONS if path.stem != "0.1"]


def missing(then: Any, now: Any, where: str = "") -> list[str]:
    """Members of an earlier response that today's lacks, or has with another type."""
    if isinstance(then, dict):
        if not isinstance(now, dict):
            return [where]
        inner = [missing(value, now.get(name, ...), f"{where}/{name}") for name, value in then.items()]
        return [each for found in inner for each in found]
    if isinstance(then, list):
        if not isinstance(now, list) or bool(then) != bool(now):
            return [where]
        return missing(then[0], now[0], f"{where}/0") if then else []
    return [] if type(then) is type(now) else [where]
