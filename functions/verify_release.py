"""Before a new version of convert gets traffic: converts every golden picture with it, and checks the results.

CodeDeploy invokes it (PreTraffic hook) and waits for its report.
"""

from collections.abc import Iterator
from typing import Any

from thumbs import observe, settings
from thumbs.verification import conversions, golden, hook


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return hook.run(event, context, _faults)


def _faults() -> Iterator[str]:
    current = settings.current()
    style = golden.Style(
        current.sizes,
        current.outputs,
        current.quality,
        current.animated,
        current.copyright,
        current.profiles,
        current.max_megapixels,
    )
    return conversions.faults(current.convert_version, style)
