"""What signing loads: people wait for its cold starts, so what few uploads need is loaded with the first of these."""

import json
import subprocess
import sys
from typing import Any

import pytest

_SIGN = """
import json, sys
from types import SimpleNamespace
import sign_upload
event = json.loads(sys.argv[1])
context = SimpleNamespace(function_name="f", function_version="1", memory_limit_in_mb=1, aws_request_id="1",
                          invoked_function_arn="arn")
sys.stdout = sys.stderr
assert sign_upload.handler(event, context)["statusCode"] == 201
print(json.dumps([*sys.modules]), file=sys.__stdout__)
"""
_SELDOM = {"thumbs.api.callers", "thumbs.jobs.attribution", "thumbs.picture", "thumbs.sizes", "boto3"}


def loaded(event: dict[str, Any], **file: str) -> set[str]:
    body = json.dumps({"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 1, **file}]})
    event = {"httpMethod": "POST", "resource": "/uploads", "headers": {}, "body": body} | event
    command = [sys.executable, "-c", _SIGN, json.dumps(event)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return _SELDOM & {*json.loads(said.stdout)}


@pytest.mark.usefixtures("environment")
def test_a_plain_upload_loads_nothing_that_few_need() -> None:
    assert loaded({}) == set()


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("file", [{"reference": "order 7"}, {"sha256": "0" * 64}])
def test_a_file_with_something_to_remember_loads_it(file: dict[str, str]) -> None:
    assert loaded({}, **file) == {"thumbs.jobs.attribution"}


def test_an_owner_is_read_where_callers_are_identified(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HAS_OWNERS", "true")

    found = loaded({"requestContext": {"authorizer": {"claims": {"sub": "alice"}}}})

    assert found == {"thumbs.api.callers", "thumbs.jobs.attribution"}


@pytest.mark.parametrize("function", ["sign_upload", "get_upload", "convert"])
@pytest.mark.usefixtures("environment")
def test_what_people_wait_for_starts_without_boto3_or_uuid(function: str) -> None:
    # Powertools itself loads the package botocore, which is small, but nothing in it that makes clients.
    script = f"import sys, {function}; assert not {{'boto3', 'botocore.session', 'uuid'}} & sys.modules.keys()"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


def test_the_process_that_forks_children_starts_without_large_modules() -> None:
    # docs/decisions/s3-without-boto3.md, imaging-sandbox.md. The readers of HEIF and TIFF need dataclasses.
    script = """
import logging, sys  # Pillow loads logging; since Python 3.14, that brings dataclasses
before = {*sys.modules}
sys.path[:] = sys.argv[1:]
import thumbs.pipeline.sandbox.zygote
from thumbs import formats
from thumbs.pipeline import steps
for accepted in formats.INPUTS:
    if accepted.name not in {"HEIF", "TIFF"}:
        steps.prepare(accepted, tuple(formats.OUTPUTS.values()), rights=True, animated=True)
assert not {"dataclasses", "inspect", "pickle"} & (sys.modules.keys() - before)
"""
    said = subprocess.run([sys.executable, "-IS", "-c", script, *sys.path], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
