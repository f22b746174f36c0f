"""Every alarm of the template goes off beyond its threshold, and stays silent at it, whatever strangers send.

The data points are made up (tests/material/datapoints.py): there are some for every alarm.
"""

from dataclasses import replace

import pytest

from tests.actors.client import Service
from tests.material.datapoints import SYNTHETIC, UPKEEP, VERSION, Series, Uploads, attacked, throttled, traffic
from tests.standins.alarms import Point
from tests.standins.cloudwatch import CloudWatch
from tests.standins.releases import HOOKS


class MadeUp(CloudWatch):
    """Without what the functions run and the queue holds: reading that is most of an evaluation's time."""

    def points(self) -> list[Point]:
        return self.noted


def noted(stack: Service, series: list[Series]) -> CloudWatch:
    """Only these data points, with the alarm on a day's cost at one dollar."""
    cloudwatch = MadeUp(stack, CostAlarmDollars="1")
    names = stack.deployed.functions | {
        "stack": stack.deployed.name,
        "queue": stack.deployed.resources["ConversionDeadLetterQueue"].split("/")[-1],
    }
    for each in series:
        dimensions = {name: value.format(**names) for name, value in each.dimensions.items()}
        namespace, metric = each.metric.format(**names).split(":")
        for place, value in enumerate(each.values):
            cloudwatch.note(namespace, metric, dimensions, value, minutes_ago=each.ago + place * each.every)
    return cloudwatch


def state(cloudwatch: CloudWatch, name: str) -> str:
    (alarm,) = cloudwatch.states([name], dict.fromkeys(HOOKS, VERSION))
    return alarm.state


def test_every_alarm_of_the_template_is_here(stack: Service) -> None:
    assert SYNTHETIC.keys() == set(noted(stack, []).alarms)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_an_alarm_goes_off_beyond_its_threshold_and_is_silent_at_it(stack: Service, name: str) -> None:
    silent, off = SYNTHETIC[name]

    assert state(noted(stack, silent), name) == "OK"
    assert state(noted(stack, off), name) == "ALARM"


def test_every_alarm_on_upkeep_is_here(neighbour: Service) -> None:
    assert UPKEEP.keys() | SYNTHETIC.keys() == set(noted(neighbour, []).alarms)


@pytest.mark.parametrize("name", UPKEEP)
def test_an_alarm_on_upkeep_goes_off_beyond_its_threshold(neighbour: Service, name: str) -> None:
    silent, off = UPKEEP[name]

    assert state(noted(neighbour, silent), name) == "OK"
    assert state(noted(neighbour, off), name) == "ALARM"


@pytest.mark.parametrize(("name", "without_data"), {**dict.fromkeys(UPKEEP, "OK"), "UpkeepStopped": "ALARM"}.items())
def test_missing_data_tells_only_that_upkeep_has_stopped(neighbour: Service, name: str, without_data: str) -> None:
    assert state(noted(neighbour, []), name) == without_data


@pytest.mark.parametrize("name", SYNTHETIC)
def test_an_alarm_ignores_other_functions_versions_and_queues(stack: Service, name: str) -> None:
    """With one different dimension it is another metric, and AWS would not even report that it does not exist."""
    off = SYNTHETIC[name][1]
    names = {dimension for series in off for dimension in series.dimensions}
    for wrong in names:
        others = [replace(each, dimensions=each.dimensions | {wrong: "another"}) for each in off]
        assert state(noted(stack, others), name) == "OK"


@pytest.mark.parametrize("name", SYNTHETIC)
def test_no_data_trips_no_alarm(stack: Service, name: str) -> None:
    assert state(noted(stack, []), name) == "OK"


@pytest.mark.parametrize(
    "little",
    [
        pytest.param(traffic(Uploads(1, 0), Uploads(9, 9), ago=range(5)), id="one upload a minute"),
        pytest.param(traffic(Uploads(2, 0), Uploads(18, 16), ago=range(5)), id="two uploads a minute among junk"),
        pytest.param(traffic(Uploads(20, 0), Uploads(180, 180), ago=(3,)), id="one minute"),
        pytest.param(traffic(Uploads(20, 0), Uploads(0, 0)), id="no other version to compare with"),
    ],
)
def test_too_little_proves_nothing_against_a_version(stack: Service, little: list[Series]) -> None:
    assert state(noted(stack, little), "ConvertShare") == "OK"


def test_two_refused_of_two_are_enough_where_the_other_converts_all(stack: Service) -> None:
    """Twenty uploads a minute, of which the new version gets a tenth."""
    assert state(noted(stack, traffic(Uploads(2, 0), Uploads(18, 18))), "ConvertShare") == "ALARM"


def test_the_last_uploads_of_the_other_version_prove_little(stack: Service) -> None:
    """Half of twenty uploads a minute are junk, and by chance none of the other version's last two."""
    assert state(noted(stack, traffic(Uploads(18, 8), Uploads(2, 2))), "ConvertShare") == "OK"
    assert state(noted(stack, traffic(Uploads(18, 0), Uploads(2, 2))), "ConvertShare") == "ALARM"


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
    """In its first minute, the new version gets only junk, and the other one also traffic from before."""
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
    """The remaining alarms watch the new version's errors and duration, or compare it with the other one."""
    guards = {function: set(cloudwatch.guards(function)) for function in HOOKS}

    assert guards == {
        "SignUploadFunction": {"SignUploadErrors", "SignUploadThrottles", "SignUploadSlow"},
        "GetUploadFunction": {"GetUploadErrors", "GetUploadThrottles", "GetUploadSlow"},
        "ConvertFunction": {"ConvertErrors", "ConvertVersionThrottles", "ConvertSlow", "ConvertShare"},
    }
