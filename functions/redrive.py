"""Parked conversions → convert again. Invoked by an operator, once the cause is fixed.

    {"max": 100}  →  {"redriven": 3, "jobs": ["3f0c…", …], "left": 0}

A conversion leaves the dead-letter queue only after it has been passed on; if it fails again, it is parked again. Only
parsed fields are passed on, never the message itself, because others in the account may be able to send messages.
"""

from typing import Any

from thumbs import observe, settings
from thumbs.jobs import notices, parked
from thumbs.jobs.notices import Upload

MOST = 1000  # per call: about a minute's work
USUAL = 100

# S3 reports one upload per event. An event of thousands would exceed Lambda's limit, and stop every redrive.
_MOST_UPLOADS = 10


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    most = event.get("max", USUAL)
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= MOST:
        raise ValueError(f'"max" is how many conversions to redrive at most: 1 to {MOST}, not {most!r}')
    jobs: list[str] = []
    redriven = 0
    for letter in parked.letters(most):
        uploads = _understood(letter)
        if not uploads:
            # Not a conversion: left in the queue for a person. Its body is untrusted, so it is not logged.
            observe.log().error("not a conversion", message_id=letter.message_id, characters=len(letter.body))
            continue
        parked.convert_again(notices.event(uploads))
        parked.delete(letter)
        redriven += 1
        for upload in uploads:
            observe.log().info("redriven", job=upload.job)
            jobs += [upload.job] if upload.job else []
    observe.count("Redriven", redriven)
    return {"redriven": redriven, "jobs": jobs, "left": parked.left()}


def _understood(letter: parked.Letter) -> list[Upload]:
    """The uploads that a message names: in the upload bucket, well-formed and few; none for anything else."""
    try:
        uploads = notices.uploads(notices.unwrap(letter.body), settings.current().upload_bucket)
    except Exception:  # a message that cannot be parsed must not affect the messages after it
        return []
    return [upload for upload in uploads if upload.job] if len(uploads) <= _MOST_UPLOADS else []
