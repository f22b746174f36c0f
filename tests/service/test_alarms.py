"""Every alarm of the template goes off at what it says, and is silent below; those that guard a release roll it back.

The metrics are what CloudWatch would have of what really ran (tests/standins/cloudwatch.py), as far as the emulator has
a source for them. SYNTHETIC has data points for every alarm, those among them for which there is none.
"""

import json
import random
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import pytest

from dev import stack as deployed
from tests.actors.client import Service, wait_for
from tests.material import pictures
from tests.standins.cloudwatch import CloudWatch
from tests.standins.releases import HOOKS, Change, Releases, package

# As few as ConvertShare looks at, three a minute, and what the other version gets meanwhile.
FEW, OTHERS = 15, 5
READ = "        if original is None:\n"
LARGER = "        if original and len(original) > 50_000:\n            "  # golden pictures are smaller


@pytest.fixture
def cloudwatch(stack: Service) -> CloudWatch:
    return CloudWatch(stack)


@pytest.fixture
def no_dead_letters(stack: Service) -> Iterator[None]:
    queue, sqs = stack.deployed.outputs["ConversionDeadLetterQueue"], stack.deployed.client("sqs")
    sqs.purge_queue(QueueUrl=queue)
    yield
    sqs.purge_queue(QueueUrl=queue)


@pytest.fixture(scope="module")
def photo() -> bytes:
    content = pictures.jpeg(picture=pictures.photo(800, 600))
    assert len(content) > 50_000
    return content


def alarming(cloudwatch: CloudWatch, names: list[str], **versions: str) -> list[str]:
    return [alarm.name for alarm in cloudwatch.states(names, versions) if alarm.state == "ALARM"]


def uploaded(stack: Service, cloudwatch: CloudWatch, contents: list[bytes], runs_of_each: int = 1) -> None:
    """Users upload these, and all runs of the conversion that come of it have ended.

    One after the other: the emulator starts a process for each run that finds the others busy.
    """
    for content in contents:
        expected = len(cloudwatch.runs("ConvertFunction")) + runs_of_each
        stack.upload(content)
        wait_for(lambda: _ended(cloudwatch, expected), "end of a conversion")  # noqa: B023  it is called at once


def _ended(cloudwatch: CloudWatch, expected: int) -> bool | None:
    return len(cloudwatch.runs("ConvertFunction")) >= expected or None


@dataclass(frozen=True)
class Broken:
    """A version of convert that its golden pictures cannot tell from a good one. runs: of convert, for one upload."""

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
    "it drops larger pictures": Broken(Change("convert.py", READ, f"{LARGER}return None\n{READ}"), "ConvertShare"),
}


@pytest.mark.usefixtures("no_dead_letters")
@pytest.mark.parametrize("what", BROKEN)
def test_an_alarm_rolls_back_a_convert_that_fails_for_users_only(
    stack: Service, releases: Releases, cloudwatch: CloudWatch, photo: bytes, what: str
) -> None:
    """The golden pictures pass; only users' pictures show that the version is broken."""
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
            Change("get_upload.py", "        return _not_found(event)\n    observe", "        return 404\n    observe"),
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
    """The hook's own requests pass; only users' requests show that the version is broken."""
    answers = []

    release = releases.release(function, package(change), lambda: answers.append(ask(stack, cloudwatch)), cloudwatch)

    assert answers == [502]
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
    """As much of it for the new version as for the one before, with a good picture now and then."""
    uploaded(stack, cloudwatch, [b"junk"] * OTHERS + [photo])

    release = releases.release(
        "ConvertFunction",
        deployed.functions_package(),
        lambda: uploaded(stack, cloudwatch, [b"junk"] * FEW + [photo]),
        cloudwatch,
    )

    assert (release.status, release.alarms) == ("Succeeded", ())
    rejected = [
        point.value
        for point in cloudwatch.points()
        if point.name == "Rejected" and point.dimensions == {"service": "convert", "version": release.version}
    ]
    assert sum(rejected) == FEW, "the golden pictures that must be rejected are nobody's uploads"


def test_a_call_that_lambda_has_no_room_for_is_no_fault_of_the_api(cloudwatch: CloudWatch) -> None:
    """API Gateway answers 503 both times; only its access log tells why."""
    cloudwatch.answered(503, by_lambda=429)
    assert alarming(cloudwatch, ["ApiErrors"]) == []

    cloudwatch.answered(503, by_lambda=500)
    assert alarming(cloudwatch, ["ApiErrors"]) == ["ApiErrors"]


# ── Every alarm, on data points that are made up ─────────────────────────────────────────────────────────────────────

# What AWS documents as the dimensions of each metric, and what observe.py writes. The version is made up as well.
VERSION = "1000"


