"""`python -m operate erase`, with the real eraser behind Lambda, and S3 by moto."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest

import erase
from operate.__main__ import main
from tests.material.invocation import ENVIRONMENT, Context
from tests.material.responses import answered
from thumbs import errors
from thumbs.jobs import keys, ledger, manifest
from thumbs.jobs.attribution import Attribution

UPLOADS, THUMBNAILS = ENVIRONMENT["UPLOAD_BUCKET"], ENVIRONMENT["THUMBNAIL_BUCKET"]
ANN, BEN = Attribution("ann", "order 1"), Attribution("ben", "order 1")
FIRST, SECOND, THIRD, WAITING = ("1" * 32, "2" * 32, "3" * 32, "4" * 32)


@pytest.fixture(autouse=True)
def erased(s3: Any, context: Context, tmp_path: Path) -> Iterator[list[str]]:
    """The jobs that the eraser erased, in their order. It fails for a job whose id is in `failing`."""
    names = {"UploadBucket": UPLOADS, "ThumbnailBucket": THUMBNAILS, "RedriveFunction": "redrive"}
    outputs = [{"OutputKey": name, "OutputValue": value} for name, value in (names | {"EraseFunction": "e"}).items()]
    session = boto3.Session()
    jobs: list[str] = []

    def invoke(params: dict[str, Any], **_: Any) -> Any:
        event = json.loads(params["body"])
        job = event["Records"][0]["s3"]["object"]["key"].removeprefix("uploads/")
        if (tmp_path / "out of order").exists() and jobs:
            return answered({"FunctionError": "Unhandled", "Payload": BytesIO(b'{"errorMessage": "S3 is down"}')})
        jobs.append(job)
        return answered({"Payload": BytesIO(json.dumps(erase.handler(event, context)).encode())})

    session.events.register(
        "before-call.cloudformation.DescribeStacks", lambda **_: answered({"Stacks": [{"Outputs": outputs}]})
    )
    session.events.register("before-call.lambda.Invoke", invoke)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        patch.chdir(tmp_path)
        yield jobs


@pytest.fixture(autouse=True)
def _jobs(s3: Any) -> None:
    """Two jobs of Ann's that have ended, one of Ben's, and one of Ann's that has not."""
    for job, whose in ((FIRST, ANN), (SECOND, BEN), (THIRD, ANN)):
        s3.put_object(Bucket=UPLOADS, Key=keys.original(job), Metadata=whose.metadata())
        s3.put_object(Bucket=THUMBNAILS, Key=keys.thumbnail(job, "small", "webp", b"x"))
        ledger.end(manifest.failed(job, errors.describe(errors.Reason.CONVERSION_FAILED), whose))
    s3.put_object(Bucket=UPLOADS, Key=keys.original(WAITING), Metadata=ANN.metadata())


def left(s3: Any) -> set[str]:
    found = [s3.list_objects_v2(Bucket=bucket).get("Contents", ()) for bucket in (UPLOADS, THUMBNAILS)]
    return {entry["Key"] for entries in found for entry in entries}


def test_jobs_are_erased_by_their_ids(s3: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["erase", FIRST, WAITING]) == 0

    assert "2 jobs were erased: their originals, and 1 objects" in capsys.readouterr().out
    assert left(s3) == {
        *(keys.manifest(job) for job in (FIRST, SECOND, THIRD, WAITING)),
        *(keys.original(job) for job in (SECOND, THIRD)),
        *(keys.thumbnail(job, "small", "webp", b"x") for job in (SECOND, THIRD)),
    }


@pytest.mark.parametrize(
    ("wanted", "jobs"),
    [
        (["--owner", "ann"], [FIRST, THIRD, WAITING]),
        (["--reference", "order 1"], [FIRST, SECOND, THIRD, WAITING]),
        (["--reference", "order 1", "--owner", "ben"], [SECOND]),
        (["--owner", "nobody"], []),
    ],
)
def test_all_jobs_of_an_owner_or_with_a_reference_are_erased(
    erased: list[str], capsys: pytest.CaptureFixture[str], wanted: list[str], jobs: list[str]
) -> None:
    assert main(["erase", *wanted, "--dry-run"]) == 0
    assert capsys.readouterr().out.split("\n")[:-1] == [*jobs, f"{len(jobs)} jobs would be erased."]
    assert not erased

    assert main(["erase", *wanted, "--rate", "1000"]) == 0

    assert erased == jobs
    assert not list(Path().glob("*.state"))


def test_a_command_that_failed_continues_where_it_was(erased: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("out of order").touch()
    assert main(["erase", "--owner", "ann"]) == 1
    assert "erase failed: S3 is down" in capsys.readouterr().err
    assert erased == [FIRST]
    Path("out of order").unlink()

    assert main(["erase", "--owner", "ann"]) == 0

    assert f"Continuing after {FIRST}" in capsys.readouterr().err
    assert erased == [FIRST, THIRD, WAITING]


def test_the_state_of_one_owner_hides_no_job_of_another(erased: list[str]) -> None:
    Path("out of order").touch()
    main(["erase", "--owner", "ann"])
    Path("out of order").unlink()
    erased.clear()

    assert main(["erase", "--reference", "order 1"]) == 0

    assert erased == [SECOND, THIRD, WAITING]  # the first is erased, and has no reference any more


@pytest.mark.parametrize("given", [["../"], [FIRST[1:]], [], [FIRST, "--owner", "ann"]])
def test_what_names_no_job_erases_nothing(
    erased: list[str], capsys: pytest.CaptureFixture[str], given: list[str]
) -> None:
    assert main(["erase", *given]) == 1

    assert capsys.readouterr().err
    assert not erased
