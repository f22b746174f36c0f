"""Before a new version of sign_upload or get_upload gets traffic: one upload through both (PreTraffic hook)."""

from collections.abc import Iterator
from typing import Any

from thumbs import observe, settings
from thumbs.verification import hook, journey


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return hook.run(event, context, _faults)


def _faults() -> Iterator[str]:
    current = settings.current()
    versions = journey.Journey(current.sign_upload_version, current.get_upload_version, current.upload_bucket)
    return versions.faults()