def of_version(function: str) -> dict[str, str]:
    return {"FunctionName": f"{{{function}}}", "Resource": f"{{{function}}}:live", "ExecutedVersion": VERSION}


@dataclass(frozen=True)
class Series:
    """Data points of a metric, the latest first. every: minutes between them; 0 puts all into one period.

    ago: minutes since the latest.
    """

    metric: str  # namespace, a colon, name
    dimensions: dict[str, str]
    values: tuple[float, ...]
    every: int = 0
    ago: int = 0


def one(metric: str, dimensions: dict[str, str], silent: float, off: float) -> tuple[list[Series], list[Series]]:
    """One data point, with which an alarm is silent, and one with which it goes off."""
    return [Series(metric, dimensions, (silent,))], [Series(metric, dimensions, (off,))]


def minutes(metric: str, dimensions: dict[str, str], every: int) -> tuple[list[Series], list[Series]]:
    """Three periods of so many minutes, all of which must be bad."""
    return [Series(metric, dimensions, (9, 9, 0), every)], [Series(metric, dimensions, (1, 1, 1), every)]


OF_NEW, OF_ALL = {"service": "convert", "version": VERSION}, {"service": "convert"}


@dataclass(frozen=True)
class Uploads:
    """What one version of convert made of what it got."""

    seen: int
    converted: int

    @property
    def values(self) -> tuple[float, ...]:
        return (1,) * self.converted + (0,) * (self.seen - self.converted)


def traffic(new: Uploads, old: Uploads, ago: Iterable[int] = (0, 1)) -> list[Series]:
    """The same in each of some minutes."""
    metric = f"{deployed.NAME}:Converted"
    return [
        series
        for minute in ago
        for series in (
            Series(metric, OF_NEW, new.values, ago=minute),
            Series(metric, OF_ALL, (*new.values, *old.values), ago=minute),
        )
    ]


def throttled(function: str, new: float, old: float) -> list[Series]:
    """A call refused and two answered in each of three minutes: in so many milliseconds, by either version."""
    of_new = of_version(function)
    of_both = {name: value for name, value in of_new.items() if name != "ExecutedVersion"}
    return [
        Series("AWS/Lambda:Throttles", of_new, (1, 1, 1), 1),
        Series("AWS/Lambda:Duration", of_new, (new,) * 3, 1),
        Series("AWS/Lambda:Duration", of_both, (new,) * 3, 1),
        Series("AWS/Lambda:Duration", of_both, (old,) * 3, 1),
    ]


def hour(converted: int) -> list[Series]:
    """So many of ten uploads are converted, in every five minutes of an hour."""
    values = Uploads(10, converted).values
    return [Series(f"{deployed.NAME}:Converted", OF_ALL, values, ago=5 * period) for period in range(12)]


def costing(dollars: float) -> list[Series]:
    """A day whose conversions last for so many dollars, by what the template says of memory and price, and one call."""
    seconds = dollars / (1769 / 1024 * 0.0000133334)
    return [
        Series("AWS/Lambda:Duration", {"FunctionName": "{ConvertFunction}"}, (seconds * 1000,)),
        Series("AWS/ApiGateway:Count", API, (1,)),
        Series(f"{deployed.NAME}:Writes", {"service": "convert"}, (6,)),
    ]


CONVERT, API = {"FunctionName": "{ConvertFunction}"}, {"ApiName": deployed.NAME, "Stage": "v1"}
# Data points with which each alarm is silent, up to its threshold, and with which it goes off.
SYNTHETIC = {
    "SignUploadErrors": one("AWS/Lambda:Errors", of_version("SignUploadFunction"), 0, 1),
    "SignUploadThrottles": (
        throttled("SignUploadFunction", new=20, old=10),
        throttled("SignUploadFunction", new=21, old=10),
    ),
    "SignUploadSlow": one("AWS/Lambda:Duration", of_version("SignUploadFunction"), 4000, 4001),
    "GetUploadErrors": one("AWS/Lambda:Errors", of_version("GetUploadFunction"), 0, 1),
    "GetUploadThrottles": (
        throttled("GetUploadFunction", new=20, old=10),
        throttled("GetUploadFunction", new=21, old=10),
    ),
    "GetUploadSlow": one("AWS/Lambda:Duration", of_version("GetUploadFunction"), 8000, 8001),
    "ConvertErrors": one("AWS/Lambda:Errors", of_version("ConvertFunction"), 0, 1),
    "ConvertVersionThrottles": (throttled("ConvertFunction", 20, 10), throttled("ConvertFunction", 21, 10)),
    "ConvertSlow": one("AWS/Lambda:Duration", of_version("ConvertFunction"), 75_000, 75_001),
    "ConvertShare": (
        traffic(new=Uploads(20, converted=10), old=Uploads(180, converted=180)),
        traffic(new=Uploads(20, converted=9), old=Uploads(180, converted=180)),
    ),
    "DeadLetters": one("AWS/SQS:ApproximateNumberOfMessagesVisible", {"QueueName": "{queue}"}, 0, 1),
    "LostFailures": one("AWS/Lambda:DeadLetterErrors", CONVERT, 0, 1),
    "ReportFailureErrors": one("AWS/Lambda:Errors", {"FunctionName": "{ReportFailureFunction}"}, 0, 1),
    "StuckConversions": one("AWS/Lambda:AsyncEventAge", CONVERT, 600_000, 600_001),
    "ConvertThrottles": minutes("AWS/Lambda:Throttles", CONVERT, every=5),
    "ApiErrors": one(f"{deployed.NAME}:ApiFaults", {}, 0, 1),
    "UnconvertedUploads": (hour(converted=5), hour(converted=4)),
    "CostPerDay": (costing(0.99), costing(1)),
}


