"""What a signed form allows, and nothing else: S3 itself refuses the rest."""

import base64
import hashlib
import json
import time

import pytest
import requests

from dev.stack import Stack
from tests.actors.client import PATIENCE, Service, Signed
from tests.material import pictures


def refused(signed: Signed, answer: requests.Response, status: int, code: str, stack: Service) -> None:
    assert answer.status_code == status, answer.text
    assert f"<Code>{code}</Code>" in answer.text
    listing = stack.s3.list_objects_v2(Bucket=stack.uploads, Prefix=signed.fields["key"])
    assert listing["KeyCount"] == 0, "it was refused and stored all the same"


def test_the_signed_form_is_accepted(stack: Service) -> None:
    signed = stack.sign()

    assert signed.post(pictures.jpeg()).status_code == 204


def test_a_tampered_signature_is_refused(stack: Service) -> None:
    signed = stack.sign()
    signature = signed.fields["x-amz-signature"]

    answer = signed.post(b"x", x_amz_signature=("0" if signature[0] != "0" else "1") + signature[1:])

    refused(signed, answer, 403, "SignatureDoesNotMatch", stack)


def test_a_tampered_policy_is_refused(stack: Service) -> None:
    signed = stack.sign()
    policy = json.loads(base64.b64decode(signed.fields["policy"]))
    policy["conditions"][-1] = ["content-length-range", 1, 10**12]

    answer = signed.post(b"x", policy=base64.b64encode(json.dumps(policy).encode()).decode())

    refused(signed, answer, 403, "SignatureDoesNotMatch", stack)


@pytest.mark.parametrize("field", ["x-amz-signature", "policy", "x-amz-credential", "x-amz-security-token"])
def test_a_form_without_one_of_its_fields_is_refused(stack: Service, field: str) -> None:
    signed = stack.sign()

    answer = signed.post(b"x", **{field.replace("-", "_"): None})

    assert answer.status_code in (400, 403)


def test_another_key_is_refused(stack: Service) -> None:
    signed = stack.sign()

    answer = signed.post(b"x", key="uploads/" + "0" * 32)

    refused(signed, answer, 403, "AccessDenied", stack)


def test_another_content_type_is_refused(stack: Service) -> None:
    signed = stack.sign(content_type="image/png")

    answer = signed.post(b"x", Content_Type="text/html")

    refused(signed, answer, 403, "AccessDenied", stack)


def test_a_field_that_was_not_signed_is_refused(stack: Service) -> None:
    signed = stack.sign()

    answer = signed.post(b"x", acl="public-read")

    refused(signed, answer, 403, "AccessDenied", stack)


def test_a_file_that_is_too_large_is_refused(stack: Service) -> None:
    signed = stack.sign()

    answer = signed.post(b"x" * 20_000_001)

    refused(signed, answer, 400, "EntityTooLarge", stack)


def test_an_empty_file_is_refused(stack: Service) -> None:
    signed = stack.sign()

    answer = signed.post(b"")

    refused(signed, answer, 400, "EntityTooSmall", stack)


def test_an_expired_form_is_refused(stack: Service) -> None:
    """With a signature of the stack's own signer that lasts one second, because waiting five minutes proves no more."""
    signed = short_lived(stack.deployed, seconds=1)
    time.sleep(2)

    answer = signed.post(b"x")

    refused(signed, answer, 403, "AccessDenied", stack)
    assert "expired" in answer.text.lower()


def short_lived(deployed: Stack, seconds: int) -> Signed:
    """The form of sign_upload with UploadExpirySeconds shorter than the template allows."""
    aws = deployed.client("lambda")
    function = deployed.functions["SignUploadFunction"]
    environment = aws.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    changed = {"Variables": environment | {"UPLOAD_EXPIRY_SECONDS": str(seconds)}}
    aws.update_function_configuration(FunctionName=function, Environment=changed)
    try:
        body = json.dumps({"files": [{"name": "a", "type": "image/jpeg", "size": 1}]})
        event = {"httpMethod": "POST", "resource": "/uploads", "body": body, "headers": {}}
        answer = json.load(aws.invoke(FunctionName=function, Payload=json.dumps(event).encode())["Payload"])
    finally:
        aws.update_function_configuration(FunctionName=function, Environment={"Variables": environment})
    entry = json.loads(answer["body"])["uploads"][0]
    return Signed(entry["job"], **entry["upload"], result=entry["result"], expires=entry["expires"])


def test_a_result_link_reads_nothing_else(stack: Service) -> None:
    first, second = stack.upload(pictures.jpeg()), stack.upload(pictures.jpeg())
    stack.result(first)
    stack.result(second)

    assert requests.get(first.result.replace(first.job, second.job), timeout=PATIENCE).status_code == 403
    assert requests.get(first.result.replace("manifest.json", "small.webp"), timeout=PATIENCE).status_code == 403
    assert requests.get(first.result.split("?")[0], timeout=PATIENCE).status_code == 403, "unsigned"
    assert requests.put(first.result, b"{}", timeout=PATIENCE).status_code == 403


def test_a_second_upload_with_the_same_form_changes_nothing(stack: Service) -> None:
    signed = stack.upload(pictures.jpeg(800, 600))
    before = stack.result(signed)
    small = requests.get(before["thumbnails"][0]["url"], timeout=PATIENCE).content

    assert signed.post(pictures.jpeg(300, 900)).status_code == 204
    time.sleep(1)

    assert stack.manifest(signed.job) == before
    assert requests.get(before["thumbnails"][0]["url"], timeout=PATIENCE).content == small


def test_nothing_is_readable_without_a_signature(stack: Service) -> None:
    signed = stack.upload(pictures.jpeg())
    small = stack.result(signed)["thumbnails"][0]["key"]

    for bucket, key in ((stack.uploads, f"uploads/{signed.job}"), (stack.thumbnails, small)):
        assert stack.s3.head_object(Bucket=bucket, Key=key), "it is there"
        assert requests.get(f"{stack.deployed.endpoint}/{bucket}/{key}", timeout=PATIENCE).status_code == 403
        assert requests.get(f"{stack.deployed.endpoint}/{bucket}", timeout=PATIENCE).status_code == 403


def test_a_form_with_a_digest_accepts_that_file_alone(stack: Service) -> None:
    content = pictures.jpeg()
    file = {"name": "a.jpg", "type": "image/jpeg", "size": len(content)}
    answer = stack.ask({"files": [file | {"sha256": hashlib.sha256(content).hexdigest()}]})
    entry = answer.json()["uploads"][0]
    signed = Signed(entry["job"], **entry["upload"], result=entry["result"], expires=entry["expires"])
    another = base64.b64encode(hashlib.sha256(b"another").digest()).decode()

    refused(signed, signed.post(b"another"), 400, "BadDigest", stack)
    refused(signed, signed.post(b"another", x_amz_checksum_sha256=another), 403, "AccessDenied", stack)
    refused(signed, signed.post(b"another", x_amz_checksum_sha256=None), 403, "AccessDenied", stack)
    assert signed.post(content).status_code == 204
    assert stack.result(signed)["status"] == "done"
