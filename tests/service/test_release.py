"""A release as CodeDeploy makes it: a new version is verified before it gets traffic, and one that is broken gets none.

The emulator has no CodeDeploy. A stand-in calls the hooks, hears what they report over its HTTP API, and moves the
alias. Versions that are broken on purpose are made of our own code, with one place of it changed.
"""

import io
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from dev import stack as deployed
from tests.codedeploy import CodeDeploy, Execution
from tests.journeys import Service, wait_for
from tests.unit import pictures
from thumbs import keys

# The hook of each function, and what tells it the version that is about to get traffic, as template.yaml has it.
HOOKS = {
    "ConvertFunction": ("VerifyReleaseFunction", "CONVERT_VERSION"),
    "SignUploadFunction": ("VerifyApiFunction", "SIGN_UPLOAD_VERSION"),
    "GetUploadFunction": ("VerifyApiFunction", "GET_UPLOAD_VERSION"),
}
LOGS = {"VerifyReleaseFunction": "verify_release", "VerifyApiFunction": "verify_api"}


@dataclass(frozen=True)
class Change:
    """One place of our code, otherwise."""

    file: str
    before: str
    after: str


def package(*changes: Change) -> bytes:
    """Our code with these changes."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deployed.functions_package())) as ours, zipfile.ZipFile(result, "w") as changed:
        for entry in ours.infolist():
            content = ours.read(entry)
            for change in changes:
                if entry.filename == change.file:
                    before, after = change.before.encode(), change.after.encode()
                    assert content.count(before) == 1, f"{change.file} no longer has {change.before!r} once"
                    content = content.replace(before, after)
            changed.writestr(entry, content)
    return result.getvalue()


@dataclass(frozen=True)
class Release:
    """How it went. faults: what the hook has logged of the new version. before, version: of the function."""

    status: str
    faults: list[dict[str, Any]]
    before: str
    version: str


class Releases:
    """Releases functions of the running service."""

    def __init__(self, service: Service, codedeploy: CodeDeploy):
        self._service, self._codedeploy = service, codedeploy
        self._aws = service.deployed.client("lambda")

    def live(self, function: str) -> str:
        alias = self._aws.get_alias(FunctionName=self._service.deployed.functions[function], Name="live")
        version: str = alias["FunctionVersion"]
        return version

    def publish(self, function: str, package: bytes) -> str:
        """A new version of a function, which has no traffic yet."""
        name = self._service.deployed.functions[function]
        version: str = self._aws.update_function_code(FunctionName=name, ZipFile=package, Publish=True)["Version"]
        return version

    def tell(self, function: str, version: str) -> None:
        """Tell a function's hook the version to verify, as CloudFormation does when it updates the hook."""
        name = self._service.deployed.functions[function]
        arn = self._aws.get_function_configuration(FunctionName=name)["FunctionArn"]
        hook, variable = HOOKS[function]
        self.configure(hook, **{variable: f"{arn}:{version}"})

    def configure(self, function: str, **variables: str) -> None:
        name = self._service.deployed.functions[function]
        before = self._aws.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        self._aws.update_function_configuration(FunctionName=name, Environment={"Variables": before | variables})

    def release(self, function: str, package: bytes) -> Release:
        before, version = self.live(function), self.publish(function, package)
        hook = HOOKS[function][0]
        functions = self._service.deployed.functions
        self.tell(function, version)
        execution = self._codedeploy.release(self._aws, functions[function], version, functions[hook])
        if execution.status != "Succeeded":
            self.tell(function, before)  # CloudFormation rolls the rest of the stack back
        return Release(execution.status, self._faults(hook, execution), before, version)

    def _faults(self, hook: str, execution: Execution) -> list[dict[str, Any]]:
        def lines() -> list[dict[str, Any]] | None:
            logged = self._service.log(LOGS[hook])
            found = [line for line in logged if line.get("deployment") == execution.deployment]
            ended = any(line["message"] == "verified" for line in found)
            return [line for line in found if line["message"] == "refused"] if ended else None

        return wait_for(lines, "end of the hook's log")

    def undo(self, live: dict[str, str]) -> None:
        package = deployed.functions_package()
        for function, version in live.items():
            name = self._service.deployed.functions[function]
            self._aws.update_function_code(FunctionName=name, ZipFile=package)
            self._aws.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
            self.tell(function, version)


@pytest.fixture(scope="module")
def releases(stack: Service) -> Iterator[Releases]:
    wait_for(lambda: quiet(stack), "end of what other tests have left under way")
    with CodeDeploy() as codedeploy:
        releases = Releases(stack, codedeploy)
        live = {function: releases.live(function) for function in HOOKS}
        for hook in LOGS:
            releases.configure(hook, AWS_ENDPOINT_URL_CODEDEPLOY=codedeploy.url)
        yield releases
        releases.undo(live)


