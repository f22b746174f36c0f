"""Duplicate, unordered, simultaneous and interrupted events: every job ends in exactly one manifest."""

from concurrent.futures import ThreadPoolExecutor

from tests.actors.client import Service, wait_for
from tests.material import pictures

JOB = "{:032x}"


def stored(stack: Service, job: str, content: bytes) -> str:
    """An original whose own conversion is over, so that a test's event for the job is the second one."""
    key = f"uploads/{job}"
    stack.s3.put_object(Bucket=stack.uploads, Key=key, Body=content)
    wait_for(lambda: stack.manifest(job), "manifest")
    return key


def test_a_duplicate_event_changes_nothing(stack: Service) -> None:
    signed = stack.upload(pictures.jpeg())
    before = stack.result(signed)
    keys = stack.keys(signed.job)

    assert stack.call("ConvertFunction", stack.event(f"uploads/{signed.job}")) == {"result": None}

    assert stack.manifest(signed.job) == before
    assert stack.keys(signed.job) == keys


def test_concurrent_runs_of_one_job_end_in_one_manifest(stack: Service) -> None:
    job = JOB.format(0xC0)
    key = stored(stack, job, pictures.jpeg(1600, 1200))
    for name in stack.keys(job):
        stack.s3.delete_object(Bucket=stack.thumbnails, Key=name)

    with ThreadPoolExecutor(5) as crowd:
        results = list(crowd.map(lambda _: stack.call("ConvertFunction", stack.event(key)), range(5)))

    assert results == [{"result": None}] * 5
    manifest = stack.manifest(job)
    assert manifest is not None
    made = {each["key"] for each in manifest["thumbnails"]}
    assert stack.keys(job) == {f"{job}/binding.json", f"{job}/manifest.json", *made}


def test_a_run_that_died_half_way_is_finished_by_the_next(stack: Service) -> None:
    job = JOB.format(0xC1)
    key = stored(stack, job, pictures.jpeg())
    before = stack.manifest(job)
    stack.s3.delete_object(Bucket=stack.thumbnails, Key=f"{job}/manifest.json")
    assert before is not None
    stack.s3.delete_object(Bucket=stack.thumbnails, Key=before["thumbnails"][2]["key"])

    stack.call("ConvertFunction", stack.event(key))

    manifest = stack.manifest(job)
    assert manifest is not None
    assert [each["key"] for each in manifest["thumbnails"]] == [each["key"] for each in before["thumbnails"]]


def test_a_key_never_changes_its_content(stack: Service) -> None:
    """Thumbnails of another picture already exist, from an attempt on an original that was then replaced."""
    job = JOB.format(0xC2)

    def made() -> dict[str, bytes]:
        manifest = stack.manifest(job)
        assert manifest is not None
        keys = [thumbnail["key"] for thumbnail in manifest["thumbnails"]]
        return {key: stack.s3.get_object(Bucket=stack.thumbnails, Key=key)["Body"].read() for key in keys}

    stored(stack, job, pictures.jpeg(800, 600))
    first = made()
    for name in ("manifest.json", "binding.json"):
        stack.s3.delete_object(Bucket=stack.thumbnails, Key=f"{job}/{name}")
    stored(stack, job, pictures.jpeg(600, 800))
    second = made()

    assert not first.keys() & second.keys()
    for key, content in first.items():
        assert stack.s3.get_object(Bucket=stack.thumbnails, Key=key)["Body"].read() == content


def test_all_records_of_an_event_are_converted(stack: Service) -> None:
    jobs = [JOB.format(0xD0), JOB.format(0xD1)]
    for job in jobs:
        stored(stack, job, pictures.jpeg())
        stack.s3.delete_object(Bucket=stack.thumbnails, Key=f"{job}/manifest.json")

    stack.call("ConvertFunction", stack.event(*(f"uploads/{job}" for job in jobs)))

    assert all(stack.manifest(job) for job in jobs)


def test_what_is_not_ours_is_ignored_with_a_log_line(stack: Service) -> None:
    names = ["elsewhere/picture.jpg", "uploads/holiday in Ötztal +.jpg", "uploads/../x"]

    assert stack.call("ConvertFunction", stack.event(*names)) == {"result": None}

    ignored = [line["key"] for line in stack.log("convert") if line["message"].startswith("ignored: not an upload")]
    assert ignored[-3:] == names


def test_the_test_event_of_s3_is_ignored(stack: Service) -> None:
    event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": stack.uploads}

    assert stack.call("ConvertFunction", event) == {"result": None}


def test_a_job_whose_original_went_before_it_was_read_ends_as_failed(stack: Service) -> None:
    """And it is not retried, because there is nothing left to convert."""
    job = JOB.format(0xE0)

    assert stack.call("ConvertFunction", stack.event(f"uploads/{job}")) == {"result": None}

    manifest = stack.manifest(job)
    assert manifest is not None
    assert manifest["status"] == "failed"
    assert [line["message"] for line in stack.log("convert", job) if line.get("job") == job] == [
        "failed: the original is gone"
    ]


def test_a_file_that_came_by_another_way_and_is_too_large_is_not_read(stack: Service) -> None:
    job = JOB.format(0xE1)
    stored(stack, job, b"x" * 20_000_001)

    manifest = stack.manifest(job)
    assert manifest is not None
    assert manifest["status"] == "rejected"
    assert manifest["reason"]["code"] == "too_large"


def test_an_empty_original_is_rejected(stack: Service) -> None:
    job = JOB.format(0xE2)
    stored(stack, job, b"")

    manifest = stack.manifest(job)
    assert manifest is not None
    assert manifest["reason"]["code"] == "empty"


def test_converting_again_takes_no_thumbnails_away(stack: Service) -> None:
    """As after a limit was lowered: existing thumbnails may be in use."""
    signed = stack.upload(pictures.jpeg())
    before = stack.result(signed)
    stack.s3.put_object(Bucket=stack.uploads, Key=signed.fields["key"], Body=b"no picture any more")

    assert stack.call("ConvertFunction", stack.event(signed.fields["key"]) | {"again": True}) == {"result": None}

    assert stack.manifest(signed.job) == before
    (kept,) = (
        line
        for line in stack.log("convert", signed.job)
        if line.get("job") == signed.job and "keeps" in line["message"]
    )
    assert kept["message"] == "ignored: the job keeps its outcome"


def test_of_two_uploads_by_one_form_one_is_converted(stack: Service) -> None:
    signed = stack.sign()
    for width in (800, 400):
        signed.post(pictures.jpeg(width, 300))
    manifest = stack.result(signed)

    def seen() -> list[str] | None:
        """What convert has logged about the job, once it has logged something about both uploads."""
        lines = [line for line in stack.log("convert", signed.job) if line.get("job") == signed.job]
        ended = [line["message"] for line in lines if line["message"].startswith(("ignored", "done"))]
        rejected = [line["reason"] for line in lines if line["message"] == "rejected"]
        return ended + rejected if len(ended + rejected) >= 2 else None

    said = wait_for(seen, "a line about either upload")
    if manifest["status"] == "rejected":  # the second arrived before the first was read
        assert "replaced" in said
    assert stack.manifest(signed.job) == manifest
    assert len(said) == 2
    assert sum(line.startswith("ignored") for line in said) == 1
