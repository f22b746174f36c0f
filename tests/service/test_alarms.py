"""Alarms roll back a version that only users reveal as broken, and nothing else.

The metrics are those that CloudWatch would have about what really ran (tests/standins/cloudwatch.py), as far as the
emulator has a source for them.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from dev import stack as deployed
from tests.actors.client import Service, wait_for
from tests.actors.users import alarming, uploaded
from tests.material.changed_code import Change, package
from tests.standins.cloudwatch import CloudWatch
from tests.standins.releases import HOOKS, Releases

# Three a minute in either version. In test_alarm_thresholds.py, two of twenty are enough.
FEW, OTHERS = 15, 15
READ = "        if original is None:\n"
IS_LARGER = "outcome['original'] and outcome['original']['bytes'] > 50_000"
ENDS = "    if ledger.end(outcome, seen, upload.again):"
LARGER = "        if original and len(original.content) > 50_000:\n            "  # golden pictures are smaller


@dataclass(frozen=True)
class Broken:
    """A version of convert that its golden pictures cannot distinguish from a good one. runs: of convert, per
    upload."""

    change: Change
    stopped_by: str
    uploads: int = FEW
    runs: int = 1


BROKEN = {
    "it refuses larger pictures": Broken(
        Change("convert.py", READ, f"{LARGER}raise errors.Rejected(errors.Reason.DAMAGED)\n{READ}"), "ConvertShare"
    ),
    "it throws for larger pictures": Broken(
        Change("convert.py", READ, f'{LARGER}raise RuntimeError("broken on purpose")\n{READ}'),
        "ConvertErrors",
        uploads=1,
        runs=3,
    ),
    "it drops larger pictures": Broken(
        Change("convert.py", ENDS, f"    if {IS_LARGER}:\n        return tally.unfinished(job)\n{ENDS}"), "ConvertShare"
    ),
}


@pytest.mark.usefixtures("no_dead_letters")
@pytest.mark.parametrize("what", BROKEN)
def test_an_alarm_rolls_back_a_convert_that_fails_for_users_only(
    stack: Service, releases: Releases, cloudwatch: CloudWatch, photo: bytes, what: str
) -> None:
    """The golden pictures pass; only users' pictures reveal that the version is broken."""
    broken = BROKEN[what]
    uploaded(stack, cloudwatch, [photo] * OTHERS)

    release = releases.release(
        "ConvertFunction",
        package(broken.change),
        lambda: uploaded(stack, cloudwatch, [photo] * broken.uploads, broken.runs),
        cloudwatch,
    )

    assert (release.status, release.faults) == ("Stopped", []), "the hook has nothing against it"
    assert broken.stopped_by in [alarm.name for alarm in release.alarms], release.alarms
    assert releases.live("ConvertFunction") == release.before
    assert not releases.weights("ConvertFunction")
    uploaded(stack, cloudwatch, [photo])
    guards = cloudwatch.guards("ConvertFunction")
    assert alarming(cloudwatch, guards, ConvertFunction=release.before) == []
    assert broken.stopped_by in alarming(cloudwatch, guards, ConvertFunction=release.version)


@pytest.mark.parametrize("function", ["ConvertFunction", "GetUploadFunction"])
def test_one_stray_error_of_s3_rolls_nothing_back(
    stack: Service, releases: Releases, cloudwatch: CloudWatch, function: str
) -> None:
    def users() -> None:
        name, version = stack.deployed.functions[function], releases.live(function)
        dimensions = {"FunctionName": name, "Resource": f"{name}:live", "ExecutedVersion": version}
        cloudwatch.note("AWS/Lambda", "Errors", dimensions, 1)

    release = releases.release(function, deployed.functions_package(), users, cloudwatch)

    assert (release.status, release.faults, release.alarms) == ("Succeeded", [], ())


def ask_to_sign(stack: Service, cloudwatch: CloudWatch, files: int) -> int:
    answer = stack.ask({"files": [{"name": "photo.jpg", "type": "image/jpeg", "size": 1000}] * files})
    cloudwatch.answered(answer.status_code)
    return answer.status_code


def ask_for_what_nobody_uploaded(stack: Service, cloudwatch: CloudWatch) -> int:
    answer = stack.get(f"uploads/{uuid.uuid4().hex}")
    cloudwatch.answered(answer.status_code)
    return answer.status_code


