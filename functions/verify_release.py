"""Before a new version of convert gets traffic: every golden picture through it, and what comes out is looked at.

CodeDeploy calls it (PreTraffic hook) and waits for what `release` reports. The pictures lie in the thumbnail bucket,
which notifies nobody, so the live version never hears of them. The log names each picture that failed, and why.
"""

from collections.abc import Iterator
from typing import Any

from thumbs import golden, keys, observe, release, settings, storage


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return release.hook(event, context, _faults)


def _faults() -> Iterator[str]:
    """All of them, for they tell more together; but a version that is too slow once has had its chance."""
    current = settings.current()
    wanted = golden.Wanted(current.sizes, current.output, current.quality)
    for picture in golden.pictures():
        observe.log().append_keys(picture=picture.file)
        job = keys.new_probe()
        try:
            probe = storage.put_probe(job, picture.content)
            storage.call(current.convert_version, _notice(probe.bucket, probe.key), release.ANSWER_SECONDS)
            yield from golden.faults(picture, storage.made(job), wanted)
        except storage.CallFailed as failure:
            yield str(failure)
            if failure.too_slow:
                return
        finally:
            storage.delete_probe(job)
    observe.log().remove_keys(["picture"])


def _notice(bucket: str, key: str) -> dict[str, Any]:
    """As S3 would notify of it."""
    s3 = {"bucket": {"name": bucket}, "object": {"key": key}}
    return {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3}]}
