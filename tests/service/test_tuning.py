"""`python -m operate tune`: with its input the tuner converts every time, and leaves nothing behind."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dev.stack import functions_package
from operate import tuning
from tests.actors.client import Service, wait_for
from tests.actors.operators import Operate, operator, said
from tests.material import pictures
from tests.standins import tuner
from tests.standins.tuner import Tuner, TuningFailed
from thumbs import formats, settings
from thumbs.jobs import keys

MEMORY = 1769  # in the template


@pytest.fixture
def operate(stack: Service, tmp_path: Path) -> Operate:
    return operator(stack, tmp_path)


@pytest.fixture
def machine(stack: Service) -> Tuner:
    return Tuner(stack.deployed.client("lambda"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(pictures.jpeg())
    return path


def job_of(asked: dict[str, Any]) -> str:
    key: str = asked["payload"]["Records"][0]["s3"]["object"]["key"]
    return key.removeprefix("uploads/")


def lines(stack: Service, job: str) -> list[str]:
    """What convert has logged of a job."""
    return [line["message"] for line in stack.log("convert", job) if line.get("job") == job]


def versions(stack: Service) -> list[tuple[str, int]]:
    aws, function = stack.deployed.client("lambda"), stack.deployed.functions["ConvertFunction"]
    found = aws.list_versions_by_function(FunctionName=function)["Versions"]
    return [(version["Version"], version["MemorySize"]) for version in found]


def test_the_input_is_one_that_the_tuner_takes(stack: Service, operate: Operate, photo: Path) -> None:
    answer = operate("tune", str(photo))
    asked = json.loads(said(answer))

    assert asked.keys() <= tuner.FIELDS
    assert asked["powerValues"] == [512, 1024, 3008, 1769]  # the current size last
    assert asked["num"] == tuning.NUM
    assert asked["parallelInvocation"] is asked["autoOptimize"] is False
    assert stack.deployed.outputs["ConvertFunction"] == f"{asked['lambdaARN']}:live"
    assert asked["payload"]["again"] is True
    job = job_of(asked)
    assert f"python -m operate erase {job} --stack-name" in answer.stderr
    assert keys.is_probe(job)
    manifest = stack.manifest(job)
    assert manifest is not None
    assert manifest["status"] == "done"


def test_the_tuner_converts_every_time_and_leaves_nothing_behind(
    stack: Service, operate: Operate, machine: Tuner, photo: Path
) -> None:
    asked = said(operate("tune", str(photo), "--memory", "1024", "--num", "5"))
    job, before = job_of(json.loads(asked)), versions(stack)
    made = stack.keys(job)

    machine.run(asked)

    wait_for(lambda: True if len(lines(stack, job)) >= 1 + 2 * 5 else None, "log of every conversion")
    assert lines(stack, job) == ["done"] * (1 + 2 * 5)
    assert stack.keys(job) == made  # the same content has the same keys
    assert versions(stack) == before


def test_conversions_that_overtake_each_other_do_no_harm(
    stack: Service, operate: Operate, machine: Tuner, photo: Path
) -> None:
    """The tuner measures the memory sizes in parallel, with the same job."""
    asked = said(operate("tune", str(photo), "--memory", "1024", "--num", "6"))
    job = job_of(json.loads(asked))

    with ThreadPoolExecutor(2) as crowd:
        machine.run(asked, crowd.map)

    wait_for(lambda: True if len(lines(stack, job)) >= 1 + 2 * 6 else None, "log of every conversion")
    assert {*lines(stack, job)} <= {"done", "ignored: another run was first"}
    manifest = stack.manifest(job)
    assert manifest is not None
    assert manifest["status"] == "done"


def test_without_again_the_tuner_would_measure_nothing(
    stack: Service, operate: Operate, machine: Tuner, photo: Path
) -> None:
    asked = json.loads(said(operate("tune", str(photo), "--memory", "1024", "--num", "5")))
    del asked["payload"]["again"]
    job = job_of(asked)

    machine.run(json.dumps(asked))

    wait_for(lambda: True if len(lines(stack, job)) >= 1 + 2 * 5 else None, "log of every call")
    assert lines(stack, job) == ["done"] + ["ignored: the job has ended"] * 2 * 5


def test_the_present_size_must_not_come_first(stack: Service, operate: Operate, machine: Tuner, photo: Path) -> None:
    """Lambda then returns the version that serves users, and refuses to delete it."""
    asked = json.loads(said(operate("tune", str(photo), "--memory", f"{MEMORY},1024", "--num", "5")))
    assert asked["powerValues"] == [1024, MEMORY]
    # As after a deployment: the version that serves users is the one published last.
    function = asked["lambdaARN"]
    machine.aws.update_function_code(FunctionName=function, ZipFile=functions_package())
    version = machine.aws.publish_version(FunctionName=function)["Version"]
    machine.aws.update_alias(FunctionName=function, Name="live", FunctionVersion=version)

    with pytest.raises(TuningFailed, match="referenced by an alias"):
        machine.run(json.dumps(asked | {"powerValues": [MEMORY, 1024]}))

    machine.clean(function, [1024])  # left by the failed run


def test_the_tuner_wants_the_function_without_its_alias(stack: Service, operate: Operate, machine: Tuner) -> None:
    with pytest.raises(TuningFailed, match="Invalid ARN"):
        machine.run(json.dumps({"lambdaARN": stack.deployed.outputs["ConvertFunction"]}))  # of the alias


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Too many pixels for half a gigabyte."""
    path = tmp_path / "scan.tif"
    path.write_bytes(pictures.tiff(picture=Image.new("L", (4000, 3600), 200), compression="tiff_lzw"))
    return path