def quiet(stack: Service) -> bool | None:
    """Nothing has changed for longer than the emulator waits before it tries a conversion again."""
    before = objects(stack), len(stack.log("convert"))
    time.sleep(3)
    return (objects(stack), len(stack.log("convert"))) == before or None


def objects(stack: Service) -> set[str]:
    """Everything in both buckets."""
    pages = stack.s3.get_paginator("list_objects_v2")
    return {
        f"{bucket}/{entry['Key']}"
        for bucket in (stack.uploads, stack.thumbnails)
        for page in pages.paginate(Bucket=bucket)
        for entry in page.get("Contents", ())
    }


def test_a_good_version_of_convert_gets_the_traffic_and_its_probes_leave_nothing(
    stack: Service, releases: Releases
) -> None:
    before, logged = objects(stack), len(stack.log("convert"))

    release = releases.release("ConvertFunction", deployed.functions_package())

    assert (release.status, release.faults) == ("Succeeded", [])
    assert releases.live("ConvertFunction") == release.version != release.before
    assert objects(stack) == before
    probes = [line for line in stack.log("convert")[logged:] if str(line.get("job")).startswith(keys.PROBE_JOBS)]
    assert {line["version"] for line in probes} == {release.version}, "the live conversion has heard of the probes"
    assert [line["reason"] for line in probes if "reason" in line] == ["not_an_image", "too_many_pixels"]
    assert stack.convert(pictures.jpeg())["status"] == "done"


