"""After a version has got all traffic, one upload is made through `live`; a fault rolls back.

The first hooks of these releases find nothing: the fault affects only the path of users' uploads.
"""

import json
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from dev import stack as deployed
from tests.actors.client import Service
from tests.material import pictures
from tests.material.changed_code import Change, package
from tests.standins.cloudwatch import CloudWatch
from tests.standins.releases import Releases, objects
from thumbs.jobs import keys


@dataclass(frozen=True)
class BehindLive:
    """A fault that affects only the path of users' uploads: in the code of a function, or a missing permission.

    denied: bucket, action and key, from the moment that the version has its tenth of the traffic.
    """

    function: str
    step: str
    words: str
    change: Change | None = None
    denied: tuple[str, str, str] | None = None


# Golden pictures use another bucket.
TAKES = "            if upload.job:\n"
UPLOADED = 'upload.key.startswith("uploads/")'
BROKEN_BEHIND_LIVE = {
    "it makes other sizes of uploads": BehindLive(
        "ConvertFunction",
        "look",
        "its thumbnails are ['small']",
        Change("convert.py", " current.sizes,\n", f" current.sizes[: 1 if {UPLOADED} else None],\n"),
    ),
    "it may not read uploads": BehindLive(
        "ConvertFunction",
        "read the result",
        "'status': 'failed'",
        denied=("uploads", "s3:GetObject", f"uploads/{keys.PROBE_JOBS}*"),
    ),
    "its forms are refused": BehindLive(
        "SignUploadFunction",
        "upload",
        "S3 answers 403 to the signed form",
        denied=("uploads", "s3:PutObject", f"uploads/{keys.PROBE_JOBS}*"),
    ),
    "its links are refused": BehindLive(
        "GetUploadFunction",
        "follow the link",
        "the link to a thumbnail is answered with 403",
        denied=("thumbnails", "s3:GetObject", f"{keys.PROBE_JOBS}*.webp"),
    ),
}


@pytest.mark.parametrize("what", BROKEN_BEHIND_LIVE)
def test_a_fault_that_shows_behind_live_only_takes_the_traffic_back(
    stack: Service, releases: Releases, what: str
) -> None:
    case = BROKEN_BEHIND_LIVE[what]
    before = objects(stack)

    with ExitStack() as fault:
        code = package(case.change) if case.change else deployed.functions_package()
        release = releases.release(case.function, code, lambda: _deny(fault, stack, case.denied))

    assert release.status == "Failed"
    (line,) = release.faults
    assert (line["service"], line["step"]) == ("verify_live", case.step), "the first hook has nothing against it"
    assert case.words in line["fault"]
    assert releases.live(case.function) == release.before
    assert releases.weights(case.function) == {}
    assert objects(stack) == before
    assert stack.convert(pictures.jpeg())["status"] == "done"
    stack.deployed.client("sqs").purge_queue(QueueUrl=stack.deployed.outputs["ConversionDeadLetterQueue"])


def _deny(fault: ExitStack, stack: Service, denied: tuple[str, str, str] | None) -> None:
    """Deny everybody but root an action, until the end of the fault."""
    if not denied:
        return
    bucket, action, key = denied
    name = stack.deployed.outputs[f"{bucket.removesuffix('s').title()}Bucket"]
    policy = stack.s3.get_bucket_policy(Bucket=name)["Policy"]
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{name}/{key}"}
    document = json.loads(policy)
    changed = document | {"Statement": [*document["Statement"], statement]}
    stack.s3.put_bucket_policy(Bucket=name, Policy=json.dumps(changed))
    fault.callback(stack.s3.put_bucket_policy, Bucket=name, Policy=policy)


def test_one_stray_error_takes_no_traffic_back(stack: Service, releases: Releases) -> None:
    verified = len(stack.log("verify_live"))
    bound = "    if (binding := bindings.bind(job, upload, claimed)) and not binding.admits(upload):\n"
    once = (
        "    first = not bindings.s3.exists(settings.current().thumbnail_bucket, bindings.keys.binding(job))\n"
        f"    bindings.bind(job, upload)\n    if first and {UPLOADED}:\n        raise OSError('once')\n{bound}"
    )

    release = releases.release("ConvertFunction", package(Change("convert.py", bound, once)))

    # The stand-in runs the hook again if the emulator keeps its log back. That run belongs to no deployment.
    (job,) = {line["job"] for line in stack.log("verify_live")[verified:] if "deployment" in line and "job" in line}
    failed = [line for line in stack.log_of("convert", job) if line["message"] == "conversion failed"]
    assert [line["version"] for line in failed] == [release.version]
    assert (release.status, release.faults) == ("Succeeded", [])


def test_a_hook_that_runs_out_of_time_leaves_nothing(stack: Service, releases: Releases) -> None:
    aws, hook = stack.deployed.client("lambda"), stack.deployed.functions["VerifyLiveFunction"]
    usual = aws.get_function_configuration(FunctionName=hook)["Timeout"]
    before = objects(stack)
    drops = Change("convert.py", TAKES, f"            if upload.job and not {UPLOADED}:\n")

    aws.update_function_configuration(FunctionName=hook, Timeout=35)  # 15 of them for its cleanup
    try:
        release = releases.release("ConvertFunction", package(drops))
    finally:
        aws.update_function_configuration(FunctionName=hook, Timeout=usual)

    assert release.status == "Failed"
    (line,) = release.faults
    assert (line["step"], line["fault"]) == ("read the result", "the verification timed out")
    assert releases.live("ConvertFunction") == release.before
    assert objects(stack) == before


def test_what_verifies_a_release_is_nobodys_upload_in_the_metrics(stack: Service, releases: Releases) -> None:
    cloudwatch = CloudWatch(stack)

    for function in ("ConvertFunction", "SignUploadFunction"):
        assert releases.release(function, deployed.functions_package(), cloudwatch=cloudwatch).status == "Succeeded"

    counted = {point.name for point in cloudwatch.points() if point.namespace == stack.deployed.name}
    assert "ColdStart" in counted, "the functions did run"
    assert counted & {"UploadsSigned", "UploadsRefused", "Converted", "Rejected", "Failed"} == set()
