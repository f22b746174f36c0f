"""Each role of the template: no grant is for everybody, and each wildcard has a reason."""

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from dev import stack
from tests.material.template import Template, of_type, references


def test_the_policy_lets_convert_read_uploads_and_nothing_else_there(resources: Template) -> None:
    statements = resources["ReadUploadsPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert [(statement["Effect"], statement["Action"], statement["Resource"]) for statement in statements] == [
        ("Allow", "s3:GetObject", {"Fn::Sub": "${UploadBucket.Arn}/uploads/*"}),
        ("Allow", "s3:ListBucket", {"Fn::GetAtt": ["UploadBucket", "Arn"]}),
    ]


def test_every_function_may_write_its_own_log_and_no_other(resources: Template) -> None:
    """Checked here, because the emulator writes logs without permission, and compares such ARNs without their `:*`."""
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        (role,) = references(function["Properties"]["Role"])
        own = function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        on_logs = [each for each in _statements(resources[role]) if "logs:" in str(each["Action"])]
        assert [(each["Action"], each["Resource"]) for each in on_logs] == [
            (["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": [own, "Arn"]})
        ], name


def test_every_function_may_send_traces_before_tracing_is_switched_on(resources: Template) -> None:
    """Lambda checks the role when Tracing becomes Active, and IAM needs seconds to propagate a new grant."""
    for function in of_type(resources, "AWS::Lambda::Function").values():
        role = resources[function["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
        statements = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
        assert any(
            statement.get("Action") == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"] for statement in statements
        )


def test_no_grant_is_for_everybody_or_for_every_action(resources: Template) -> None:
    for name, resource in resources.items():
        for statement in _statements(resource.get("Properties", {})):
            if statement["Effect"] == "Allow":
                assert "*" not in str(statement["Action"]), name
                assert "NotAction" not in statement, name
                if statement.get("Principal") in ("*", {"AWS": "*"}):
                    (key,) = statement["Condition"]["StringEquals"]
                    assert key in ("aws:Referer", "aws:SourceVpce"), f"{name}: neither a secret nor an endpoint"
                if statement.get("Resource") == "*":
                    assert all(action.startswith(_FOR_ALL) for action in statement["Action"]), name


def test_each_wildcard_of_a_grant_has_its_reason_beside_it(template: Template) -> None:
    lines = stack.TEMPLATE.read_text().splitlines()
    columns = {number: line.index("Effect: ") for number, line in enumerate(lines) if "Effect: " in line}
    assert len(columns) == len({id(each) for each in _statements(template)}), "one statement is written otherwise"
    for start, column in columns.items():
        if "Effect: Deny" not in lines[start]:
            assert list(_unreasoned(lines[start + 1 :], column)) == []


# What AWS authorizes for all resources only (Service Authorization Reference).
_FOR_ALL = ("xray:", "ec2:Describe", "cloudwatch:GetMetricData")


def _unreasoned(lines: list[str], column: int) -> Iterator[str]:
    """The lines with a wildcard and without a reason, of the statement that is indented to a column."""
    reasoned = False  # by a comment above, which holds for a list of similar ones
    for line in takewhile(lambda line: not line[:column].strip() and line, lines):
        code, _, comment = line.partition("# ")
        code = re.sub(r"(?<![\"\w])\*\w+", "", code)  # without YAML's aliases; a wildcard is quoted
        if comment and not code.strip():
            reasoned = True
        elif "*" not in code or code.lstrip().startswith("Condition: "):
            reasoned = reasoned and code.strip().endswith("Resource:")
        elif not reasoned and not comment:
            yield line.strip()


def _statements(value: Any) -> Iterator[Template]:
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for each in value.values():
            yield from _statements(each)
    elif isinstance(value, list):
        for each in value:
            yield from _statements(each)
