"""A job is about one upload: the one that was bound first. Others with the same form change nothing."""

import json
from typing import Any

import boto3
import pytest

import convert
from tests.actors.uploader import AGAIN, JOB, A, B, Form, ended
from tests.material.invocation import Context
from thumbs.jobs import bindings, keys, ledger, notices


def conversions(capsys: pytest.CaptureFixture[str]) -> int:
    """The number of pictures decoded since the last call."""
    return sum('"ConversionTime"' in line for line in capsys.readouterr().out.splitlines())


def test_an_upload_by_a_form_that_was_used_before_is_not_converted(
    form: Form, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first run is still in progress: only its binding exists yet."""
    first = form.post(A)
    bindings.bind(JOB, notices.uploads(first)[0])

    for content in (A, B, A):
        convert.handler(form.post(content), context)

    assert ledger.find(JOB) is None
    assert conversions(capsys) == 0
    convert.handler(first, context)
    assert ended()["original"]["width"] == 80


def test_a_duplicate_event_and_a_further_attempt_continue_the_binding(form: Form, context: Context) -> None:
    event = form.post(A)
    bindings.bind(JOB, notices.uploads(event)[0])  # an attempt that died here

    convert.handler(event, context)

    assert ended()["status"] == "done"


def test_a_binding_of_a_later_version_is_honoured(s3: Any, form: Form, context: Context) -> None:
    """During a release, both versions run."""
    event = form.post(A)
    (upload,) = notices.uploads(event)
    later = {"etag": upload.etag, "sequencer": upload.sequencer, "more": 1}
    s3.put_object(Bucket="thumbnails-bucket", Key=keys.binding(JOB), Body=json.dumps(later))

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


def test_again_converts_the_same_picture_after_anyone_stored_it_anew(form: Form, context: Context) -> None:
    convert.handler(form.post(b"no picture"), context)
    form.post(b"no picture")

    convert.handler(AGAIN, context)

    assert ended()["reason"]["code"] == "not_an_image"


def test_again_binds_a_job_that_had_no_binding(form: Form, context: Context) -> None:
    """Like one from an earlier version."""
    form.post(A)
    convert.handler(AGAIN, context)
    before = ended()
    form.post(B)

    convert.handler(AGAIN, context)

    assert ended() == before


def test_the_manifest_and_its_reader_learn_nothing_of_the_binding(form: Form, context: Context) -> None:
    """An ETag is the MD5 of the original: anyone with a candidate could prove that it is this one."""
    event = form.post(A)
    convert.handler(event, context)
    etag = notices.uploads(event)[0].etag or ""

    assert etag not in json.dumps(ended())
    answer = boto3.client("s3").head_object(Bucket="thumbnails-bucket", Key=f"{JOB}/manifest.json")
    assert etag not in json.dumps(answer, default=str)
