"""Before a new version of convert gets traffic: converts every golden picture with it, and checks the results.

CodeDeploy invokes it (PreTraffic hook) and waits for the report of `release`. The pictures are in the thumbnail bucket,
which sends no notifications, so the live version never sees them. The log names each picture that failed, and why.
"""

from collections.abc import Iterator
from typing import Any

from thumbs import observe, settings
from thumbs.aws import functions
from thumbs.jobs import keys, notices
from thumbs.verification import golden, hook, probes


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return hook.run(event, context, _faults)


# Stops after this many faulty pictures: another one would reveal nothing new.
_ENOUGH = 5


def _faults() -> Iterator[str]:
    """Reports faults from several pictures, but stops at the first timeout."""
    failed = 0
    for picture in golden.pictures():
        observe.log().append_keys(picture=picture.file)
        try:
            faults = _put_through(picture)
        except functions.TooSlow as failure:
            yield str(failure)
            return
        yield from faults
        failed += bool(faults)
        if failed == _ENOUGH:
            return
    observe.log().remove_keys(["picture"])


def _put_through(picture: golden.Picture) -> list[str]:
    """The faults in what the new version makes of it. Raises functions.TooSlow. Leaves nothing behind."""
    current = settings.current()
    job = keys.new_probe()
    try:
        probe = probes.put(job, picture.content)
        functions.call(current.convert_version, notices.event([probe]), hook.ANSWER_SECONDS)
        style = golden.Style(current.sizes, current.output, current.quality)
        return list(golden.faults(picture, probes.made(job), style))
    except functions.TooSlow:
        raise
    except functions.CallFailed as failure:
        return [str(failure)]
    finally:
        probes.delete(job)
