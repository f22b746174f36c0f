"""The events in events/, by file name: `function.what`."""

import json
from typing import Any

from dev.emulator import ROOT

EVENTS = sorted(path.stem for path in (ROOT / "events").glob("*.json"))


def logical_id(event: str) -> str:
    """convert.upload is for ConvertFunction."""
    return event.split(".")[0].title().replace("_", "") + "Function"


def content(event: str) -> Any:
    return json.loads((ROOT / "events" / f"{event}.json").read_text())