def ask_for_no_job(stack: Service, cloudwatch: CloudWatch) -> int:
    answer = stack.get("uploads/none")
    cloudwatch.answered(answer.status_code)
    return answer.status_code


@pytest.mark.parametrize(
    ("function", "change", "ask", "good", "stopped_by"),
    [
        pytest.param(
            "SignUploadFunction",
            Change("sign_upload.py", "    uploads = [", "    (_,) = files\n    uploads = ["),
            lambda stack, cloudwatch: ask_to_sign(stack, cloudwatch, files=2),
            201,
            "SignUploadErrors",
            id="sign_upload throws for a batch",  # its hook signs one file
        ),
        pytest.param(
            "GetUploadFunction",
            Change("get_upload.py", 'status="unknown")', "status=found.manifest)"),
            ask_for_what_nobody_uploaded,
            404,
            "GetUploadErrors",
            id="get_upload throws for an unknown job",  # its hook asks for one that is done
        ),
        pytest.param(
            "GetUploadFunction",
            Change(
                "get_upload.py",
                "        return responses.no_upload(event)\n    try",
                "        return 404\n    try",
            ),
            ask_for_no_job,
            404,
            "GetUploadErrors",
            id="get_upload answers what the gateway cannot pass on",
        ),
    ],
)
def test_an_alarm_rolls_back_an_api_that_fails_for_users_only(
    stack: Service,
    releases: Releases,
    cloudwatch: CloudWatch,
    function: str,
    change: Change,
    ask: Callable[[Service, CloudWatch], int],
    good: int,
    stopped_by: str,
) -> None:
    """The hook's own requests pass; only users' requests reveal that the version is broken."""
    answers: list[int] = []

    def users() -> None:
        answers.extend(ask(stack, cloudwatch) for _ in range(2))

    release = releases.release(function, package(change), users, cloudwatch)

    assert answers == [502, 502]
    assert (release.status, release.faults) == ("Stopped", []), "the hook has nothing against it"
    assert [alarm.name for alarm in release.alarms] == [stopped_by]
    assert alarming(cloudwatch, ["ApiErrors"]) == ["ApiErrors"], "it tells a person, and stops nothing"
    assert releases.live(function) == release.before
    assert not releases.weights(function)
    assert ask(stack, cloudwatch) == good
    wait_for(lambda: _ran(cloudwatch, function, release.before), "run of the version before")
    assert alarming(cloudwatch, cloudwatch.guards(function), **{function: release.before}) == []


def _ran(cloudwatch: CloudWatch, function: str, version: str) -> bool | None:
    return any(run.version == version for run in cloudwatch.runs(function)) or None


def test_good_versions_pass_their_hooks_and_all_their_alarms(
    stack: Service, releases: Releases, cloudwatch: CloudWatch, photo: bytes
) -> None:
    users: dict[str, Callable[[], object]] = {
        "ConvertFunction": lambda: uploaded(stack, cloudwatch, [photo] * FEW + [b"text"]),
        "SignUploadFunction": lambda: ask_to_sign(stack, cloudwatch, files=2),
        "GetUploadFunction": lambda: ask_for_what_nobody_uploaded(stack, cloudwatch),
    }
    uploaded(stack, cloudwatch, [photo] * OTHERS)
    for function in HOOKS:
        release = releases.release(function, deployed.functions_package(), users[function], cloudwatch)

        assert (release.status, release.faults, release.alarms) == ("Succeeded", [], ())
        assert releases.live(function) == release.version
        states = cloudwatch.states(cloudwatch.guards(function))
        assert {alarm.state for alarm in states} == {"OK"}, states


def test_junk_rolls_nothing_back(stack: Service, releases: Releases, cloudwatch: CloudWatch, photo: bytes) -> None:
    """The same amount for both versions, with a good picture now and then."""
    uploaded(stack, cloudwatch, [b"junk"] * OTHERS + [photo])

    release = releases.release(
        "ConvertFunction",
        deployed.functions_package(),
        lambda: uploaded(stack, cloudwatch, [b"junk"] * FEW + [photo]),
        cloudwatch,
    )

    assert (release.status, release.faults, release.alarms) == ("Succeeded", [], ())
    rejected = [
        point.value
        for point in cloudwatch.points()
        if point.name == "Rejected" and point.dimensions == {"service": "convert", "version": release.version}
    ]
    assert sum(rejected) == FEW, "the golden pictures that must be rejected are nobody's uploads"
