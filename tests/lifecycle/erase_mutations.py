"""The protocol of erasing with one of its rules switched off. Each rule is needed, because each change is detected."""

from tests.lifecycle.mutations import Mutation

_ERASED = "When a job was erased"
_FORGOTTEN = "With a delivery"
_CACHED = "a job whose thumbnails are cached is erased"
_LEFT_BY_REDRIVE = "a failed job is erased, and its letter is redriven after the tombstone has expired"

ERASE_MUTATIONS = [
    Mutation(
        "a run that sees the tombstone at its start leaves",
        "thumbs.jobs.ledger",
        "closed = not _allowed(standing, upload.again)",
        'closed = standing.manifest["status"] == "erased" or not _allowed(standing, upload.again)',
        "a done job is erased, and its form is used once more",
        _ERASED,
    ),
    Mutation(
        "a run that meets the tombstone at its commit leaves",
        "thumbs.jobs.ledger",
        "        if not _may_replace(first.standing, outcome, again and was_claimed):\n",
        '        if first.standing.manifest["status"] == "erased" or not _may_replace(first.standing, outcome):\n',
        "a job is erased while it is converted",
        _ERASED,
    ),
    Mutation(
        "a run that may not write its outcome leaves without another look",
        "thumbs.jobs.ledger",
        '        raise_if_erased(find(outcome["job"]))',
        "        pass",
        "a failed job is erased while its letter is redriven",
        _ERASED,
    ),
    Mutation(
        "a report of failure that meets the tombstone leaves",
        "report_failure",
        "        erasure.hand_over(upload)\n",
        "",
        "a job is erased during the last attempt of its conversion",
        _ERASED,
    ),
    Mutation(
        "the original is deleted only together with the burial",
        "thumbs.jobs.erasure",
        "    ledger.bury(job)\n    for bucket, key in originals:\n",
        "    for bucket, key in originals if ledger.bury(job) else ():\n",
        "a job is erased before it is uploaded",
        _ERASED,
    ),
    Mutation(
        "an erased job is not swept again",
        "thumbs.jobs.erasure",
        "    ledger.bury(job)\n",
        "    if not ledger.bury(job):\n        return 0\n",
        "a job is erased while it is converted",
        _ERASED,
    ),
    Mutation(
        "the tombstone comes after the sweep",
        "thumbs.jobs.erasure",
        "    ledger.bury(job)\n",
        "    _sweep(job, deadline)\n    ledger.bury(job)\n",
        "a done job is erased while its page waits",
        "A manifest names",
    ),
    Mutation(
        "the original is deleted before the tombstone is written, and not after it",
        "thumbs.jobs.erasure",
        "    ledger.bury(job)\n    for bucket, key in originals:\n        s3.delete(bucket, key)\n",
        "    for bucket, key in originals:\n        s3.delete(bucket, key)\n    ledger.bury(job)\n",
        "a job is erased before it is uploaded",
        _ERASED,
    ),
    Mutation(
        "only the folder that is named after the job is swept",
        "thumbs.jobs.erasure",
        "    thumbnails, _ = _empty(job, keys.folder(job), deadline)\n",
        "    thumbnails = 0\n",
        "a done job is erased while its page waits",
        _ERASED,
    ),
    Mutation(
        "a tombstone replaces whatever is there by then",
        "thumbs.jobs.ledger",
        "            **condition,\n",
        '            **(condition if not replacing or outcome["status"] != "erased" else {}),\n',
        "a job is erased while writes are slow, and it is converted again with other sizes",
        "A manifest names",
    ),
    Mutation(
        "an old event ends a job",
        "thumbs.jobs.ledger",
        "upload.time is None or retention.is_late(upload.time)",
        "upload.time is None",
        _LEFT_BY_REDRIVE,
        _ERASED,
    ),
    Mutation(
        "a late report of failure ends a job",
        "report_failure",
        "    if ledger.is_closed(None, upload):\n",
        "    if False:\n",
        "a job is erased, and its failure is reported after the tombstone has expired",
        _ERASED,
    ),
    Mutation(
        "an event without a time ends a job",
        "thumbs.jobs.ledger",
        "upload.time is None or ",
        "upload.time is not None and ",
        "an event by an operator of version 0.1 fails, and is redriven after the tombstone has expired",
        _ERASED,
    ),
    Mutation(
        "a redriven event has no time",
        "thumbs.jobs.notices",
        "    if upload.time:\n",
        "    if False:\n",
        "a conversion and its report fail for good, the original expires, and the letter is redriven",
        "Every uploaded job ends",
    ),
    Mutation(
        "a run takes the tombstone for the report of a failure",
        "thumbs.jobs.ledger",
        '    raise_if_erased(standing)\n    by_any_event, when_asked = _MAY_REPLACE.get(standing.manifest["status"]',
        '    by_any_event, when_asked = _MAY_REPLACE.get(standing.manifest["status"].replace("erased", "failed")',
        "a job is erased while it is converted",
        "`done` and `rejected` stay",
    ),
    Mutation(
        "GET /uploads takes a tombstone for a result",
        "get_upload",
        'if found.manifest["status"] == "erased":',
        "if False:",
        "a done job is erased while its original expires and a program asks for it",
        "`GET /uploads/{job}` finds",
    ),
    Mutation(
        "DELETE takes a failure for a success",
        "erase",
        '        observe.log().exception("not erased yet")\n',
        "        return responses.nothing(event)\n",
        "an owner erases a done job",
        _ERASED,
    ),
    Mutation(
        "DELETE does not sweep a job again that it finds erased",
        "erase",
        "    if not _is_known(event, job):\n",
        '    if (buried := ledger.find(job)) and buried.manifest["status"] == "erased":\n'
        "        return responses.nothing(event)\n"
        "    if not _is_known(event, job):\n",
        "an owner erases a done job",
        _ERASED,
    ),
    Mutation(
        "DELETE hands nothing over that it could not finish",
        "erase",
        "        erasure.hand_over(Upload(*_original(job), job))\n",
        "",
        "an owner erases a done job, and does not repeat a request that was not finished",
        _ERASED,
    ),
    Mutation(
        "caches are not asked to forget",
        "thumbs.jobs.erasure",
        "        _forget(job, old > 0, deadline)\n",
        "        pass\n",
        _CACHED,
        _FORGOTTEN,
    ),
    Mutation(
        "caches are asked to forget before the sweep",
        "thumbs.jobs.erasure",
        "    thumbnails, _ = _empty(job, keys.folder(job), deadline)\n"
        "    old, is_bound = _empty(job, job, deadline)\n"
        "    if thumbnails or old or is_bound:\n"
        "        _forget(job, old > 0, deadline)\n",
        "    _forget(job, True, deadline)\n"
        "    thumbnails, _ = _empty(job, keys.folder(job), deadline)\n"
        "    old, is_bound = _empty(job, job, deadline)\n",
        _CACHED,
        _FORGOTTEN,
    ),
    Mutation(
        "the binding is swept together with the thumbnails",
        "thumbs.jobs.erasure",
        "found = listed - {keys.manifest(job), keys.binding(job)}",
        "found = listed - {keys.manifest(job)}",
        _CACHED,
        _FORGOTTEN,
    ),
]
