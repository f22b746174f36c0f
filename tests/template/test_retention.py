"""KeepThumbnailsDays and UnclaimedDays: what expires when, and what a stack has for it, only if they are set."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.material.bounds import SERVICE
from tests.material.template import Template, references
from thumbs.jobs import ledger, retention

NOTHING = {"Ref": "AWS::NoValue"}


@pytest.fixture
def rules(resources: Template) -> list[Any]:
    found: list[Any] = resources["ThumbnailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    return found


def test_all_of_the_bucket_expires_if_it_is_not_kept_for_ever(template: Template, rules: list[Any]) -> None:
    (rule,) = (each["Fn::If"] for each in rules if "KeepThumbnailsDays" in {*references(each)})

    assert rule == [
        "KeepsThumbnails",
        NOTHING,
        {"Id": "DeleteThumbnails", "Status": "Enabled", "ExpirationInDays": {"Ref": "KeepThumbnailsDays"}},
    ]
    assert template["Conditions"]["KeepsThumbnails"] == {"Fn::Equals": [{"Ref": "KeepThumbnailsDays"}, "0"]}
    assert template["Parameters"]["KeepThumbnailsDays"]["Default"] == "0"


def test_what_nobody_claims_is_found_by_its_tag_alone(template: Template, rules: list[Any]) -> None:
    """A job is 32 random digits, so no prefix tells an unclaimed one; a tombstone has another tag."""
    condition, rule, otherwise = next(each["Fn::If"] for each in rules if "UnclaimedDays" in {*references(each)})

    assert (condition, otherwise) == ("ExpectsClaims", NOTHING)
    assert rule.keys() == {"Id", "Status", "TagFilters", "ExpirationInDays"}
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", {"Ref": "UnclaimedDays"})
    assert [f"{tag['Key']}={tag['Value']}" for tag in rule["TagFilters"]] == [retention._UNCLAIMED]
    assert retention._UNCLAIMED != ledger._TOMBSTONE
    assert template["Conditions"]["ExpectsClaims"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "UnclaimedDays"}, 0]}]}
    assert template["Parameters"]["UnclaimedDays"]["Default"] == 0


def test_nothing_that_is_kept_expires_before_a_tombstone_may(rules: list[Any]) -> None:
    """The rule for everything holds for tombstones, too, and an event may revive an erased job without one."""
    (tombstones,) = (each for each in rules if each.get("TagFilters"))
    days = [int(text) for text in SERVICE.legal("KeepThumbnailsDays") if text != "0"]

    assert min(days) == tombstones["ExpirationInDays"] > retention._OLDEST_EVENT.days


def test_a_job_is_over_early_enough_for_whatever_began_before(resources: Template) -> None:
    """A form is used until the last second, its file converted, and the job claimed."""
    seconds = int(SERVICE.most("UploadExpirySeconds"))
    for function in ("ConvertFunction", "ClaimFunction"):
        seconds += resources[function]["Properties"]["Timeout"]

    assert timedelta(seconds=seconds) < retention._MARGIN


def test_a_stack_that_expects_no_claims_has_nothing_for_them(template: Template, resources: Template) -> None:
    """No function, no route, no grant, no tag."""
    ours = {name for name in resources if name.startswith("Claim")}
    assert {resources[name].get("Condition") for name in ours} == {"ExpectsClaims"}
    paths = resources["Api"]["Properties"]["Body"]["paths"]
    assert [path for path in paths if "claim" in path] == ["/uploads/{job}/claim"]
    assert (paths["/uploads/{job}/claim"]["Fn::If"][0], paths["/uploads/{job}/claim"]["Fn::If"][2]) == (
        "ExpectsClaims",
        NOTHING,
    )
    for name, resource in resources.items():
        if name not in ours:
            for condition, value in _conditional(resource.get("Properties", {})):
                if isinstance(value, dict) and {*value} & {"Ref", "Fn::GetAtt", "Fn::Sub"}:
                    # The values that a text is given are parts of their own.
                    text = {"Fn::Sub": value["Fn::Sub"][0]} if isinstance(value.get("Fn::Sub"), list) else value
                    assert condition == "ExpectsClaims" or ours.isdisjoint(references(text)), name


def test_only_who_stores_may_tag_and_only_a_claim_takes_tags_away(resources: Template) -> None:
    found = {
        (action, name, condition)
        for name, resource in resources.items()
        for condition, value in _conditional(resource.get("Properties", {}))
        if isinstance(value, dict) and "Effect" in value
        for action in ([value["Action"]] if isinstance(value["Action"], str) else value["Action"])
        if "Tagging" in action
    }

    assert found == {
        ("s3:PutObjectTagging", "ConvertFunctionRole", "ExpectsClaims"),
        ("s3:PutObjectTagging", "ReportFailureFunctionRole", "ExpectsClaims"),
        ("s3:PutObjectTagging", "EraseFunctionRole", None),
        ("s3:PutObjectTagging", "VerifyReleaseFunctionRole", None),
        ("s3:PutObjectTagging", "VerifyApiFunctionRole", None),
        ("s3:PutObjectTagging", "VerifyLiveFunctionRole", None),
        ("s3:DeleteObjectTagging", "ClaimFunctionRole", None),
    }


def _conditional(value: Any, condition: str | None = None) -> Iterator[tuple[str | None, Any]]:
    """Each part of a template, with the innermost condition that it depends on."""
    yield condition, value
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "Fn::If":
                for branch in each[1:]:
                    yield from _conditional(branch, each[0])
            else:
                yield from _conditional(each, condition)
    elif isinstance(value, list):
        for each in value:
            yield from _conditional(each, condition)
