"""The handlers' own decisions, with S3, SQS and Lambda by moto. IAM and retries are tested on the service."""

import json
from typing import Any

import boto3
import pytest

import convert
import get_upload
import redrive
import report_failure
import sign_upload
from tests.actors.invoker import JOB, OTHER, counted, event, put, signed
from tests.material import pictures
from tests.material.invocation import Context
from tests.standins.wire import Sent, Wire, refused
from thumbs import errors, settings
from thumbs.jobs import keys, ledger
from thumbs.jobs.manifest import failed


def manifest(job: str = JOB) -> dict[str, Any]:
    found = ledger.find(job)
    assert found is not None
    return dict(found.manifest)


def test_a_conversion_ends_in_its_manifest(s3: Any, context: Context) -> None:
    put(s3, JOB, pictures.jpeg(800, 600))

    convert.handler(event(JOB), context)

    assert manifest()["status"] == "done"
    assert [each["size"] for each in manifest()["thumbnails"]] == ["small", "medium", "large"]
    assert {each["key"].split("/")[0] for each in manifest()["thumbnails"]} == {keys.folder(JOB)}


def test_one_bad_record_holds_up_no_other_and_the_event_is_retried(s3: Any, wire: Wire, context: Context) -> None:
    put(s3, JOB, pictures.jpeg())
    mixed = {"Records": [*event(OTHER)["Records"], *event(JOB)["Records"]]}

    wire.before("HeadObject", lambda sent: refused("AccessDenied", 403) if OTHER in sent.path else None)
    with pytest.raises(ExceptionGroup, match="Lambda will try the event again") as caught:
        convert.handler(mixed, context)

    assert len(caught.value.exceptions) == 1
    assert manifest()["status"] == "done"


def test_only_a_failed_manifest_is_replaced(s3: Any, context: Context) -> None:
    put(s3, JOB, pictures.jpeg())
    report_failure.handler({"Records": [{"Sns": {"Message": json.dumps(event(JOB))}}]}, context)
    assert manifest()["status"] == "failed"

    convert.handler(event(JOB), context)
    done = manifest()
    put(s3, JOB, b"something else")
    convert.handler(event(JOB), context)

    assert done["status"] == "done"
    assert manifest() == done


def test_a_failure_reported_while_a_late_run_converts_does_not_stand(s3: Any, wire: Wire, context: Context) -> None:
    put(s3, JOB, pictures.jpeg())
    reports = [failed(JOB, errors.describe(errors.Reason.CONVERSION_FAILED))]

    def report(sent: Sent) -> None:
        if sent.path.endswith("manifest.json") and reports:
            ledger.end(reports.pop())

    wire.before("PutObject", report)
    convert.handler(event(JOB), context)

    assert not reports
    assert manifest()["status"] == "done"


def test_a_job_is_converted_again_when_somebody_asks_for_it(
    environment: pytest.MonkeyPatch, s3: Any, context: Context
) -> None:
    put(s3, JOB, pictures.jpeg(800, 600))
    convert.handler(event(JOB), context)
    before = manifest()
    environment.setenv("THUMBNAIL_SIZES", "small=100,large=640")
    settings.current.cache_clear()

    convert.handler(event(JOB) | {"again": True}, context)

    small, large = manifest()["thumbnails"]
    assert (small["width"], small["height"]) == (100, 75)
    assert small["key"] != before["thumbnails"][0]["key"], "what a URL shows never changes"
    assert large["key"] == before["thumbnails"][2]["key"], "the same content keeps its key"
    for thumbnail in before["thumbnails"]:
        s3.head_object(Bucket="thumbnails-bucket", Key=thumbnail["key"])


def test_a_rejection_is_written_and_not_raised(s3: Any, context: Context) -> None:
    put(s3, JOB, b"GIF89a but not really")

    convert.handler(event(JOB), context)

    assert manifest()["status"] == "rejected"
    assert manifest()["reason"]["code"] in ("damaged", "not_an_image")


