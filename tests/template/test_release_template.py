"""What makes CodeDeploy verify a release and roll it back: only AWS can run it, so its wiring is checked here."""

import re
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pytest

from dev import stack
from tests.material.template import PACKAGES, Template, graph, of_type, references
from thumbs.jobs import keys
from thumbs.verification import journey
from thumbs.verification.hook import ANSWER_SECONDS, FAREWELL_SECONDS

# Each function that serves users, and the hook that verifies it before it gets traffic.
HOOKS = {
    "ConvertFunction": "VerifyReleaseFunction",
    "SignUploadFunction": "VerifyApiFunction",
    "GetUploadFunction": "VerifyApiFunction",
}
AFTERWARDS = "VerifyLiveFunction"
ALL_HOOKS = sorted({*HOOKS.values(), AFTERWARDS})


def version_of(resources: Template, function: str) -> str:
    """The logical id of the version to which a function's alias points."""
    name: str = resources[f"{function}Aliaslive"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
    return name


def statements(resources: Template, function: str) -> list[Template]:
    policies = resources[f"{function}Role"]["Properties"]["Policies"]
    found = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
    return [statement for statement in found if "Effect" in statement]  # and not what is there under a condition


@pytest.mark.parametrize(("function", "hook"), HOOKS.items())
def test_an_alias_moves_by_its_deployment_group_between_its_hooks(
    resources: Template, function: str, hook: str
) -> None:
    assert resources[f"{function}Aliaslive"]["UpdatePolicy"] == {
        "CodeDeployLambdaAliasUpdate": {
            "ApplicationName": {"Ref": "ServerlessDeploymentApplication"},
            "DeploymentGroupName": {"Ref": f"{function}DeploymentGroup"},
            "BeforeAllowTrafficHook": {"Ref": hook},
            "AfterAllowTrafficHook": {"Ref": AFTERWARDS},
        }
    }
    group = resources[f"{function}DeploymentGroup"]["Properties"]
    assert group["ApplicationName"] == {"Ref": "ServerlessDeploymentApplication"}
    assert group["DeploymentStyle"] == {"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"}
    rollback = group["AutoRollbackConfiguration"]
    assert rollback["Enabled"] is True
    assert {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"} <= set(rollback["Events"])  # a hook's Failed is a failure
    assert group["AlarmConfiguration"]["Enabled"] is True


def test_only_what_serves_users_moves_step_by_step(resources: Template) -> None:
    moving = {name for name, alias in of_type(resources, "AWS::Lambda::Alias").items() if "UpdatePolicy" in alias}

    assert moving == {f"{function}Aliaslive" for function in HOOKS}
    assert resources["ServerlessDeploymentApplication"]["Properties"] == {"ComputePlatform": "Lambda"}


def test_nothing_moves_step_by_step_when_that_is_switched_off() -> None:
    at_once = stack.translate(stack.packaged(PACKAGES), {"GradualDeployments": "false"})["Resources"]

    assert not [name for name, alias in of_type(at_once, "AWS::Lambda::Alias").items() if "UpdatePolicy" in alias]
    assert {*ALL_HOOKS} <= at_once.keys()


def test_codedeploy_may_call_the_hooks(resources: Template) -> None:
    """AWSCodeDeployRoleForLambda may invoke only functions named CodeDeployHook_*."""
    groups = of_type(resources, "AWS::CodeDeploy::DeploymentGroup").values()
    (role,) = {group["Properties"]["ServiceRoleArn"]["Fn::GetAtt"][0] for group in groups}
    managed = resources[role]["Properties"]["ManagedPolicyArns"]
    assert [arn["Fn::Sub"].rsplit("/", 1)[-1] for arn in managed] == ["AWSCodeDeployRoleForLambda"]
    (trust,) = resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": ["codedeploy.amazonaws.com"]}
    for hook in ALL_HOOKS:
        text, parts = resources[hook]["Properties"]["FunctionName"]["Fn::Sub"]
        assert parts == {"Id": {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}}
        name = text.replace("${Id}", "51af3dc0-da77-11e4-872e-1234567db123")  # the format of every stack's id
        assert name.startswith("CodeDeployHook_")
        assert len(name) <= 64, "Lambda takes no longer names"


@pytest.mark.parametrize("hook", sorted(set(HOOKS.values())))
def test_a_hook_verifies_exactly_the_versions_that_wait_for_it(resources: Template, hook: str) -> None:
    waiting = {function for function, its in HOOKS.items() if its == hook}
    variables = resources[hook]["Properties"]["Environment"]["Variables"]

    told = {name: value["Ref"] for name, value in variables.items() if name.endswith("_VERSION")}

    assert sorted(told.values()) == sorted(version_of(resources, function) for function in waiting)
    calls = [each for each in statements(resources, hook) if each["Action"] == "lambda:InvokeFunction"]
    assert set(references(calls)) == waiting


@pytest.mark.parametrize("hook", ALL_HOOKS)
def test_a_hook_may_tell_codedeploy_how_it_ended(resources: Template, hook: str) -> None:
    (statement,) = (each for each in statements(resources, hook) if "codedeploy" in str(each["Action"]))

    assert statement["Effect"] == "Allow"
    assert statement["Action"] == "codedeploy:PutLifecycleEventHookExecutionStatus"
    (resource,) = statement["Resource"].values()
    assert resource.endswith(":deploymentgroup:*")


def test_the_verification_of_convert_reaches_no_thumbnail_of_a_user(resources: Template) -> None:
    on_objects = [each for each in statements(resources, "VerifyReleaseFunction") if "Object" in str(each["Action"])]

    assert {each["Resource"]["Fn::Sub"] for each in on_objects} == {
        f"${{ThumbnailBucket.Arn}}/{keys.PROBES}*",
        f"${{ThumbnailBucket.Arn}}/{keys.PROBE_JOBS}*",
        f"${{ThumbnailBucket.Arn}}/{keys.PROBE_JOBS}*/manifest.json",  # the tombstone
    }


def test_probes_lie_where_nobody_is_notified(resources: Template) -> None:
    (configurations,) = resources["ThumbnailBucket"]["Properties"]["NotificationConfiguration"].values()
    suffixes = tuple(rule["Value"] for each in configurations for rule in each["Filter"]["S3Key"]["Rules"])
    assert not keys.probe(keys.new_probe()).endswith(suffixes), "the live version would convert it, too"


@pytest.mark.parametrize("what", ["EraseFunction", "Apiv1Stage"])
def test_nothing_can_be_erased_before_all_of_the_traffic_knows_tombstones(resources: Template, what: str) -> None:
    """CloudFormation creates the eraser, and the API with DELETE /uploads/{job}, after what they depend on, so a stack
    of version 0.1 is safe in one update."""
    order, waits_for = graph(resources), {what}
    while more := {name for each in waits_for for name in order[each]} - waits_for:
        waits_for |= more

    assert {"ConvertFunctionAliaslive", "ReportFailureFunctionAliaslive"} <= waits_for


def test_one_hook_for_all_would_be_a_circle(resources: Template) -> None:
    """The reason why there are two; and the proof that the test for circular dependencies sees hooks."""
    hook: Any = resources["VerifyReleaseFunction"]
    variables = {"SIGN_UPLOAD_VERSION": {"Ref": version_of(resources, "SignUploadFunction")}}
    careless = hook | {"Properties": hook["Properties"] | {"Environment": {"Variables": variables}}}

    TopologicalSorter(graph(resources)).prepare()
    with pytest.raises(CycleError):
        TopologicalSorter(graph(resources | {"VerifyReleaseFunction": careless})).prepare()


def test_the_last_hook_names_nothing_that_waits_for_convert(template: Template, resources: Template) -> None:
    """It requests the names that it needs from CloudFormation, and a separate policy has its permissions on them."""
    hook: Any = resources[AFTERWARDS]
    asked = {*re.findall(r'name_of\("(\w+)"\)', (stack.FUNCTIONS / "verify_live.py").read_text())}
    assert asked == {"SignUploadFunction", "GetUploadFunction", "UploadBucket"} <= template["Resources"].keys()
    for name in asked:
        variables = hook["Properties"]["Environment"]["Variables"] | {"NAMED": {"Ref": name}}
        careless = hook | {"Properties": hook["Properties"] | {"Environment": {"Variables": variables}}}
        with pytest.raises(CycleError):
            TopologicalSorter(graph(resources | {AFTERWARDS: careless})).prepare()

    assert [name for name, waits_for in graph(resources).items() if "VerifyLivePolicy" in waits_for] == []
    calls, deletes = resources["VerifyLivePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert {each["Ref"] for each in calls["Resource"]} == {"SignUploadFunctionAliaslive", "GetUploadFunctionAliaslive"}
    assert deletes["Resource"] == {"Fn::Sub": f"${{UploadBucket.Arn}}/{keys.UPLOADS}{keys.PROBE_JOBS}*"}


def test_what_a_killed_hook_leaves_is_deleted_within_a_day(resources: Template) -> None:
    rules = {
        (bucket, rule.get("Prefix")): rule.get("ExpirationInDays")
        for bucket in ("UploadBucket", "ThumbnailBucket")
        for rule in resources[bucket]["Properties"]["LifecycleConfiguration"]["Rules"]
    }

    assert rules["UploadBucket", f"{keys.UPLOADS}{keys.PROBE_JOBS}"] == 1
    assert rules["ThumbnailBucket", keys.PROBE_JOBS] == 1
    assert rules["ThumbnailBucket", keys.PROBES] == 1


def test_a_hook_has_time_enough_and_one_timeout_is_too_slow(
    resources: Template,
) -> None:
    convert = resources["ConvertFunction"]["Properties"]
    for hook in ALL_HOOKS:
        timeout = resources[hook]["Properties"]["Timeout"]
        assert 5 * ANSWER_SECONDS < timeout < 3600, "CodeDeploy waits for an hour"
    assert convert["Timeout"] > ANSWER_SECONDS


def test_an_upload_of_a_hook_may_fail_once_before_it_is_a_fault(resources: Template) -> None:
    """Lambda retries an asynchronous invocation after a minute, which may be a cold start."""
    assert journey.CONVERSION_SECONDS > 60 + 2 * ANSWER_SECONDS
    for hook in {HOOKS["SignUploadFunction"], AFTERWARDS}:
        left = resources[hook]["Properties"]["Timeout"] - FAREWELL_SECONDS - journey.CONVERSION_SECONDS
        assert left >= 5 * ANSWER_SECONDS, f"{hook}: its own time is over before its upload's"
