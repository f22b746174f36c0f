"""A job is about one upload: the one that was claimed first. The others by the same form change nothing."""

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

import convert
import get_upload
import report_failure
from tests.material import pictures
from tests.material.invocation import Context
from thumbs import errors, settings
from thumbs.aws import clients
from thumbs.jobs import claims, keys, ledger, manifest, notices
from thumbs.jobs.notices import Upload

JOB = "7" * 32
KEY = f"uploads/{JOB}"
A, B = pictures.jpeg(80, 60), pictures.jpeg(60, 80)


class Form:
    """A signed form: each use is a write, of which S3 tells in an event."""

    def __init__(self, s3: Any):
        self.s3, self.uses = s3, 0

    def post(self, content: bytes) -> dict[str, Any]:
        etag = self.s3.put_object(Bucket="uploads-bucket", Key=KEY, Body=content)["ETag"].strip('"')
        self.uses += 1
        return notices.event([Upload("uploads-bucket", KEY, JOB, etag=etag, sequencer=f"{self.uses:016X}")])


@pytest.fixture
def form(s3: Any) -> Form:
    return Form(s3)


AGAIN = notices.event([Upload("uploads-bucket", KEY, JOB, again=True)])


def ended() -> dict[str, Any]:
    found = ledger.find(JOB)
    assert found is not None
    return dict(found.manifest)


def conversions(capsys: pytest.CaptureFixture[str]) -> int:
    """How many pictures were decoded since this was last asked."""
    return sum('"ConversionTime"' in line for line in capsys.readouterr().out.splitlines())


