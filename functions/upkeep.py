"""Every quarter of an hour: uploads without an outcome are converted again, or reported as failed.

Once a day also: a line with counts and the estimated cost, and versions of functions that nobody needs are deleted. The
search goes on where the last run stopped (thumbs.upkeep). Only one run at a time does anything.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from thumbs import observe
from thumbs.upkeep import day, memory, releases, rescue, search
from thumbs.upkeep.memory import Memory

# What is left of the function's timeout when the last requests begin: each may take two retries (aws.clients).
RESERVE = 45.0


@observe.function
def handler(event: dict[str, Any], context: Any) -> None:
    now, seconds = datetime.now(UTC), context.get_remaining_time_in_millis() / 1000
    deadline = time.monotonic() + seconds - RESERVE
    try:
        known = memory.hold(context.aws_request_id, now, now + timedelta(seconds=seconds))
        _run(known, now, lambda: time.monotonic() < deadline)
    except memory.Busy:
        observe.log().info("another run is at work")


def _run(known: Memory, now: datetime, has_time: Callable[[], bool]) -> None:
    searching = search.Search(known, now, has_time)
    searching.look_again()
    searching.go_on()
    observe.count("UploadsWithoutOutcome", len(known.lost))  # 0, too: an alarm needs it to see that this function runs
    rescue.rescue(known, now, has_time)
    midnight = day.midnight(now)
    today = midnight.date().isoformat()
    # Each is tried again by the next run if it fails, but neither is repeated because the other one failed.
    if known.day != today:
        known.save()  # so that nothing of the above is lost either
        day.write(midnight, known.last)
        known.day = today
    if known.tidied != today:
        known.save()
        releases.tidy()
        known.tidied = today
    known.release()
