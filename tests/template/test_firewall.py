"""The firewall of stacks/delivery.yaml: what it protects and refuses, and the secret that only the distribution
sends."""

import json
from typing import Any

from tests.material.template import Template


def rules(delivery: Template) -> dict[str, dict[str, Any]]:
    """The firewall's rules by name, including the optional one, in order."""
    listed = delivery["Resources"]["WebAcl"]["Properties"]["Rules"]
    chosen = [each["Fn::If"][1] if "Fn::If" in each else each for each in listed]
    assert [rule["Priority"] for rule in chosen] == [*range(len(chosen))]
    return {rule["Name"]: rule for rule in chosen}


def test_the_firewall_guards_what_costs_something(delivery: Template) -> None:
    acl = delivery["Resources"]["WebAcl"]
    assert acl["Condition"] == "HasFirewall"
    assert acl["Properties"]["Scope"] == "CLOUDFRONT"
    calls = rules(delivery)["CallsPerAddress"]
    rate = calls["Statement"]["RateBasedStatement"]
    assert (rate["AggregateKeyType"], rate["Limit"]) == ("IP", {"Ref": "CallsPerAddress"})
    match = rate["ScopeDownStatement"]["ByteMatchStatement"]
    assert match["SearchString"] == "/uploads"
    transformed = sorted(match["TextTransformations"], key=lambda each: int(each["Priority"]))
    assert [each["Type"] for each in transformed] == ["URL_DECODE", "NORMALIZE_PATH"]
    assert calls["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429


# Capacity units: AWS WAF Developer Guide, "AWS Managed Rules rule groups list"; "Byte match" (2 for STARTS_WITH, 10 for
# each transformation) in the scope of three rules, and 2 for a rate. More than 1500 would cost more per request.
CAPACITY = {"AmazonIpReputationList": 25, "CommonRuleSet": 700, "KnownBadInputsRuleSet": 200, "BotControlRuleSet": 50}


def test_awss_own_groups_of_rules_refuse_and_do_not_only_count(delivery: Template) -> None:
    groups = {name: rule for name, rule in rules(delivery).items() if name != "CallsPerAddress"}

    named = {rule["Statement"]["ManagedRuleGroupStatement"]["Name"] for rule in groups.values()}
    assert named == {f"AWSManagedRules{name}" for name in CAPACITY}
    assert all(rule["OverrideAction"] == {"None": {}} for rule in groups.values())
    assert sum(CAPACITY.values()) + 3 * 22 + 2 <= 1500


def test_a_release_follows_a_thumbnail_whatever_its_reputation(delivery: Template) -> None:
    group = rules(delivery)["IpReputation"]["Statement"]["ManagedRuleGroupStatement"]
    match = group["ScopeDownStatement"]["NotStatement"]["Statement"]["ByteMatchStatement"]

    assert (match["SearchString"], match["PositionalConstraint"]) == ("/t/", "STARTS_WITH")
    assert [each["Type"] for each in match["TextTransformations"]] == ["URL_DECODE", "NORMALIZE_PATH"], "/t/../uploads"


def test_bots_are_looked_for_only_when_chosen_and_where_calls_cost(delivery: Template) -> None:
    condition, rule, otherwise = delivery["Resources"]["WebAcl"]["Properties"]["Rules"][-1]["Fn::If"]
    assert (condition, otherwise) == ("HasBotControl", {"Ref": "AWS::NoValue"})
    assert delivery["Parameters"]["BotControl"]["Default"] == "Disabled"
    assert "11 USD more a month" in delivery["Parameters"]["BotControl"]["Description"]
    group = rule["Statement"]["ManagedRuleGroupStatement"]
    assert group["ManagedRuleGroupConfigs"] == [{"AWSManagedRulesBotControlRuleSet": {"InspectionLevel": "COMMON"}}]
    assert group["ScopeDownStatement"]["ByteMatchStatement"]["SearchString"] == "/uploads"
    counted = {each["Name"] for each in group["RuleActionOverrides"]}
    assert counted == {"CategoryHttpLibrary", "SignalNonBrowserUserAgent", "SignalKnownBotDataCenter"}, "programs"


def test_nothing_repeats_the_secret_that_the_distribution_sends(delivery: Template) -> None:
    """CloudFormation shows no parameter with NoEcho, but it shows outputs and metadata."""
    assert delivery["Parameters"]["DeliverySecret"]["NoEcho"] is True
    wanted = {"HeaderName": "Referer", "HeaderValue": {"Ref": "DeliverySecret"}}
    assert json.dumps(delivery).count(json.dumps({"Ref": "DeliverySecret"})) == 2, "the header, and HasSecret"
    origins = delivery["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
    headers = {
        origin["Id"]: origin["OriginCustomHeaders"]["Fn::If"] for origin in origins if "OriginCustomHeaders" in origin
    }
    assert headers == {"api": ["HasSecret", [wanted], {"Ref": "AWS::NoValue"}]}


def test_a_body_of_25_long_names_would_be_too_large_for_the_core_rules(delivery: Template) -> None:
    """The reason why one of the core rules only counts."""
    file = {"name": "\N{CJK UNIFIED IDEOGRAPH-5199}" * 255, "type": "image/jpeg", "size": 20_000_000}
    body = json.dumps({"files": [file] * 25}, ensure_ascii=False).encode()
    assert len(body) > 8192
    overrides = rules(delivery)["CoreRules"]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert overrides == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
