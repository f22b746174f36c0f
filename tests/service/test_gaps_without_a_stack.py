"""More gaps of the emulator, as test_gaps.py: those that its own functions show, without a stack."""

import asyncio
import json
from typing import Any
from unittest.mock import patch

import pytest
from ministack.core.iam_actions import extract_resource_arn, s3_service_context
from ministack.services import apigateway_v1
from ministack.services import s3 as emulated_s3
from ministack.services.cloudformation import provisioners

from dev import api_policy
from dev.emulator import REGION


def test_emulated_iam_knows_no_conditional_writes_nor_signature_kinds() -> None:
    """In a separate process, where dev/condition_keys.py is not loaded."""
    sent = {"authorization": "AWS4-HMAC-SHA256 …", "if-none-match": "*"}

    assert s3_service_context("s3:PutObject", {}, "/bucket/key", sent) == {}
    assert s3_service_context("s3:GetObject", {"X-Amz-Signature": ["0"]}, "/bucket/key", {}) == {}


def test_emulated_iam_does_not_name_the_version_that_is_deleted() -> None:
    """In a separate process, where dev/deleted_versions.py is not loaded."""
    path = "/2015-03-31/functions/convert"

    arn = extract_resource_arn("lambda", "DELETE", path, {}, b"", {"Qualifier": ["7"]}, REGION, "0" * 12)

    assert arn == f"arn:aws:lambda:{REGION}:{'0' * 12}:function:convert"


def test_the_policy_in_an_openapi_document_is_not_imported() -> None:
    """In a separate process, as above. So dev/api_policy.py imports it, and adds the Referer."""
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
    api = apigateway_v1._import_rest_api({"info": {"title": "an API"}, api_policy.POLICY: policy})

    assert apigateway_v1._rest_apis[api]["policy"] is None


@pytest.mark.parametrize("condition", [{}, {"StringEquals": {"aws:Referer": "https://www.example.com/"}}])
def test_the_iam_of_the_emulator_knows_no_referer(condition: dict[str, Any]) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}
    base = {"policy": json.dumps({"Statement": [statement]})}
    api = apigateway_v1._import_rest_api({"info": {"title": "an API"}}, base)
    headers = {"Referer": "https://www.example.com/", "host": "localhost"}
    call = apigateway_v1._authorize_request_v1(
        api, "v1", {}, "GET", "/", {}, headers, b"", {}, {}, {}, "000000000000", REGION
    )

    with patch("ministack.app.AUTH", True):
        refusal, _ = asyncio.run(call)

    assert bool(refusal) == bool(condition)


def test_an_api_whose_document_changes_becomes_another() -> None:
    document: dict[str, Any] = {"info": {"title": "an API"}}
    properties = {"Name": "an API", "Body": document}
    api, _ = provisioners._apigw_rest_api_create("It", properties, "stack")

    changed = properties | {"Body": document | {api_policy.POLICY: {"Statement": []}}}
    assert provisioners._apigw_rest_api_update(api, properties, changed, "stack", "It")[0] != api


def test_the_checksum_in_a_form_is_not_compared() -> None:
    """In a separate process, where dev/form_checksums.py is not loaded."""
    form = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % part
        for part in ((b"key", b"k"), (b"x-amz-checksum-sha256", b"A" * 43 + b"="), (b"file", b"another"))
    )
    emulated_s3._create_bucket("compared", b"", {})

    status, _, answer = emulated_s3._post_object(
        "compared", form + b"--x--\r\n", {"content-type": "multipart/form-data; boundary=x"}
    )

    assert status == 204, answer


def test_an_object_keeps_its_tags_when_it_is_written_without_any() -> None:
    """In a separate process, where dev/object_tags.py is not loaded."""
    emulated_s3._create_bucket("tagged", b"", {})
    for headers in ({"x-amz-tagging": "status=unclaimed"}, {}):
        assert emulated_s3._put_object("tagged", "k", b"x", headers)[0] == 200

    assert emulated_s3._object_tags[("tagged", "k", None)] == {"status": "unclaimed"}
