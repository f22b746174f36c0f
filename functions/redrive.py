"""Parked conversions → convert again. Called by a person, once the cause is mended.

    {"max": 100}  →  {"redriven": 3, "jobs": ["3f0c…", …], "left": 0}

A conversion leaves the dead-letter queue only after it has been handed over; one that fails again is parked again.
"""

from typing import Any

from thumbs import notices, observe, storage

MOST = 1000  # per call: about a minute's work
USUAL = 100


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    most = event.get("max", USUAL)
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= MOST:
        raise ValueError(f'"max" is how many conversions to redrive at most: 1 to {MOST}, not {most!r}')
    jobs: list[str] = []
    redriven = 0
    for letter in storage.dead_letters(most):
        try:
            conversion = notices.unwrap(letter.body)
            uploads = notices.uploads(conversion)
        except (ValueError, AttributeError, LookupError, TypeError):
            uploads = []
        if not uploads:
            # Nothing of ours: left where it is, for a person to look at.
            observe.log().error("not a conversion", body=letter.body[:1000])
            continue
        storage.convert_again(conversion)
        storage.delete_dead_letter(letter)
        redriven += 1
        for upload in uploads:
            observe.log().info("redriven", job=upload.job)
            jobs += [upload.job] if upload.job else []
    observe.count("Redriven", redriven)
    return {"redriven": redriven, "jobs": jobs, "left": storage.dead_letters_left()}
