"""Every permission is used: what each role may do, compared with everything that was done in the other tests here.

The emulator enforces IAM and records each call (tests/standins/trail.py). These tests run last of their kind.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.actors.client import Service
from tests.standins import trail as trails
from thumbs import formats

# Permissions that no call on the emulator can show, and where they are tested.
ELSEWHERE = {
    "logs:CreateLogStream": "Lambda logs as the function; the emulator does it without asking (test_template.py)",
    "logs:PutLogEvents": "the same",
    "sns:Publish": "Lambda gives an event up as the function; the emulator does it without asking (test_iam.py)",
    "sqs:SendMessage": "the same, for the eraser; where Lambda parks it is in test_storage_and_api.py",
    "s3:PutObjectTagging": "S3 asks for it when an object is written with a tag; not the emulator (test_tombstones)",
    "codedeploy:PutLifecycleEventHookExecutionStatus": "a stand-in for CodeDeploy receives it (test_release.py)",
    "xray:PutTraceSegments": "Lambda traces as the function, where Tracing is Active; the emulator does not trace",
    "xray:PutTelemetryRecords": "the same",
}


@pytest.fixture(scope="module")
def calls(request: pytest.FixtureRequest, stack: Service, trail: Path) -> list[trails.Call]:
    """The calls of the service's functions in all tests of this folder."""
    ran = {item.path for item in request.session.items}
    if missing := set(Path(__file__).parent.glob("test_*.py")) - ran:
        pytest.skip(f"only all of tests/service shows what is used; this run left out {len(missing)} files of it")
    ours = set(stack.deployed.functions.values())
    return [call for call in trails.read(trail) if call.caller in ours]


@pytest.fixture(scope="module")
def granted(stack: Service) -> dict[str, set[trails.Grant]]:
    """The permissions of each function's role, as deployed. By the role's name."""
    iam = stack.deployed.client("iam")
    found = {}
    for function in stack.deployed.functions.values():
        arn = stack.deployed.client("lambda").get_function_configuration(FunctionName=function)["Role"]
        role = arn.rsplit("/", 1)[-1]
        assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == [], "somebody else's grants"
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
        found[role] = {grant for document in documents for grant in trails.grants(document)}
    return found


def test_every_function_has_a_role_to_itself(stack: Service, granted: dict[str, set[trails.Grant]]) -> None:
    assert len(granted) == len(stack.deployed.functions) == 9


def test_every_grant_is_used(granted: dict[str, set[trails.Grant]], calls: list[trails.Call]) -> None:
    unused = {
        (role, grant)
        for role, allowed in granted.items()
        for grant in allowed
        if grant.action not in ELSEWHERE and not any(call.role == role and uses(call, grant) for call in calls)
    }

    assert unused == set()


def uses(call: trails.Call, grant: trails.Grant) -> bool:
    if grant.action == "s3:ListBucket" and call.action == "s3:GetObject":
        # S3 responds to a missing object with 404 if the caller may list, and with 403 otherwise; the emulator always
        # responds with 404. So functions that look for objects need it, without a call that would show it here.
        return call.resource.startswith(f"{grant.resource}/")
    return grant.allows(call) or replace(grant, resource=_as_webp(grant.resource)).allows(call)


def _as_webp(resource: str) -> str:
    """Permissions on this stack's thumbnails are the same for all formats.

    ThumbnailFormat is a setting, which may change while the previous version still runs.
    """
    name, dot, extension = resource.rpartition(".")
    return f"{name}{dot}webp" if extension in {output.extension for output in formats.OUTPUTS.values()} else resource


def test_what_is_shown_elsewhere_is_granted_and_cannot_be_shown_here(
    granted: dict[str, set[trails.Grant]], calls: list[trails.Call]
) -> None:
    actions = {grant.action for allowed in granted.values() for grant in allowed}

    assert ELSEWHERE.keys() <= actions
    assert not ELSEWHERE.keys() & {call.action for call in calls}


def test_whatever_was_allowed_was_allowed_by_a_grant(
    granted: dict[str, set[trails.Grant]], calls: list[trails.Call]
) -> None:
    """Otherwise this reading of the grants would differ from the emulator's, and the tests above would prove
    nothing."""
    assert len(calls) > 500
    for call in calls:
        if call.allowed:
            assert any(grant.allows(call) for grant in granted[call.role]), call