def test_links_lead_through_the_delivery_domain_when_there_is_one(
    environment: pytest.MonkeyPatch, s3: Any, context: Context
) -> None:
    environment.setenv("DELIVERY_DOMAIN", "d1.cloudfront.net")
    put(s3, JOB, pictures.jpeg())

    convert.handler(event(JOB), context)

    assert manifest()["thumbnails"][0]["url"].startswith(f"https://d1.cloudfront.net/t/{keys.folder(JOB)}/")


def test_links_are_made_fresh_when_they_are_asked_for(
    environment: pytest.MonkeyPatch, s3: Any, context: Context
) -> None:
    put(s3, JOB, pictures.jpeg())
    convert.handler(event(JOB), context)
    environment.setenv("DELIVERY_DOMAIN", "d1.cloudfront.net")
    settings.current.cache_clear()

    answer = get_upload.handler({"pathParameters": {"job": JOB}, "headers": {}}, context)

    assert json.loads(answer["body"])["thumbnails"][0]["url"].startswith("https://d1.cloudfront.net/t/")


@pytest.mark.parametrize("size", ["small=100", "box=50x80"])
@pytest.mark.parametrize("output", ["webp", "jpeg", "avif"])
def test_sizes_and_format_are_the_stacks(
    environment: pytest.MonkeyPatch, s3: Any, context: Context, size: str, output: str
) -> None:
    environment.setenv("THUMBNAIL_SIZES", size)
    environment.setenv("THUMBNAIL_FORMAT", output)
    put(s3, JOB, pictures.jpeg(800, 600))

    convert.handler(event(JOB), context)

    (thumbnail,) = manifest()["thumbnails"]
    assert thumbnail["type"] == f"image/{output}"
    assert (thumbnail["width"], thumbnail["height"]) == ((100, 75) if size == "small=100" else (50, 80))


def test_a_letter_is_deleted_only_after_it_was_handed_over(
    environment: pytest.MonkeyPatch, aws: None, context: Context
) -> None:
    """convert does not exist here, so invoking it fails."""
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="letters")["QueueUrl"]
    environment.setenv("DEAD_LETTER_QUEUE_URL", queue)
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(event(JOB)))

    with pytest.raises(Exception, match="convert"):
        redrive.handler({}, context)

    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "1"


def test_letters_that_are_no_conversions_stay_for_a_person(
    environment: pytest.MonkeyPatch, aws: None, context: Context
) -> None:
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="letters")["QueueUrl"]
    environment.setenv("DEAD_LETTER_QUEUE_URL", queue)
    letters = ["not JSON", "7", "{}", '{"Records": [7]}', '{"Records": [{"eventSource": "aws:s3", "eventName": 1}]}']
    letters.append(json.dumps({"Records": 700 * event(JOB)["Records"]}))  # too large for an invocation
    for letter in letters:
        sqs.send_message(QueueUrl=queue, MessageBody=letter)

    assert redrive.handler({}, context)["redriven"] == 0

    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == str(len(letters))


def test_who_verifies_a_release_gets_a_probe_that_is_nobodys_upload(
    context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    (upload,) = signed(context, probe=True)
    assert keys.is_probe(upload["job"])
    assert counted(capsys, "UploadsSigned") is None

    (upload,) = signed(context)
    assert not keys.is_probe(upload["job"])
    assert counted(capsys, "UploadsSigned") == [1]


@pytest.mark.parametrize("probe", [None, False, "true", 1])
def test_nothing_else_names_a_probe(context: Context, probe: Any) -> None:
    body = {"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 1000}], "probe": True}
    event = {"httpMethod": "POST", "resource": "/uploads", "headers": {"probe": "true"}, "body": json.dumps(body)}
    event |= {"queryStringParameters": {"probe": "true"}, "probe": probe}

    (upload,) = json.loads(sign_upload.handler(event, context)["body"])["uploads"]

    assert not keys.is_probe(upload["job"])
