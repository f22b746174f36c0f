"""A release through CodeDeploy: a new version is verified before it gets traffic, and a broken one gets none.

test_release_live.py covers faults that appear only once a version has all traffic, test_alarms.py those that only
users' traffic reveals.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest

from dev import stack as deployed
from operate.service import Service as Operated
from operate.versions import _prepared, of
from tests.actors.client import Service, Signed, wait_for
from tests.actors.operators import account, operator, said
from tests.material import pictures
from tests.material.broken_versions import BROKEN, BROKEN_API
from tests.material.changed_code import Change, package
from tests.standins.releases import Releases, objects
from thumbs.jobs import keys


def test_a_good_convert_gets_the_traffic_and_its_probes_leave_nothing(stack: Service, releases: Releases) -> None:
    before, logged = objects(stack), len(stack.log("convert"))

    release = releases.release("ConvertFunction", deployed.functions_package())

    assert (release.status, release.faults) == ("Succeeded", [])
    assert releases.live("ConvertFunction") == release.version != release.before
    assert objects(stack) == before

    def of_probes() -> list[dict[str, Any]] | None:
        """Once the last of them has its line."""
        found = [line for line in stack.log("convert")[logged:] if str(line.get("job")).startswith(keys.PROBE_JOBS)]
        return found if any(line.get("reason") == "too_many_pixels" for line in found) else None

    probes = wait_for(of_probes, "line about the last probe")
    assert {line["version"] for line in probes} == {release.version}, "the live conversion has heard of the probes"
    assert [line["reason"] for line in probes if "reason" in line] == ["not_an_image", "too_many_pixels"]
    assert stack.convert(pictures.jpeg())["status"] == "done"


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_convert_gets_no_traffic_and_the_log_names_the_picture(
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


def test_each_fault_is_found_by_the_picture_made_for_it(releases: Releases) -> None:
    release = releases.release(
        "ConvertFunction",
        package(
            Change("thumbs/pipeline/colour.py", "    if profile:\n", "    if False:\n"),
            Change("thumbs/pipeline/encode.py", "filled(image) if output.transparency else ", ""),
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
    assert words["bomb.png"] == "it must be rejected as too_many_pixels, but is rejected (damaged)"


def test_too_slow_a_version_gets_no_traffic_and_the_old_one_goes_on(stack: Service, releases: Releases) -> None:
    """Uploads go through the old version while the new one is verified."""
    slow = Change("convert.py", "    failures = []\n", "    time.sleep(11)\n    failures = []\n")

    uploads: list[Signed] = []
    with ThreadPoolExecutor(1) as meanwhile:
        releasing = meanwhile.submit(releases.release, "ConvertFunction", package(slow))
        while not releasing.done():  # for ten seconds
            uploads.append(stack.upload(pictures.jpeg()))
            assert stack.result(uploads[-1])["status"] == "done"
            time.sleep(1)  # a few suffice
        release = releasing.result()
    assert uploads, "nobody uploaded anything during the release"

    assert release.status == "Failed"
    assert [(line["picture"], line["fault"]) for line in release.faults] == [
        ("orientation-1.jpg", "no answer within 10 seconds")
    ]
    assert releases.live("ConvertFunction") == release.before
    assert {line["version"] for upload in uploads for line in stack.log_of("convert", upload.job)} == {release.before}
    # The run that timed out is still running, and will end a job whose probe was deleted: not during another test.
    wait_for(lambda: [line for line in stack.log("convert") if line["version"] == release.version] or None, "late run")


def test_good_versions_of_the_api_get_the_traffic_and_leave_nothing(stack: Service, releases: Releases) -> None:
    before = objects(stack)

    for function in ("SignUploadFunction", "GetUploadFunction"):
        release = releases.release(function, deployed.functions_package())

        assert (release.status, release.faults) == ("Succeeded", [])
        assert releases.live(function) == release.version
    assert objects(stack) == before


@pytest.mark.parametrize("what", BROKEN_API)
def test_a_broken_api_gets_no_traffic_and_the_log_names_the_step(stack: Service, releases: Releases, what: str) -> None:
    function, change, step, words = BROKEN_API[what]
    before = objects(stack)

    release = releases.release(function, package(change))

    assert release.status == "Failed"
    (line,) = release.faults
    assert line["step"] == step
    assert words in line["fault"]
    assert releases.live(function) == release.before
    assert objects(stack) == before


# Rollback, and another attempt


def test_a_refused_release_can_be_made_again_from_the_same_build(
    stack: Service, releases: Releases, tmp_path: Path
) -> None:
    operate, (function, change, *_) = operator(stack, tmp_path), BROKEN_API["it refuses everything"]
    refused = releases.release(function, package(change))
    assert refused.status == "Failed"
    left = f"Version {refused.version} of sign_upload, left by a refused release, "

    assert left + "would be removed." in said(operate("prepare-release", "--dry-run"))
    assert refused.version in versions(stack, function)
    assert left + "has been removed." in said(operate("prepare-release"))
    assert refused.version not in versions(stack, function)
    assert refused.before in versions(stack, function)
    assert said(operate("prepare-release")) == "Nothing prevents a release.\n"

    assert releases.release(function, deployed.functions_package()).status == "Succeeded"


def test_all_traffic_goes_back_by_one_command(stack: Service, releases: Releases, tmp_path: Path) -> None:
    operate = operator(stack, tmp_path)
    release = releases.release("SignUploadFunction", deployed.functions_package())
    function = stack.deployed.functions["SignUploadFunction"]
    half = {"AdditionalVersionWeights": {release.before: 0.5}}
    stack.deployed.client("lambda").update_alias(FunctionName=function, Name="live", RoutingConfig=half)

    assert f"from version {release.version} to {release.before}" in said(
        operate("rollback", "sign_upload", "--dry-run")
    )
    assert releases.live("SignUploadFunction") == release.version
    answer = said(operate("rollback", "sign_upload", "--to", release.before))
    assert f"has been moved from version {release.version} to {release.before} and gets all traffic." in answer
    assert releases.live("SignUploadFunction") == release.before
    assert releases.weights("SignUploadFunction") == {}

    refused = operate("rollback", "sign_upload", "--to", "9999")
    assert refused.returncode == 1
    assert refused.stderr.startswith("sign_upload has no version 9999; it has ")


def test_no_gradual_release_starts_from_an_unknown_version(
    stack: Service, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudFormation considers another version live, so CodeDeploy would refuse to start from it."""
    for name, value in account(stack).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # another test's has its own credentials
    release = releases.release("SignUploadFunction", deployed.functions_package())
    (known,) = (
        physical.rsplit(":", 1)[-1]
        for logical, physical in stack.deployed.resources.items()
        if logical.startswith("SignUploadFunctionVersion")
    )

    found = of(Operated(deployed.NAME), "sign_upload")
    assert (found.live, found.known, found.refused) == (int(release.version), int(known), [])
    with pytest.raises(RuntimeError, match=r"still considers version \d+ live.*\n.*GradualDeployments=false"):
        list(_prepared(Operated(deployed.NAME), gradual=True, dry_run=True))


def versions(stack: Service, function: str) -> set[str]:
    answer = stack.deployed.client("lambda").list_versions_by_function(FunctionName=stack.deployed.functions[function])
    return {each["Version"] for each in answer["Versions"]}