def test_a_size_that_would_refuse_the_picture_is_left_out(
    stack: Service, operate: Operate, machine: Tuner, scan: Path
) -> None:
    """A rejection is fast and cheap, so the tuner would consider it the best."""
    answer = operate("tune", str(scan), "--num", "5")
    asked = json.loads(said(answer))

    assert asked["powerValues"] == [1024, 3008, 1769]
    assert "takes up to 515 MB" in answer.stderr

    machine.run(json.dumps(asked | {"powerValues": [512]}))

    said_of_it = [line for line in stack.log("convert") if line.get("job") == job_of(asked)]
    assert [line["reason"] for line in said_of_it if line["message"] == "rejected"] == ["too_many_pixels"] * 5


@pytest.mark.parametrize("name", [accepted.name for accepted in formats.INPUTS])
def test_what_a_picture_needs_is_what_its_conversion_may_take(name: str) -> None:
    original = {"format": name, "width": 4000, "height": 3000}
    (accepted,) = (each for each in formats.INPUTS if each.name == name)

    def pixels(memory: int) -> int:
        allowed = settings.Settings({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory)}).conversion_memory
        return int(allowed / accepted.bytes_per_pixel)

    needed = tuning.memory_needed(original)
    assert pixels(needed - 1) < 12_000_000 <= pixels(needed)


def uploaded(stack: Service) -> set[str]:
    listing = stack.s3.list_objects_v2(Bucket=stack.uploads, Prefix="uploads/")
    return {entry["Key"] for entry in listing.get("Contents", ())}


def test_a_dry_run_uploads_nothing(stack: Service, operate: Operate, photo: Path) -> None:
    before = uploaded(stack)

    told = said(operate("tune", str(photo), "--dry-run", "--num", "30"))

    assert "would convert it 30 times with each of 512, 1024, 3008, 1769 MB" in told
    assert uploaded(stack) == before


@pytest.fixture
def files(photo: Path, scan: Path) -> None:
    (photo.parent / "text.jpg").write_text("not a picture")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.jpg"], "No such file or directory: 'missing.jpg'"),
        (["text.jpg"], "text.jpg: This file is not a picture that we can read."),
        (["photo.jpg", "--memory", "1769"], "The function has 1769 MB already: name another size to compare it with"),
        (
            ["scan.tif", "--memory", "512,1769"],
            "512 MB are too few: the picture takes up to 515 MB, and might be refused",
        ),
        (["photo.jpg", "--memory", "256,1769"], "'256,1769' is not like 1024,1769, from 512 to 10240 MB"),
        (["photo.jpg", "--num", "4"], "4 are too few for the tuner, which needs 5"),
        ([], "PICTURE"),
    ],
)
def test_what_cannot_be_tuned_is_one_sentence_and_leaves_nothing(
    stack: Service, operate: Operate, arguments: list[str], sentence: str
) -> None:
    before = uploaded(stack)

    answer = operate("tune", *arguments)

    assert answer.returncode != 0
    assert answer.stdout == ""
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr
    assert uploaded(stack) == before
