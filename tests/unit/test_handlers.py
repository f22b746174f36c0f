"""The handlers' own decisions, with S3, SQS and Lambda by moto. What needs IAM or retries is tested on the service."""

import json
from typing import Any

import boto3
import pytest

import convert
import get_upload
import redrive
import report_failure
import sign_upload
from tests.material import pictures
from tests.material.invocation import ENVIRONMENT, Context
from thumbs import errors, settings
from thumbs.aws import clients
from thumbs.jobs import keys, ledger, notices
from thumbs.jobs.manifest import failed
from thumbs.jobs.notices import Upload

JOB = "5" * 32
OTHER = "6" * 32


def event(*jobs: str, bucket: str = "uploads-bucket") -> dict[str, Any]:
    return notices.event([Upload(bucket, f"uploads/{job}", job) for job in jobs])


def put(s3: Any, job: str, content: bytes) -> None:
    s3.put_object(Bucket="uploads-bucket", Key=f"uploads/{job}", Body=content)


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


def test_one_bad_record_holds_up_no_other_and_the_event_is_retried(s3: Any, context: Context) -> None:
    put(s3, JOB, pictures.jpeg())
    mixed = {"Records": [*event(OTHER, bucket="no-such-bucket")["Records"], *event(JOB)["Records"]]}

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


def test_a_failure_reported_while_a_late_run_converts_does_not_stand(s3: Any, context: Context) -> None:
    put(s3, JOB, pictures.jpeg())
    reports = [failed(JOB, errors.describe(errors.Reason.CONVERSION_FAILED))]

    def report(params: dict[str, Any], **_: Any) -> None:
        if params["url_path"].endswith("manifest.json") and reports:
            ledger.end(reports.pop())

    clients.client("s3").meta.events.register("before-call.s3.PutObject", report)
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
    """convert does not exist here, so that handing over fails."""
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
    letters.append(json.dumps({"Records": 700 * event(JOB)["Records"]}))  # too large for Lambda when handed over
    for letter in letters:
        sqs.send_message(QueueUrl=queue, MessageBody=letter)

    assert redrive.handler({}, context)["redriven"] == 0

    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == str(len(letters))


def counted(capsys: pytest.CaptureFixture[str], name: str) -> list[float] | None:
    """What the last run has counted; None when it has not."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    metrics: dict[str, list[float] | None] = [line for line in lines if "_aws" in line][-1]
    return metrics.get(name)


def test_an_upload_counts_by_its_outcome_as_often_as_it_has_one(
    s3: Any, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    put(s3, JOB, pictures.jpeg())
    put(s3, OTHER, b"no picture")
    convert.handler({"Records": event(JOB)["Records"] + event(OTHER)["Records"]}, context)
    assert counted(capsys, "Converted") == [1, 0]

    convert.handler(event(JOB), context)  # the event comes twice
    assert counted(capsys, "Converted") is None

    convert.handler(event(JOB) | {"again": True}, context)
    assert counted(capsys, "Converted") == [1]


def test_what_a_job_has_written_is_counted(s3: Any, context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    put(s3, JOB, pictures.jpeg())
    put(s3, OTHER, b"no picture")

    convert.handler({"Records": event(JOB)["Records"] + event(OTHER)["Records"]}, context)

    assert counted(capsys, "Writes") == [1 + objects(s3, JOB), 1 + objects(s3, OTHER)], "the original is one, too"


def objects(s3: Any, job: str) -> int:
    return sum(
        s3.list_objects_v2(Bucket=ENVIRONMENT["THUMBNAIL_BUCKET"], Prefix=f"{place}/")["KeyCount"]
        for place in (job, keys.folder(job))
    )


def test_an_upload_that_is_lost_counts_as_neither_converted_nor_rejected(
    s3: Any, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    convert.handler(event(JOB), context)  # its original is gone
    assert counted(capsys, "Converted") == [0]

    convert.handler(event(JOB), context)  # a redrive that comes too late: it has an outcome
    assert counted(capsys, "Converted") is None

    with pytest.raises(ExceptionGroup):
        convert.handler(event(OTHER, bucket="no-such-bucket"), context)
    assert counted(capsys, "Rejected") == [0]


def test_a_failure_is_logged_with_its_job(s3: Any, context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ExceptionGroup):
        convert.handler(event(JOB, bucket="no-such-bucket"), context)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (failure,) = [line for line in lines if line.get("message") == "conversion failed"]
    assert failure["job"] == JOB
    assert "NoSuchBucket" in failure["exception"]


def signed(context: Context, files: int = 1, **members: Any) -> list[dict[str, Any]]:
    """The uploads that are signed for a call, whose event and body have these further members."""
    body = {"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 1000}] * files, **members}
    event = {"httpMethod": "POST", "resource": "/uploads", "headers": {}, "body": json.dumps(body), **members}
    answer = sign_upload.handler(event, context)
    uploads: list[dict[str, Any]] = json.loads(answer["body"])["uploads"]
    return uploads


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


def test_a_call_for_many_files_writes_one_line(context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever calls decides what the log costs: it used to be a line for each file, and 6.8 KB."""
    uploads = signed(context, files=25)

    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (said, metrics) = sorted(map(json.loads, lines), key=lambda line: "_aws" in line)
    assert (said["message"], said["types"], said["bytes"]) == ("signed", {"image/jpeg": 25}, 25_000)
    assert said["jobs"] == [upload["job"] for upload in uploads]
    assert "_aws" in metrics
    assert sum(map(len, lines)) < 2500
