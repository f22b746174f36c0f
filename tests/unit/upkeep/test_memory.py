"""What a run remembers survives kills and a second run: no upload is forgotten, none is converted a fourth time."""

import json
from collections import Counter
from collections.abc import Callable

import pytest

from tests.actors.upkeeper import THUMBNAILS, UPLOADS, Account, Killed, job
from tests.standins.wire import Sent, Wire
from thumbs.jobs import keys
from thumbs.upkeep import memory

MANY = range(3)


def called(account: Account, name: str) -> Counter[str]:
    """How often a function was called by the last run for each job."""
    events = [event for function, event in account.calls if function == name]
    return Counter(upload.job or "" for event in events for upload in account.uploads(event))


def test_a_run_may_be_killed_before_any_of_its_calls(account: Account, kill: Callable[[int], None]) -> None:
    killed = []
    for number in range(1, 14):
        account.clear()
        account.upload(*MANY)
        account.run()
        attempts, reported = called(account, "convert"), Counter[str]()
        account.wait()
        kill(number)
        try:
            account.run()
        except Killed:
            killed.append(number)
        kill(0)
        for _ in range(4):
            attempts += called(account, "convert")
            reported += called(account, "report_failure")
            account.wait()
            account.run()

        assert attempts.keys() == (reported + called(account, "report_failure")).keys() == {job(each) for each in MANY}
        assert {*attempts.values()} <= {2, 3}, "at most one attempt is lost with the run"

    assert killed == [*range(1, 13)], "each of its calls"


def test_while_a_run_is_at_work_another_one_does_nothing(account: Account, kill: Callable[[int], None]) -> None:
    account.upload(1)
    kill(3)
    with pytest.raises(Killed):
        account.run()
    kill(0)
    held = account.memory

    assert account.run() == []

    assert (account.memory, account.requests) == (held, Counter(GetObject=1))


def test_of_two_runs_that_begin_at_once_one_stops(account: Account, wire: Wire) -> None:
    account.run()
    account.upload(1, minutes=0)
    account.wait(16)
    of_the_other = json.dumps(account.memory | {"run": "another"}).encode()

    def hold(_: Sent) -> None:
        account.s3.put_object(Bucket=UPLOADS, Key=memory.KEY, Body=of_the_other)

    wire.before("PutObject", hold)

    assert account.run() == []  # it has read the memory, and the other one holds it first

    assert account.memory["run"] == "another"


def test_a_write_whose_answer_was_lost_is_recognised(account: Account, wire: Wire) -> None:
    """The call is repeated, and S3 refuses that, because the first one has changed the object."""
    account.upload(1)
    account.run()
    account.wait()
    repeated: list[bool] = []

    def repeat(sent: Sent) -> None:
        if not repeated:
            repeated.append(True)
            account.s3.put_object(Bucket=UPLOADS, Key=memory.KEY, Body=sent.body)

    wire.before("PutObject", repeat)

    assert account.run() == [("convert", job(1))]


UNREADABLE = [b"", b"[]", b"null", b'{"version": 2}', b'{"version": 1}', b"\xff", b'{"version": 1, "lost": {"a": 1}}']


def test_a_memory_of_an_earlier_version_is_continued(account: Account) -> None:
    """It knew no day of tidying."""
    account.upload(1)
    account.run()
    known = account.memory
    del known["tidied"]
    account.s3.put_object(Bucket=UPLOADS, Key=memory.KEY, Body=json.dumps(known))

    assert account.run() == []

    assert account.lost == {job(1): 1}


WRONG: list[dict[str, object]] = [
    {"held_until": "2026-11-26T00:00:00"},  # without a time zone
    {"since": "yesterday"},
    {"after": 1},
    {"lost": {job(1): {"stored": "2026-11-26T00:00:00", "attempts": 0, "due": "2026-11-26T00:00:00"}}},
    {"last": {"originals": 1, "pictures": 2}},
    {"from": "a later version"},
]


def test_a_memory_that_cannot_be_read_begins_again(account: Account) -> None:
    account.upload(1)
    account.run()
    known = account.memory
    for content in [*UNREADABLE, *(json.dumps(known | wrong).encode() for wrong in WRONG)]:
        account.s3.put_object(Bucket=UPLOADS, Key=memory.KEY, Body=content)

        assert account.run() == [("convert", job(1))], content


def test_the_memory_names_no_erased_job_any_more(account: Account) -> None:
    account.upload(1)
    account.run()
    account.s3.put_object(Bucket=THUMBNAILS, Key=keys.manifest(job(1)), Body=json.dumps({"status": "erased"}))
    account.wait()

    account.run()

    assert job(1) not in json.dumps(account.memory["lost"])
