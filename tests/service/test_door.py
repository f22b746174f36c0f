"""With the firewall, the API responds only to the distribution; and how to enable, rotate and disable that."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.stack import NAME
from operate import door
from operate.stack import StackFailed
from tests.actors.client import PAGE
from tests.actors.edge import deliver, undelivered
from tests.actors.guarded import Guarded
from tests.actors.operators import operator, said
from tests.actors.program import base

JOB = "0" * 32
CALLS = [("GET", "limits"), ("GET", f"uploads/{JOB}"), ("POST", "uploads"), ("OPTIONS", "uploads")]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    project = tmp_path_factory.mktemp("project")
    with undelivered(project, origins=[PAGE], parameters={"ApiKeyRequired": "true"}) as edge:
        guarded = Guarded(edge.deployed, edge.project)
        deliver(guarded)
        yield guarded


@pytest.fixture(scope="module")
def secret(guarded: Guarded) -> str:
    """The secret that the distribution sends since the firewall was enabled. The other tests are about what follows."""
    assert guarded.directly("GET", "limits").status_code == 200, "without the firewall the API is open"
    with guarded.called() as answers:
        answer = guarded.command("--set=Firewall=Enabled")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert set(answers) == {200}
    sent = guarded.door().sent()
    assert sent
    assert sent not in answer.stdout + answer.stderr
    return sent


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(("method", "path"), CALLS, ids=str)
def test_a_direct_call_is_refused_so_that_a_page_can_read_it(guarded: Guarded, method: str, path: str) -> None:
    for referer in ({}, {"Referer": f"https://{guarded.domain}/"}, {"Referer": secrets.token_urlsafe(32)}):
        answer = guarded.directly(method, path, Origin=PAGE, **referer)

        assert answer.status_code == 403
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.json()["detail"] == "This service responds only at the domain of its upload page."


@pytest.mark.usefixtures("secret")
def test_the_distribution_is_answered_with_the_callers_own_key(guarded: Guarded) -> None:
    limits = guarded.get("/limits", **guarded.key, Referer="https://somewhere.example.com/")
    assert (limits.status_code, limits.json()["maxFiles"]) == (200, 25)

    without = guarded.get("/limits")
    assert (without.status_code, without.headers["Content-Type"]) == (403, "application/problem+json")
    assert without.json()["title"] == "INVALID_API_KEY", "the key is missing, not the secret"

    unknown = guarded.get(f"/uploads/{JOB}", **guarded.key)
    assert (unknown.status_code, unknown.headers["Content-Type"]) == (404, "application/problem+json")
    signed = guarded.ask({"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 1}]}, **guarded.key)
    assert signed.status_code == 201
    malformed = guarded.ask({"files": []}, **guarded.key)
    assert malformed.status_code == 400
    many = {"files": [{"name": "n" * 255, "type": "image/jpeg", "size": 1}] * 25}
    assert guarded.ask(many, **guarded.key).status_code == 201

    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
    preflight = guarded.request("OPTIONS", "/uploads", **asked)
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")


@pytest.mark.usefixtures("secret")
def test_keys_are_added_and_revoked_as_before(guarded: Guarded, tmp_path: Path) -> None:
    operate = operator(guarded, tmp_path)
    value = said(operate("keys", "--add", "caller")).split()[-1]
    assert guarded.get("/limits", **{"x-api-key": value}).status_code == 200

    said(operate("keys", "--revoke", "caller"))
    assert guarded.get("/limits", **{"x-api-key": value}).status_code == 403


def test_the_secret_stands_in_no_output_parameter_template_or_log(guarded: Guarded, secret: str) -> None:
    cloudformation, logs = guarded.deployed.client("cloudformation"), guarded.deployed.client("logs")
    for stack in (NAME, f"{NAME}-delivery"):
        shown = [
            cloudformation.describe_stacks(StackName=stack),
            cloudformation.describe_stack_events(StackName=stack),
            cloudformation.get_template(StackName=stack),
        ]
        assert secret not in json.dumps(shown, default=str)
    for group in logs.describe_log_groups()["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        assert secret not in json.dumps(events)


@pytest.mark.usefixtures("secret")
def test_given_again_the_command_changes_nothing(guarded: Guarded, tmp_path: Path) -> None:
    assert guarded.command("--dry-run").stdout.count("nothing to change") == 2
    status = said(operator(guarded, tmp_path)("stack", "delivery", "status"))
    assert "  DeliverySecret = ****\n" in status
    assert "outdated" not in status
    assert "does not know" not in status


def test_the_secret_cannot_be_chosen(guarded: Guarded) -> None:
    answer = guarded.command(f"--set=DeliverySecret={'a' * 32}")

    assert answer.returncode == 1
    assert answer.stderr == f"DeliverySecret is created here. To replace it: python -m operate {door.COMMAND}\n"


def test_a_smoke_test_calls_the_domain(guarded: Guarded, secret: str) -> None:
    service = guarded.delivery.parent

    assert secret
    assert base(service.outputs(), service.parameters()) == f"https://{guarded.domain}/"
    assert base(service.outputs(), service.parameters() | {"DeliverySecrets": ""}) == service.outputs()["ApiUrl"]


def test_the_secret_is_replaced_while_calls_go_on(guarded: Guarded, secret: str, tmp_path: Path) -> None:
    operate = operator(guarded, tmp_path)
    before = guarded.door().accepted()
    assert "a new one would replace it" in said(operate(door.COMMAND, "--dry-run"))
    assert "Confirm with --yes" in operate(door.COMMAND).stderr
    assert guarded.door().sent() == secret

    with guarded.called() as answers:
        told = said(operate(door.COMMAND, "--yes", "--pause", "0.05"))

    assert set(answers) == {200}
    new = guarded.door().sent()
    assert new not in (None, secret)
    assert str(new) not in told
    assert guarded.door().accepted() == [str(int(*before) + 1)]
    assert guarded.directly("GET", "limits", Referer=secret).status_code == 403
    assert guarded.directly("GET", "limits", Referer=str(new)).status_code == 200


class Stopped(BaseException):
    """Somebody presses Ctrl-C."""


# The command's messages when it begins a step, or in the middle of one, and how often each was printed by then.
MOMENTS = [
    ("set DeliverySecrets=", 1),
    ("Api: update complete", 1),
    ("the distribution sends", 1),
    ("Distribution: update complete", 1),
    ("set DeliverySecrets=", 2),
    ("Api: update complete", 2),
]


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(("moment", "times"), MOMENTS)
def test_a_replacement_that_was_stopped_is_finished_by_the_same_command(
    guarded: Guarded, moment: str, times: int
) -> None:
    old, seen = str(guarded.door().sent()), 0

    def say(text: str) -> None:
        nonlocal seen
        seen += text.startswith(moment)
        if seen == times:
            raise Stopped

    with pytest.raises(Stopped):
        guarded.door(say).rotate()
    assert guarded.get("/limits", **guarded.key).status_code == 200
    guarded.door().rotate()

    new = str(guarded.door().sent())
    assert new != old
    assert len(guarded.door().accepted()) == 1
    assert guarded.get("/limits", **guarded.key).status_code == 200
    assert guarded.directly("GET", "limits", Referer=new).status_code == 200
    assert guarded.directly("GET", "limits", Referer=old).status_code == 403


@pytest.mark.usefixtures("secret")
def test_an_api_that_was_opened_by_mistake_is_closed_by_the_same_command(guarded: Guarded) -> None:
    """`sam deploy --guided` sets unanswered parameters to nothing."""
    guarded.set_of_the_service(**{door.ACCEPTED: ""})
    assert guarded.directly("GET", "limits").status_code == 200

    answer = guarded.command()

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert guarded.directly("GET", "limits").status_code == 403
    assert guarded.get("/limits", **guarded.key).status_code == 200


@pytest.mark.usefixtures("secret")
def test_without_the_firewall_everybody_is_answered_again(guarded: Guarded) -> None:
    """The last one: it removes the firewall, and no call fails meanwhile."""
    gateway, api = guarded.deployed.client("apigateway"), guarded.deployed.resources["Api"]
    refused = guarded.command("--set=Firewall=Disabled", "--set=CallsPerAddress=1")
    assert refused.returncode == 1
    assert "CallsPerAddress" in refused.stderr
    assert guarded.directly("GET", "limits").status_code == 403, "nothing has changed"
    with guarded.called() as answers:
        answer = guarded.command("--set=Firewall=Disabled")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert set(answers) == {200}
    assert guarded.directly("GET", "limits").status_code == 200
    assert guarded.door().sent() is None
    with pytest.raises(StackFailed, match="Firewall=Enabled first"):
        guarded.door().rotate()

    # On AWS a policy may remain after it was removed from the document. Then the distribution keeps sending the secret.
    assert guarded.command("--set=Firewall=Enabled").returncode == 0
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
    guarded.set_of_the_service(**{door.ACCEPTED: ""})
    kept = {"op": "replace", "path": "/policy", "value": json.dumps(policy)}
    gateway.update_rest_api(restApiId=api, patchOperations=[kept])
    answer = guarded.command("--set=Firewall=Disabled")
    assert answer.returncode == 1
    assert f"aws apigateway update-rest-api --rest-api-id {api} --patch-operations" in answer.stderr
    assert guarded.door().sent()
    gateway.update_rest_api(restApiId=api, patchOperations=[kept | {"value": ""}])
    assert guarded.command("--set=Firewall=Disabled").returncode == 0
    assert guarded.door().sent() is None

    assert guarded.command("--set=Firewall=Enabled").returncode == 0
    assert guarded.directly("GET", "limits").status_code == 403
    assert guarded.command(action="remove").returncode == 0
    assert guarded.directly("GET", "limits").status_code == 200
    assert guarded.deployed.client("ssm").describe_parameters()["Parameters"] == []
