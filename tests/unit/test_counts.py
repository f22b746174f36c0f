"""The handlers' metrics and logs: an upload once by its outcome, a call in one line, a failure with its job."""

import json
from typing import Any

import pytest

import convert
from tests.actors.invoker import JOB, OTHER, counted, event, put, signed
from tests.material import pictures
from tests.material.invocation import ENVIRONMENT, Context
from tests.standins.wire import Wire, refused
from thumbs.jobs import keys


def test_an_upload_counts_by_its_outcome_as_often_as_it_has_one(
    s3: Any, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    put(s3, JOB, pictures.jpeg())
    put(s3, OTHER, b"no picture")
    convert.handler({"Records": event(JOB)["Records"] + event(OTHER)["Records"]}, context)
    assert counted(capsys, "Converted") == [1, 0]

    convert.handler(event(JOB), context)  # a duplicate event
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
    s3: Any, wire: Wire, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    convert.handler(event(JOB), context)  # its original was deleted
    assert counted(capsys, "Converted") == [0]

    convert.handler(event(JOB), context)  # a redrive that is too late: the job has an outcome
    assert counted(capsys, "Converted") is None

    wire.before("HeadObject", lambda _: refused("AccessDenied", 403))
    with pytest.raises(ExceptionGroup):
        convert.handler(event(OTHER), context)
    assert counted(capsys, "Rejected") == [0]


def test_a_failure_is_logged_with_its_job(
    s3: Any, wire: Wire, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    wire.before("GetObject", lambda _: refused("AccessDenied", 403))
    with pytest.raises(ExceptionGroup):
        convert.handler(event(JOB), context)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (failure,) = [line for line in lines if line.get("message") == "conversion failed"]
    assert failure["job"] == JOB
    assert "AccessDenied (403): said so" in failure["exception"]


def test_a_call_for_many_files_writes_one_line(context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    """Callers must not determine the cost of logs: it used to be a line for each file, and 6.8 KB."""
    uploads = signed(context, files=25)

    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (said, metrics) = sorted(map(json.loads, lines), key=lambda line: "_aws" in line)
    assert (said["message"], said["types"], said["bytes"]) == ("signed", {"image/jpeg": 25}, 25_000)
    assert said["jobs"] == [upload["job"] for upload in uploads]
    assert "_aws" in metrics
    assert sum(map(len, lines)) < 2500