def noted(stack: Service, series: list[Series]) -> CloudWatch:
    """These data points and no others, with the alarm on a day's cost at one dollar."""
    cloudwatch = CloudWatch(stack, CostAlarmDollars="1")
    names = stack.deployed.functions | {"queue": stack.deployed.resources["ConversionDeadLetterQueue"].split("/")[-1]}
    for each in series:
        dimensions = {name: value.format(**names) for name, value in each.dimensions.items()}
        namespace, metric = each.metric.split(":")
        for place, value in enumerate(each.values):
            cloudwatch.note(namespace, metric, dimensions, value, minutes_ago=each.ago + place * each.every)
    return cloudwatch


def state(cloudwatch: CloudWatch, name: str) -> str:
    (alarm,) = cloudwatch.states([name], dict.fromkeys(HOOKS, VERSION))
    return alarm.state


def test_every_alarm_of_the_template_is_here(cloudwatch: CloudWatch) -> None:
    assert SYNTHETIC.keys() == set(cloudwatch.alarms)


@pytest.mark.usefixtures("no_dead_letters")
@pytest.mark.parametrize("name", SYNTHETIC)
def test_an_alarm_goes_off_beyond_its_threshold_and_is_silent_at_it(stack: Service, name: str) -> None:
    silent, off = SYNTHETIC[name]

    assert state(noted(stack, silent), name) == "OK"
    assert state(noted(stack, off), name) == "ALARM"


@pytest.mark.usefixtures("no_dead_letters")
@pytest.mark.parametrize("name", SYNTHETIC)
def test_an_alarm_hears_nothing_of_other_functions_versions_or_queues(stack: Service, name: str) -> None:
    """One dimension otherwise is another metric; that a metric does not exist, AWS would not even say."""
    off = SYNTHETIC[name][1]
    names = {dimension for series in off for dimension in series.dimensions}
    for wrong in names:
        others = [replace(each, dimensions=each.dimensions | {wrong: "another"}) for each in off]
        assert state(noted(stack, others), name) == "OK"


@pytest.mark.usefixtures("no_dead_letters")
@pytest.mark.parametrize("name", SYNTHETIC)
def test_no_data_trips_no_alarm(stack: Service, name: str) -> None:
    assert state(noted(stack, []), name) == "OK"


@pytest.mark.parametrize(
    "little",
    [
        pytest.param(traffic(Uploads(2, 0), Uploads(18, 18)), id="two uploads a minute"),
        pytest.param(traffic(Uploads(20, 0), Uploads(180, 180), ago=(3,)), id="one minute"),
        pytest.param(traffic(Uploads(20, 0), Uploads(0, 0)), id="no other version to compare with"),
    ],
)
def test_too_little_proves_nothing_against_a_version(stack: Service, little: list[Series]) -> None:
    assert state(noted(stack, little), "ConvertShare") == "OK"


def attacked(seed: int, junk: int, good: int, refuses: bool = False) -> list[Series]:
    """Five minutes of a release under attack, a tenth of it at the new version, as chance deals it out.

    junk, good: uploads in a minute. refuses: the new version refuses the good ones as well.
    """
    chance = random.Random(seed)
    series: list[Series] = []
    for minute in range(5):
        junk_of_new, good_of_new = (sum(chance.random() < 0.1 for _ in range(many)) for many in (junk, good))
        new = Uploads(junk_of_new + good_of_new, 0 if refuses else good_of_new)
        series += traffic(new, Uploads(junk + good - new.seen, good - good_of_new), ago=(minute,))
    return series


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("junk", "good"), [(200, 20), (1000, 100)], ids=["in all", "every minute"])
def test_a_thousand_junk_uploads_among_a_hundred_good_ones_stop_no_release(
    stack: Service, seed: int, junk: int, good: int
) -> None:
    assert state(noted(stack, attacked(seed, junk, good)), "ConvertShare") == "OK"