def test_an_upload_by_a_form_that_was_used_before_is_not_converted(
    form: Form, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first run is still at work: nothing but its claim is there yet."""
    first = form.post(A)
    claims.claim(JOB, notices.uploads(first)[0])

    for content in (A, B, A):
        convert.handler(form.post(content), context)

    assert ledger.find(JOB) is None
    assert conversions(capsys) == 0
    convert.handler(first, context)
    assert ended()["original"]["width"] == 80


def test_a_duplicate_event_and_a_further_attempt_continue_the_claim(form: Form, context: Context) -> None:
    event = form.post(A)
    claims.claim(JOB, notices.uploads(event)[0])  # an attempt that died here

    convert.handler(event, context)

    assert ended()["status"] == "done"


def test_a_claim_of_a_later_version_is_honoured(s3: Any, form: Form, context: Context) -> None:
    """A release is also half one version and half the next."""
    event = form.post(A)
    (upload,) = notices.uploads(event)
    later = {"etag": upload.etag, "sequencer": upload.sequencer, "more": 1}
    s3.put_object(Bucket="thumbnails-bucket", Key=keys.claim(JOB), Body=json.dumps(later))

    convert.handler(form.post(A), context)
    assert ledger.find(JOB) is None
    convert.handler(event, context)
    assert ended()["status"] == "done"


def test_a_picture_replaced_before_it_was_read_is_not_converted(form: Form, context: Context) -> None:
    first, second = form.post(A), form.post(B)

    convert.handler(first, context)
    convert.handler(second, context)

    assert ended()["status"] == "rejected"
    assert ended()["reason"]["code"] == "replaced"
    assert ended()["reason"]["retryable"] is True


def test_events_in_another_order_are_about_the_picture_that_is_there(form: Form, context: Context) -> None:
    first, second = form.post(A), form.post(B)

    convert.handler(second, context)
    convert.handler(first, context)

    assert (ended()["original"]["width"], ended()["original"]["height"]) == (60, 80)


@pytest.mark.parametrize("content", [A, b"no picture"], ids=["done", "rejected"])
def test_again_leaves_a_picture_alone_that_was_not_looked_at(form: Form, context: Context, content: bytes) -> None:
    convert.handler(form.post(content), context)
    before = ended()
    convert.handler(form.post(B), context)

    convert.handler(AGAIN, context)

    assert ended() == before


def test_again_converts_the_same_picture_whoever_has_stored_it_anew(form: Form, context: Context) -> None:
    convert.handler(form.post(b"no picture"), context)
    form.post(b"no picture")

    convert.handler(AGAIN, context)

    assert ended()["reason"]["code"] == "not_an_image"


def test_again_binds_a_job_that_had_no_claim(form: Form, context: Context) -> None:
    """As one of an earlier version."""
    form.post(A)
    convert.handler(AGAIN, context)
    before = ended()
    form.post(B)

    convert.handler(AGAIN, context)

    assert ended() == before


def test_the_manifest_and_its_reader_learn_nothing_of_the_claim(form: Form, context: Context) -> None:
    """An ETag is the MD5 of the original: whoever has a candidate could prove that it is this one."""
    event = form.post(A)
    convert.handler(event, context)
    etag = notices.uploads(event)[0].etag or ""

    assert etag not in json.dumps(ended())
    answer = boto3.client("s3").head_object(Bucket="thumbnails-bucket", Key=f"{JOB}/manifest.json")
    assert etag not in json.dumps(answer, default=str)


def test_a_job_whose_original_went_before_it_was_read_ends_as_failed(
    s3: Any, form: Form, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    event = form.post(A)
    s3.delete_object(Bucket="uploads-bucket", Key=KEY)

    convert.handler(event, context)

    assert ended()["status"] == "failed"
    assert ended()["reason"]["code"] == "conversion_failed"
    assert '"Failed":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_a_job_that_has_ended_stays_when_its_original_goes(s3: Any, form: Form, context: Context) -> None:
    event = form.post(A)
    convert.handler(event, context)
    before = ended()
    s3.delete_object(Bucket="uploads-bucket", Key=KEY)

    convert.handler(AGAIN, context)
    convert.handler(event, context)

    assert ended() == before


def test_an_abandoned_event_of_two_uploads_reports_only_the_failed_one(
    s3: Any, form: Form, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    other = "8" * 32
    event = form.post(A)
    convert.handler(event, context)
    event["Records"] += notices.event([Upload("uploads-bucket", f"uploads/{other}", other)])["Records"]
    capsys.readouterr()

    report_failure.handler({"Records": [{"Sns": {"Message": json.dumps(event)}}]}, context)

    assert ended()["status"] == "done"
    found = ledger.find(other)
    assert found is not None
    assert found.manifest["status"] == "failed"
    assert '"Failed":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_a_probe_that_fails_is_no_user_s_failure(s3: Any, context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    """The hook has deleted its original, and convert comes late; or Lambda gives the conversion up."""
    late, given_up = (keys.PROBE_JOBS + digit * 24 for digit in "89")
    events = [notices.event([Upload("uploads-bucket", f"uploads/{job}", job)]) for job in (late, given_up)]

    convert.handler(events[0], context)
    report_failure.handler({"Records": [{"Sns": {"Message": json.dumps(events[1])}}]}, context)

    for job in (late, given_up):
        found = ledger.find(job)
        assert found is not None
        assert found.manifest["status"] == "failed"
    assert '"Failed"' not in capsys.readouterr().out


def lowered(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MAX_MEGAPIXELS", "0")
    settings.current.cache_clear()


def test_a_lowered_limit_takes_no_thumbnails_away(
    environment: pytest.MonkeyPatch, form: Form, context: Context
) -> None:
    convert.handler(form.post(A), context)
    before = ended()
    lowered(environment)

    convert.handler(AGAIN, context)

    assert ended() == before


def test_a_job_without_an_outcome_is_judged_by_the_limits_of_today(
    environment: pytest.MonkeyPatch, form: Form, context: Context
) -> None:
    """As its own event would be, which has not come yet."""
    form.post(A)
    lowered(environment)

    convert.handler(AGAIN, context)

    assert ended()["reason"]["code"] == "too_many_pixels"


def test_a_result_is_found_though_its_original_expires_meanwhile(s3: Any, context: Context) -> None:
    def end(**_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        ledger.end(manifest.failed(JOB, errors.describe(errors.Reason.CONVERSION_FAILED)))
        return AWSResponse("", 200, HTTPHeaders(), None), {"KeyCount": 0}

    clients.client("s3").meta.events.register("before-call.s3.ListObjectsV2", end)

    answer = get_upload.handler({"pathParameters": {"job": JOB}, "headers": {}}, context)

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["status"] == "failed"
