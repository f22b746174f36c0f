"""The rescue: a lost upload is converted again, at most three times, and then reported as failed.

This decides nothing about a job. convert and report_failure get the events that S3 and Lambda would send, with the time
of the original, so the ledger's rules are the only ones.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from thumbs import observe, settings
from thumbs.aws import cloudwatch, functions
from thumbs.jobs import keys, notices
from thumbs.jobs.notices import Upload
from thumbs.upkeep.memory import Memory

ATTEMPTS = 3

# Lambda's three attempts take four minutes with their waits. Runs are not exactly a quarter of an hour apart.
PAUSE = timedelta(minutes=10)
WAITING = timedelta(minutes=10)  # as in the alarm StuckConversions
_AT_ONCE = 100  # handed over after one write of the memory


def rescue(known: Memory, now: datetime, has_time: Callable[[], bool]) -> None:
    """Hand over what is due. Raises memory.Busy, and the errors of S3 and Lambda.

    An attempt is saved before it is made, so there are never more than three. A run that is killed in between has made
    one less.
    """
    due = [job for job, lost in known.lost.items() if lost.due <= now]
    if due and _uploads_wait(now):
        observe.log().warning("uploads wait for convert, so none is converted again", without_outcome=len(due))
        return
    for first in range(0, len(due), _AT_ONCE):
        if not has_time():
            return
        jobs = due[first : first + _AT_ONCE]
        for job in jobs:
            known.lost[job] = replace(known.lost[job], attempts=known.lost[job].attempts + 1, due=now + PAUSE)
        known.save()
        for job in jobs:
            _hand_over(job, known.lost[job].stored, known.lost[job].attempts)


def _hand_over(job: str, stored: datetime, attempt: int) -> None:
    current = settings.current()
    event = notices.event([Upload(current.upload_bucket, keys.original(job), job, time=stored)])
    if attempt <= ATTEMPTS:
        observe.log().info("converted again", job=job, attempt=attempt)
        functions.start(current.convert_function, event)
    else:
        observe.log().error("reported as failed", job=job)
        functions.start(current.report_failure_function, notices.giving_up(event))


def _uploads_wait(now: datetime) -> bool:
    """Whether events wait in Lambda's own queue for minutes, because it throttles convert or convert raises errors.

    Lost uploads cannot be told from those that wait, and to convert these again would make the queue longer. Lambda
    keeps an event for six hours, then dead-letters it.
    """
    age = cloudwatch.of_function(settings.current().convert_function, "AsyncEventAge", "Maximum")
    ages = cloudwatch.values({"age": age}, now - timedelta(minutes=15), now, 300)["age"]
    return max(ages, default=0) > WAITING / timedelta(milliseconds=1)