@pytest.mark.parametrize("seed", range(5))
def test_a_version_that_refuses_good_pictures_is_found_also_under_attack(stack: Service, seed: int) -> None:
    assert state(noted(stack, attacked(seed, junk=1000, good=100, refuses=True)), "ConvertShare") == "ALARM"


def test_an_attack_that_begins_with_the_release_does_not_stop_it(stack: Service) -> None:
    """In its first minute, the new version gets the junk only, and the other one what came before as well."""
    began = traffic(Uploads(60, 1), Uploads(640, 100), ago=[4])
    then = traffic(Uploads(110, 10), Uploads(990, 90), ago=range(4))

    assert state(noted(stack, began), "ConvertShare") == "OK"
    assert state(noted(stack, began + then), "ConvertShare") == "OK"


def test_a_flood_that_throttles_both_versions_stops_no_release(stack: Service) -> None:
    for function, alarm in {
        "SignUploadFunction": "SignUploadThrottles",
        "GetUploadFunction": "GetUploadThrottles",
        "ConvertFunction": "ConvertVersionThrottles",
    }.items():
        flooded = throttled(function, new=10, old=10)
        assert state(noted(stack, flooded), alarm) == "OK"
        nothing_runs = [series for series in flooded if "Throttles" in series.metric]
        assert state(noted(stack, nothing_runs), alarm) == "OK"


def test_no_alarm_that_strangers_can_set_off_guards_a_release(cloudwatch: CloudWatch) -> None:
    """Those that are left look at the new version's errors and time, or compare it with the other one."""
    guards = {function: set(cloudwatch.guards(function)) for function in HOOKS}

    assert guards == {
        "SignUploadFunction": {"SignUploadErrors", "SignUploadThrottles", "SignUploadSlow"},
        "GetUploadFunction": {"GetUploadErrors", "GetUploadThrottles", "GetUploadSlow"},
        "ConvertFunction": {"ConvertErrors", "ConvertVersionThrottles", "ConvertSlow", "ConvertShare"},
    }


# ── Alarms that tell a person, on what really happened ───────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("no_dead_letters")
def test_a_dead_letter_tells_a_person_until_it_is_gone(stack: Service, cloudwatch: CloudWatch) -> None:
    assert alarming(cloudwatch, ["DeadLetters"]) == []
    signed = stack.sign()
    with stack.outage(signed.fields["key"]):
        signed.post(pictures.jpeg())
        wait_for(lambda: alarming(cloudwatch, ["DeadLetters"]) or None, "alarm")

    assert stack.call("RedriveFunction", {})["result"]["left"] == 0

    assert alarming(cloudwatch, ["DeadLetters"]) == []


def test_a_failure_that_cannot_be_reported_tells_a_person(stack: Service, cloudwatch: CloudWatch) -> None:
    good = json.dumps(stack.event(f"uploads/{uuid.uuid4().hex}"))
    assert "result" in stack.call("ReportFailureFunction", {"Records": [{"Sns": {"Message": good}}]})
    wait_for(lambda: cloudwatch.runs("ReportFailureFunction") or None, "end of the run")
    assert alarming(cloudwatch, ["ReportFailureErrors"]) == []

    assert "error" in stack.call("ReportFailureFunction", {"Records": [{"Sns": {"Message": "no JSON"}}]})

    wait_for(lambda: alarming(cloudwatch, ["ReportFailureErrors"]) or None, "alarm")


def test_one_burst_that_is_throttled_tells_nobody(
    stack: Service, cloudwatch: CloudWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws, name = stack.deployed.client("lambda"), stack.deployed.functions["ConvertFunction"]
    aws.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        for _ in range(3):
            with pytest.raises(aws.exceptions.TooManyRequestsException):
                aws.invoke(FunctionName=name, Payload=b"{}")  # not by the alias: the emulator limits no versions
    finally:
        aws.delete_function_concurrency(FunctionName=name)

    throttles = [point.value for point in cloudwatch.points() if point.name == "Throttles"]
    assert sum(throttles) >= 3
    assert alarming(cloudwatch, ["ConvertThrottles"]) == []


@pytest.mark.parametrize(("dollars", "expected"), [("0.000001", ["CostPerDay"]), ("1", [])])
def test_the_cost_of_a_day_tells_a_person(stack: Service, photo: bytes, dollars: str, expected: list[str]) -> None:
    cloudwatch = CloudWatch(stack, CostAlarmDollars=dollars)

    uploaded(stack, cloudwatch, [photo])  # about 0.00003 dollars: a call, some hundred milliseconds, six writes

    assert alarming(cloudwatch, ["CostPerDay"]) == expected
