"""Parked conversions → convert again. Called by a person, once the cause is fixed.

    {"max": 100}  →  {"redriven": 3, "jobs": ["3f0c…", …], "left": 0}

A conversion leaves the dead-letter queue only after it has been handed over; one that fails again is parked again. What
is handed over is not the letter but what was understood of it: anybody in the account may be able to write one.
"""

from typing import Any

from thumbs import observe, settings
from thumbs.jobs import notices, parked
from thumbs.jobs.notices import Upload

MOST = 1000  # per call: about a minute's work
USUAL = 100

# S3 tells of one upload at a time. An event of thousands would be more than Lambda takes, and stop every redrive.
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
            # Nothing of ours: left where it is, for a person to look at. Its body is a stranger's: not in our log.
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
    """The uploads that a letter names, of the upload bucket, well-formed and few; none for anything else."""
    try:
        uploads = notices.uploads(notices.unwrap(letter.body), settings.current().upload_bucket)
    except Exception:  # whatever a letter does to whoever reads it, the letters behind it are none the worse for it
        return []
    return [upload for upload in uploads if upload.job] if len(uploads) <= _MOST_UPLOADS else []
