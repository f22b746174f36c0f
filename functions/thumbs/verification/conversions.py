"""Every golden picture through a version of convert, as if it had been uploaded.

The pictures are in the thumbnail bucket, which notifies of manifests only, so the live version never sees them.
"""

from collections.abc import Iterator

from thumbs import observe
from thumbs.aws import functions
from thumbs.jobs import keys, notices
from thumbs.verification import golden, hook, probes

# Stops after this many faulty pictures: another one would reveal nothing new.
_ENOUGH = 5


def faults(version: str, style: golden.Style) -> Iterator[str]:
    """The faults of a version of convert: from several pictures, but it stops at the first timeout.

    version: its ARN. The log names each picture that failed. Leaves nothing behind.
    """
    failed = 0
    for picture in golden.pictures():
        observe.log().append_keys(picture=picture.file)
        try:
            found = _put_through(picture, version, style)
        except functions.TooSlow as failure:
            yield str(failure)
            return
        yield from found
        failed += bool(found)
        if failed == _ENOUGH:
            return
    observe.log().remove_keys(["picture"])


def _put_through(picture: golden.Picture, version: str, style: golden.Style) -> list[str]:
    """The faults in what the new version makes of it. Raises functions.TooSlow. Leaves nothing behind."""
    job = keys.new_probe()
    try:
        probe = probes.put(job, picture.content, style.choices(picture))
        functions.call(version, notices.event([probe]), hook.ANSWER_SECONDS)
        return list(golden.faults(picture, probes.made(job), style))
    except functions.TooSlow:
        raise
    except functions.CallFailed as failure:
        return [str(failure)]
    finally:
        probes.erase(job)
