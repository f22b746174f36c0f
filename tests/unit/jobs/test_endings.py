"""A job ends once: whatever is deleted, changed or lost meanwhile, its outcome is kept and reported unchanged."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

import convert
import get_upload
import report_failure
from tests.actors.invoker import event as about
from tests.actors.uploader import AGAIN, JOB, KEY, A, Form, ended
from tests.material.invocation import Context
from tests.standins.wire import Response, Sent, Wire, answered
from thumbs import errors, settings
from thumbs.jobs import keys, ledger, manifest, notices
from thumbs.jobs.notices import Upload


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
    event["Records"] += notices.event([Upload("uploads-bucket", f"uploads/{other}", other, time=datetime.now(UTC))])[
        "Records"
    ]
    capsys.readouterr()

    report_failure.handler({"Records": [{"Sns": {"Message": json.dumps(event)}}]}, context)

    assert ended()["status"] == "done"
    found = ledger.find(other)
    assert found is not None
    assert found.manifest["status"] == "failed"
    assert '"Failed":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_a_probe_that_fails_is_no_user_s_failure(s3: Any, context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    """The hook has deleted its original, and convert is late; or Lambda gives up on the conversion."""
    late, given_up = (keys.PROBE_JOBS + digit * 24 for digit in "89")
    events = [about(job) for job in (late, given_up)]

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
    """As its own event, which has not arrived yet, would be."""
    form.post(A)
    lowered(environment)

    convert.handler(AGAIN, context)

    assert ended()["reason"]["code"] == "too_many_pixels"


def test_a_result_is_found_though_its_original_expires_meanwhile(s3: Any, wire: Wire, context: Context) -> None:
    def end(_: Sent) -> Response:
        ledger.end(manifest.failed(JOB, errors.describe(errors.Reason.CONVERSION_FAILED)))
        return answered(b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")

    wire.before("ListObjectsV2", end)

    answer = get_upload.handler({"pathParameters": {"job": JOB}, "headers": {}}, context)

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["status"] == "failed"