# A block of EXIF: orientation 6.
EXIF = 'exif=b"Exif\\0\\0MM\\0*\\0\\0\\0\\x08\\0\\1\\1\\x12\\0\\3\\0\\0\\0\\1\\0\\6\\0\\0\\0\\0\\0\\0", '
CONVERT_READS = "        conversion = pipeline.run("
FIRST = "orientation-1.jpg"
# Where it is broken, the picture that the log must name, and words of the reason.
BROKEN = {
    "it throws": (
        Change("convert.py", "    failures = []\n", '    raise RuntimeError("broken on purpose")\n'),
        FIRST,
        "broken on purpose",
    ),
    "it refuses everything": (
        Change("convert.py", CONVERT_READS, f"        raise errors.Rejected(errors.Reason.DAMAGED)\n{CONVERT_READS}"),
        FIRST,
        "it is rejected (damaged)",
    ),
    "it never commits": (
        Change("convert.py", "        storage.commit(outcome, replacing)", "        pass"),
        FIRST,
        "there is no manifest",
    ),
    "it turns pictures the wrong way": (
        Change("thumbs/pipeline/orient.py", "6: Image.Transpose.ROTATE_270", "6: Image.Transpose.ROTATE_90"),
        "orientation-6.jpg",
        "the colour at 0,0 is",
    ),
    "it keeps metadata": (
        Change("thumbs/pipeline/encode.py", "output.name.upper(), **", f"output.name.upper(), {EXIF}**"),
        FIRST,
        "small: it holds metadata (exif)",
    ),
    "it enlarges": (
        Change("thumbs/pipeline/geometry.py", "shrink = min(1.0, size.width", "shrink = min(size.width"),
        FIRST,
        "large: it is 640x480, not 320x240",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_version_of_convert_gets_no_traffic_and_the_log_names_the_picture(
    stack: Service, releases: Releases, what: str
) -> None:
    change, picture, words = BROKEN[what]
    before = objects(stack)

    release = releases.release("ConvertFunction", package(change))

    assert release.status == "Failed"
    assert release.faults[0]["picture"] == picture
    assert any(words in line["fault"] for line in release.faults if line["picture"] == picture), release.faults
    assert releases.live("ConvertFunction") == release.before
    assert objects(stack) == before


def test_each_mistake_is_told_by_the_picture_that_is_there_for_it(releases: Releases) -> None:
    release = releases.release(
        "ConvertFunction",
        package(
            Change("thumbs/pipeline/colour.py", "    if profile:\n", "    if False:\n"),
            Change("thumbs/pipeline/encode.py", "and not output.transparency:", "and True:"),
            Change("thumbs/pipeline/readers/heif.py", "from pillow_heif import", "from pillow_hief import"),
            Change("thumbs/pipeline/limits.py", "Reason.TOO_MANY_PIXELS", "Reason.DAMAGED"),
        ),
    )

    assert release.status == "Failed"
    assert {line["picture"] for line in release.faults} == {"display-p3.jpg", "alpha.png", "still.heic", "bomb.png"}
    words = {line["picture"]: line["fault"] for line in release.faults}
    assert "the colour at" in words["display-p3.jpg"]
    assert "the colour at 2,0" in words["alpha.png"]
    assert "conversions failed" in words["still.heic"]
    assert words["bomb.png"] == "it must be rejected as too_many_pixels, and is rejected (damaged)"


def test_a_version_that_is_too_slow_gets_no_traffic_while_uploads_go_through_the_old_one(
    stack: Service, releases: Releases
) -> None:
    slow = Change("convert.py", "    failures = []\n", "    time.sleep(11)\n    failures = []\n")

    with ThreadPoolExecutor(1) as meanwhile:
        releasing = meanwhile.submit(releases.release, "ConvertFunction", package(slow))
        uploads = [stack.upload(pictures.jpeg()) for _ in range(3)]
        assert {stack.result(upload)["status"] for upload in uploads} == {"done"}
        assert not releasing.done(), "these uploads were not converted during the release"
        release = releasing.result()

    assert release.status == "Failed"
    assert [(line["picture"], line["fault"]) for line in release.faults] == [
        ("orientation-1.jpg", "no answer within 10 seconds")
    ]
    assert releases.live("ConvertFunction") == release.before
    jobs = {upload.job for upload in uploads}
    assert {line["version"] for line in stack.log("convert") if line.get("job") in jobs} == {release.before}


def test_what_only_users_pictures_can_show_is_counted_for_the_alarm_by_version(
    stack: Service, releases: Releases
) -> None:
    """Golden pictures are small. A version that refuses large ones passes the hook, and ConvertRejects sees it."""
    large = "        if len(original) > 50_000:\n            raise errors.Rejected(errors.Reason.DAMAGED)\n"
    change = Change("convert.py", CONVERT_READS, large + CONVERT_READS)

    release = releases.release("ConvertFunction", package(change))

    assert (release.status, release.faults) == ("Succeeded", [])
    photo = stack.convert(pictures.jpeg(picture=pictures.photo(800, 600)))
    assert photo["reason"]["code"] == "damaged"
    template = deployed.translate(deployed.packaged(dict.fromkeys(("functions", "imaging", "powertools"), "x")), {})
    queries = template["Resources"]["ConvertRejects"]["Properties"]["Metrics"]
    (watched,) = (query["MetricStat"]["Metric"] for query in queries if query["Id"] == "rejected")
    rejected = [
        blob for blob in stack.blobs("convert") if blob.get("version") == release.version and "Rejected" in blob
    ]
    assert len(rejected) == 3  # the two golden pictures that must be, and the photo
    (metric,) = rejected[-1]["_aws"]["CloudWatchMetrics"]
    assert metric["Namespace"] == deployed.NAME
    assert watched["Namespace"] == {"Ref": "AWS::StackName"}
    assert {each["Name"] for each in watched["Dimensions"]} in [set(names) for names in metric["Dimensions"]]


def test_good_versions_of_the_api_get_the_traffic_and_leave_nothing(stack: Service, releases: Releases) -> None:
    before = objects(stack)

    for function in ("SignUploadFunction", "GetUploadFunction"):
        release = releases.release(function, deployed.functions_package())

        assert (release.status, release.faults) == ("Succeeded", [])
        assert releases.live(function) == release.version
    assert objects(stack) == before


BROKEN_API = {
    "it throws": (
        "SignUploadFunction",
        Change("sign_upload.py", '    match event["httpMethod"]', '    match event["method"]'),
        "refuse",
        "'method'",
    ),
    "it signs what is no picture": (
        "SignUploadFunction",
        Change("thumbs/requests.py", "not in formats.ACCEPTED_TYPES", "in ()"),
        "refuse",
        "a text file is answered with 201",
    ),
    "it refuses everything": (
        "SignUploadFunction",
        Change("thumbs/requests.py", "not in formats.ACCEPTED_TYPES", "not in ()"),
        "sign",
        "a picture is answered with 415",
    ),
    "its signature is wrong": (
        "SignUploadFunction",
        Change("thumbs/signing.py", 'f"AWS4{', 'f"AWS5{'),
        "upload",
        "S3 answers 403 to the signed form",
    ),
    "it knows of no upload": (
        "GetUploadFunction",
        Change("get_upload.py", "    if not keys.is_job(job):", "    if keys.is_job(job):"),
        "ask get_upload",
        "an upload that is done is answered with 404",
    ),
    "its links lead nowhere": (
        "GetUploadFunction",
        Change("thumbs/links.py", "current.thumbnail_bucket, key,", 'current.thumbnail_bucket, key + "x",'),
        "ask get_upload",
        "the link to a thumbnail is answered with 404",
    ),
}


@pytest.mark.parametrize("what", BROKEN_API)
def test_a_broken_version_of_the_api_gets_no_traffic_and_the_log_names_the_step(
    stack: Service, releases: Releases, what: str
) -> None:
    function, change, step, words = BROKEN_API[what]
    before = objects(stack)

    release = releases.release(function, package(change))

    assert release.status == "Failed"
    (line,) = release.faults
    assert line["step"] == step
    assert words in line["fault"]
    assert releases.live(function) == release.before
    assert objects(stack) == before
