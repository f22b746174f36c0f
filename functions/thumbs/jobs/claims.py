"""A claim: somebody's application uses a job, so it is kept for longer than UnclaimedDays.

Thumbnails and binding lose their tags first, then the manifest is written without its tag. So the manifest is the
commit here, too: a job that says that it was claimed has nothing left that could expire as unclaimed. A claim that
ended halfway can be repeated.
"""

from thumbs import settings
from thumbs.aws import s3
from thumbs.jobs import keys, ledger
from thumbs.jobs.ledger import Entry

_ATTEMPTS = 5  # while runs of the job write its manifest


def claim(standing: Entry) -> None:
    """Keep a job, whatever its outcome. standing: its manifest. Repeating it changes nothing.

    Raises ledger.Erased, and ledger.Overtaken if runs of the job were first each time.
    """
    for attempts_left in reversed(range(_ATTEMPTS)):
        ledger.raise_if_erased(standing)
        outcome = standing.manifest
        if outcome.get("claimed") is not False:
            return
        bucket = settings.current().thumbnail_bucket
        for key in (keys.binding(outcome["job"]), *(each["key"] for each in outcome["thumbnails"])):
            s3.untag(bucket, key)  # even if it does not exist: then the job is being erased, which the next write shows
        try:
            ledger.claim(standing)
            return
        except ledger.Overtaken as first:
            if not attempts_left:
                raise
            standing = first.standing
