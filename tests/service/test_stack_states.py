"""The operator's commands on a stack that is in no good state."""

import json
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest

from dev.emulator import ACCESS_KEY, REGION, SECRET_KEY, Emulator
from operate import buckets
from operate.__main__ import main
from operate.change_set import ChangeSet, apply
from operate.stack import Client, Stack, StackFailed
from operate.versions import Versions
from tests.actors.client import wait_for
from tests.standins.ports import free_port

TEMPLATE = {
    "Parameters": {"Title": {"Type": "String", "Default": ""}},
    "Resources": {"RedriveFunction": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Title"}}}},
    "Outputs": {
        name: {"Value": "x"}
        for name in ("RedriveFunction", "ApiUrl", "ServiceRegion", "ThumbnailBucket", "UploadBucket")
    },
}
OTHER = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
COMMANDS = [
    ["keys"],
    ["rollback", "convert"],
    ["prepare-release"],
    ["rotate-delivery-secret"],
    ["stack", "delivery", "deploy"],
    ["stack", "delivery", "status"],
    ["redrive"],
    ["delete-stack"],
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(free_port()) as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def session(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """The session of the commands, which run in this process."""
    environment = {
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    session = boto3.Session(region_name=REGION)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    yield session
    cloudformation = boto3.Session(region_name=REGION).client("cloudformation")
    for name in names(cloudformation):
        cloudformation.delete_stack(StackName=name)
    wait_for(lambda: not names(cloudformation) or None, "end of all stacks")


@pytest.fixture
def cloudformation(session: boto3.Session) -> Any:
    return session.client("cloudformation")


@pytest.fixture
def stack(session: boto3.Session, cloudformation: Any) -> Stack:
    created(cloudformation, "image-thumbnails", TEMPLATE)
    return Stack(cast("Client", session.client), "image-thumbnails", lambda _: None, pause=0.01)


def statuses(session: boto3.Session, stack: Stack, *answers: str) -> None:
    """Make CloudFormation answer these statuses in turn, the last one from then on."""
    left = [*answers]

    def answer(parsed: dict[str, Any], **_: Any) -> None:
        for each in parsed.get("Stacks", ()):
            each["StackStatus"] = left.pop(0) if len(left) > 1 else left[0]

    session.events.register("after-call.cloudformation.DescribeStacks", answer)
    stack.cloudformation = session.client("cloudformation")


def names(cloudformation: Any) -> list[str]:
    """All stacks that are not deleted."""
    found = cloudformation.describe_stacks()["Stacks"]
    return [each["StackName"] for each in found if each["StackStatus"] != "DELETE_COMPLETE"]


def created(cloudformation: Any, name: str, template: dict[str, Any]) -> None:
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
    )


def change_sets(cloudformation: Any, name: str) -> int:
    return len(cloudformation.list_change_sets(StackName=name)["Summaries"])


@pytest.mark.parametrize("kind", ["absent", "draft", "other", "failed"])
def test_a_stack_that_is_no_service_is_named_in_a_sentence(
    session: boto3.Session, cloudformation: Any, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    if kind == "draft":
        cloudformation.create_change_set(
            StackName="mine", ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=json.dumps(OTHER)
        )
    elif kind != "absent":
        created(cloudformation, "mine", OTHER)
    if kind == "failed":
        statuses(session, Stack(cast("Client", session.client), "mine"), "ROLLBACK_COMPLETE")

    for command in COMMANDS:
        is_new = command == ["prepare-release"] and kind in ("absent", "draft")
        assert main([*command, "--stack-name", "mine"]) == (0 if is_new else 1), command
        said = capsys.readouterr()
        assert "mine" in said.err or (is_new and "nothing to prepare" in said.out), command


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("UPDATE_ROLLBACK_FAILED", '"The rollback itself failed" in docs/runbook.md'),
        ("DELETE_FAILED", "Remove it, then deploy it again"),
        ("ROLLBACK_FAILED", "Remove it, then deploy it again"),
        ("CREATE_FAILED", "Remove it, then deploy it again"),
    ],
)
def test_a_stack_that_cannot_be_updated_gets_no_change_set(
    session: boto3.Session, cloudformation: Any, stack: Stack, status: str, advice: str
) -> None:
    statuses(session, stack, status)

    with pytest.raises(StackFailed, match=f"image-thumbnails is {status}") as refused:
        apply(stack, None, {"Title": "b"}, lambda: None)

    assert advice in str(refused.value)
    assert change_sets(cloudformation, stack.name) == 0
    assert main(["prepare-release"]) == 1


def test_what_was_begun_before_is_waited_for(session: boto3.Session, stack: Stack) -> None:
    """Ctrl-C stops the command, not CloudFormation, which refuses a second update meanwhile."""
    lines: list[str] = []
    stack.say = lines.append
    statuses(session, stack, "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE")

    assert apply(stack, None, {"Title": "b"}, lambda: None)

    assert lines[0] == "waiting for image-thumbnails, which is UPDATE_IN_PROGRESS"
    assert stack.parameters() == {"Title": "b"}


def test_a_release_that_is_under_way_keeps_its_versions(
    session: boto3.Session, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses(session, stack, "UPDATE_IN_PROGRESS")

    assert main(["prepare-release"]) == 1

    assert "image-thumbnails is UPDATE_IN_PROGRESS: another release is under way." in capsys.readouterr().err


def test_a_change_set_nobody_wants_deletes_no_stack_that_exists_by_now(
    session: boto3.Session, cloudformation: Any
) -> None:
    new = Stack(cast("Client", session.client), "new", lambda _: None, pause=0.01)
    with ChangeSet(new, json.dumps(OTHER), {}) as mine, ChangeSet(new, json.dumps(OTHER), {}):
        mine.execute()  # while the other command's question is open; its answer is no

    assert new.status() == "CREATE_COMPLETE"

    with ChangeSet(Stack(cast("Client", session.client), "draft"), json.dumps(OTHER), {}):
        pass
    assert names(cloudformation) == ["new"]


def test_a_delivery_that_was_never_finished_is_shown_and_removed(
    cloudformation: Any, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{stack.name}-delivery"
    cloudformation.create_change_set(
        StackName=name, ChangeSetName="x", ChangeSetType="CREATE", TemplateBody=json.dumps(OTHER)
    )

    assert main(["stack", "delivery", "status"]) == 0
    assert "Its first deployment did not end." in capsys.readouterr().out
    assert main(["stack", "delivery", "remove", "--yes", "--pause", "0.01"]) == 0
    assert names(cloudformation) == [stack.name]


def test_a_delivery_that_is_still_created_has_a_status(
    session: boto3.Session, cloudformation: Any, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    created(cloudformation, f"{stack.name}-delivery", OTHER)
    statuses(session, stack, "CREATE_IN_PROGRESS")

    main(["stack", "delivery", "status"])

    assert "CREATE_IN_PROGRESS" in capsys.readouterr().out


def test_a_stack_whose_name_is_too_long_for_a_delivery_can_be_deleted(
    cloudformation: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "a" * 128
    created(cloudformation, name, TEMPLATE)

    assert main(["delete-stack", "--dry-run", "--stack-name", name]) == 0
    assert f"The stack {name} would be deleted." in capsys.readouterr().out


def test_a_bucket_that_was_deleted_by_hand_is_empty(session: boto3.Session) -> None:
    s3 = session.client("s3")

    assert buckets.count(s3, "gone") == 0
    buckets.empty(s3, "gone")


@pytest.mark.parametrize(
    ("live", "weighted", "before"),
    [(5, [], 4), (5, [6], 5), (5, [4], 4), (3, [], None), (3, [6], 3)],
)
def test_a_rollback_during_a_release_keeps_the_version_from_before_it(
    live: int, weighted: list[int], before: int | None
) -> None:
    assert Versions("convert", "f", [3, 4, 5, 6], live, weighted, known=6).before == before


@pytest.mark.parametrize("version", ["0", "-1", "x"])
def test_a_version_is_a_number_above_zero(capsys: pytest.CaptureFixture[str], version: str) -> None:
    with pytest.raises(SystemExit):
        main(["rollback", "convert", f"--to={version}"])
    assert "is not a whole number above 0" in capsys.readouterr().err
