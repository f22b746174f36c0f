"""Days that go by, for what nobody claims."""

from datetime import datetime, timedelta
from typing import Any

from tests.lifecycle.world import World

UNCLAIMED = 3  # the setting, with the flag
EXPECTS_CLAIMS = "claims are expected"


def is_over(world: World, manifest: dict[str, Any] | None) -> bool:
    """Whether the time of a job is over: that its manifest says, or that had a manifest before."""
    if manifest is None:
        return "the manifest has expired" in world.flags
    created = datetime.fromisoformat(manifest["created"])
    return manifest["claimed"] is False and world.now() - created >= timedelta(UNCLAIMED)


def batches(world: World) -> list[str]:
    """What keys of thumbnails may depend on, besides their content: what was known to a conversion until now."""
    return ["", *(f" {world.on(day):%Y-%m-%d} unclaimed " for day in range(world.days + 1))]
