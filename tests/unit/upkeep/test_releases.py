"""Upkeep keeps the newest ten versions of a function, and each that somebody may need; the others are deleted."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.material.responses import answered, refused
from thumbs.aws import clients
from thumbs.upkeep import releases
from thumbs.upkeep.releases import superfluous

TWENTY = [*range(1, 21)]


def test_the_newest_ten_stay() -> None:
    assert superfluous(TWENTY, {"live": {20}}) == [*range(1, 11)]
    assert superfluous(TWENTY[:10], {"live": {10}}) == []
    assert superfluous([], {}) == []


def test_a_version_that_an_alias_uses_stays_and_the_one_before_it() -> None:
    """`operate rollback` goes back to it."""
    assert superfluous(TWENTY, {"live": {20}, "pinned": {5}}) == [1, 2, 3, 6, 7, 8, 9, 10]
    assert superfluous(TWENTY, {"live": {20}, "canary": {20, 7}}) == [1, 2, 3, 4, 5, 8, 9, 10]


def test_versions_newer_than_live_stay() -> None:
    """They belong to a release that is under way, or are left by a refused one, which prepare-release removes."""
    assert superfluous(TWENTY, {"live": {4}}) == [1, 2]
    assert superfluous(TWENTY, {"live": {4, 20}}) == [1, 2, *range(5, 11)]


def test_what_rollback_would_go_back_to_stays_after_many_refused_releases() -> None:
    assert 3 not in superfluous(TWENTY, {"live": {4}})


# Of sign_upload: an alias that was just created uses version 2, and version 3 was deleted by somebody else.
REFUSED = {"2": ("ResourceConflictException", 409), "3": ("ResourceNotFoundException", 404)}


@pytest.fixture
def deleted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Function and version of each deletion."""
    done: list[tuple[str, str]] = []
    events = clients.client("lambda").meta.events

    def delete(params: dict[str, Any], **_: Any) -> Any:
        place = urlsplit(params["url"])
        function = place.path.split("/")[3]
        (version,) = parse_qs(place.query)["Qualifier"]
        if function == "sign_upload":
            code, status = REFUSED[version]
            return refused(code, status)
        done.append((function, version))
        return answered({})

    versions = [{"Version": str(each)} for each in ("$LATEST", *range(1, 14))]
    aliases = [{"Name": "live", "FunctionVersion": "13", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}}}]
    events.register("before-call.lambda.ListVersionsByFunction", lambda **_: answered({"Versions": versions}))
    events.register("before-call.lambda.ListAliases", lambda **_: answered({"Aliases": aliases}))
    events.register("before-call.lambda.DeleteFunction", delete)
    return done


def test_each_function_is_tidied_its_own_too(
    deleted: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    releases.tidy()

    of_itself = [("function", "2"), ("function", "3")]
    assert deleted == [("convert", "2"), ("convert", "3"), *of_itself]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["function"], line["versions"]) for line in lines] == [
        ("convert", [2, 3]),
        ("function", [2, 3]),
    ]


def test_a_run_deletes_only_so_many(deleted: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "_MOST", 3)

    releases.tidy()

    assert deleted == [("convert", "2"), ("convert", "3")], "the third, of sign_upload, is in use"
