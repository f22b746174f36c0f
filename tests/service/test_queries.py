"""The saved queries (stacks/queries.yaml), run over lines that the service has logged."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from operate.optional_stack import FOLDER
from tests.actors.client import Service, Signed
from tests.material import pictures
from tests.standins import insights
from tests.standins.insights import Line

QUERIES = {
    name: each["Properties"] for name, each in yaml_parse((FOLDER / "queries.yaml").read_text())["Resources"].items()
}
REQUEST = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture(scope="module")
def job(stack: Service) -> str:
    """A job that is done, requested as REQUEST; there is also a rejected one, a failed one and a refused call."""
    asked = {"name": "picture.jpg", "type": "image/jpeg", "size": 1000}
    entry = stack.ask({"files": [asked]}, **{"X-Request-Id": REQUEST}).json()["uploads"][0]
    signed = Signed(entry["job"], **entry["upload"], result=entry["result"], expires=entry["expires"])
    signed.post(pictures.jpeg())
    assert stack.result(signed)["status"] == "done"
    rejected = stack.convert(b"no picture")
    assert rejected["status"] == "rejected"
    assert stack.ask({"files": [asked | {"type": "text/plain"}]}).status_code == 415
    lost = stack.sign()
    with stack.outage(lost.fields["key"]):
        lost.post(pictures.jpeg())
        assert stack.result(lost)["status"] == "failed"
    for function, each in product(("sign_upload", "convert"), (signed.job, rejected["job"], lost.job)):
        stack.log_of(function, each)  # they have arrived
    return signed.job


def logs_of(stack: Service, groups: Any) -> list[str]:
    """The functions whose logs a query reads, by the names of their files."""
    if groups == {"Ref": "FunctionLogs"}:
        names = stack.deployed.outputs["FunctionLogs"].split(",")
        return [group.removeprefix(f"/aws/lambda/{stack.deployed.name}-") for group in names]
    return [group["Fn::Sub"].removeprefix("/aws/lambda/${ServiceName}-") for group in groups]


def result(stack: Service, name: str, **replaced: str) -> list[Line]:
    groups = logs_of(stack, QUERIES[name]["LogGroupNames"])
    query: str = QUERIES[name]["QueryString"]
    for placeholder, value in replaced.items():
        assert placeholder in QUERIES[name]["Name"]["Fn::Sub"]
        query = query.replace(placeholder, value)
    lines = [line for group in groups for line in stack.log(group)]
    return insights.run(query, lines)


def test_a_job_and_a_request_are_found_in_every_log(stack: Service, job: str) -> None:
    for name, replaced in (("OneJob", {"JOB": job}), ("OneRequest", {"REQUEST": REQUEST})):
        rows = result(stack, name, **replaced)
        assert [(row["service"], row["message"]) for row in rows] == [("sign_upload", "signed"), ("convert", "done")]
    assert [row["correlation_id"] for row in result(stack, "OneJob", JOB=job)] == [REQUEST] * 2


SEEN: dict[str, Callable[[list[Line]], Any]] = {
    "Rejections": lambda rows: {row["reason"]: row["pictures"] for row in rows}["not_an_image"],
    "Refusals": lambda rows: {row["problems.0.code"]: row["calls"] for row in rows}["type_not_supported"],
    "Errors": lambda rows: {row["exception_name"]: row["attempts"] for row in rows}["AccessDenied"],
    "Slowest": lambda rows: all(None not in row.values() for row in rows) and rows[0]["milliseconds"],
}


@pytest.mark.usefixtures("job")
@pytest.mark.parametrize("name", SEEN)
def test_a_query_finds_what_has_happened(stack: Service, name: str) -> None:
    assert SEEN[name](result(stack, name)) >= 1


def test_each_query_is_tested_and_named_for_its_stack() -> None:
    assert {"OneJob", "OneRequest", *SEEN} == QUERIES.keys()
    assert all(query["Name"]["Fn::Sub"].startswith("${ServiceName}/") for query in QUERIES.values())
