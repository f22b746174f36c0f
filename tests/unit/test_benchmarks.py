"""The benchmark itself: that its measurements are what they claim. Needs no peer."""

import re
import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from benchmarks import __main__ as benchmarks
from benchmarks import (
    contenders,
    cost,
    functions,
    inputs,
    memory,
    pictures,
    polling,
    quality,
    race,
    standings,
    template,
)
from benchmarks.contenders import LIMIT, OURS, Contender, Failed, Process
from benchmarks.peers import EFFORT, QUALITY, SIDES, pillow_naive
from benchmarks.race import Result
from benchmarks.tables import table
from tests.actors.sandbox import LINUX
from thumbs import formats
from thumbs.pipeline import encode

SMALL = (160, 120)


@pytest.fixture(autouse=True)
def _heif() -> None:
    register_heif_opener()


@pytest.mark.parametrize("one", inputs.CLASSES.values(), ids=lambda one: one.name)
def test_an_input_is_a_picture_of_the_format_and_size_asked_for(one: inputs.Input) -> None:
    wanted = {".jpg": "JPEG", ".tif": "TIFF", ".heic": "HEIF"}.get(one.suffix, one.suffix[1:].upper())
    with Image.open(BytesIO(one.make(SMALL))) as picture:
        picture.load()
        assert (picture.format, picture.size) == (wanted, SMALL)


def test_an_input_has_the_megapixels_of_its_name() -> None:
    named = [one for one in inputs.CLASSES.values() if one.name.split("-")[-1].isdigit()]
    assert len(named) == 7
    for one in named:
        assert one.megapixels == pytest.approx(int(one.name.split("-")[-1]), rel=0.02)


def test_the_special_inputs_are_what_they_are_called() -> None:
    with Image.open(BytesIO(inputs.progressive(SMALL))) as picture:
        assert picture.info["progressive"]
    with Image.open(BytesIO(inputs.rgba((640, 480)))) as picture:
        assert picture.getchannel("A").getextrema() == (0, 255)
    with Image.open(BytesIO(inputs.gif(SMALL))) as picture:
        assert picture.n_frames == 12  # type: ignore[attr-defined]


def test_a_16_bit_png_has_16_bits_a_channel_and_its_filter_is_undone() -> None:
    file = inputs.png_16_bit(SMALL)
    assert struct.unpack(">IIBB", file[16:26]) == (*SMALL, 16, 2)
    assert Image.open(BytesIO(file)).tobytes() == pictures.photo(*SMALL).tobytes()


def test_a_photograph_is_always_the_same_and_as_heavy_as_a_cameras() -> None:
    first = inputs.jpeg((1632, 1224))
    assert first == inputs.encoded(pictures.photo(1632, 1224), "JPEG", quality=92)
    assert 0.15 < len(first) / (1632 * 1224) < 0.5


@pytest.mark.parametrize("variant", memory.VARIANTS, ids=lambda variant: variant.name)
def test_the_largest_inputs_are_pictures_of_the_size_they_were_asked_for(variant: memory.Variant) -> None:
    with Image.open(BytesIO(variant.make((320, 240)))) as picture:
        picture.load()
        assert picture.size == (320, 240)


@pytest.mark.parametrize("megapixels", [50, 100])
def test_the_largest_inputs_are_as_large_as_is_accepted(megapixels: int) -> None:
    largest = memory.VARIANTS[0].largest(megapixels).megapixels
    assert 0.97 * megapixels < largest <= megapixels


def test_peers_encode_as_the_pipeline_does() -> None:
    picture = pictures.photo(320, 240)
    assert encode.encode(picture, formats.OUTPUTS["webp"], QUALITY) == pillow_naive.webp(picture)
    assert 0 <= EFFORT <= 6


def test_they_make_the_sizes_of_the_template() -> None:
    default = template.parameter("ThumbnailSizes").default
    assert default == ",".join(
        f"{name}={side}" for name, side in zip(("small", "medium", "large"), sorted(SIDES), strict=True)
    )
    assert template.parameter("ThumbnailQuality").default == str(QUALITY)


def test_a_contender_converts_in_a_process_of_its_own(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "photo.jpg"
    path.write_bytes(inputs.jpeg((800, 600)))
    with Process(OURS.command()) as process:
        process.ask("open", path=str(path))
        assert process.ask("convert", times=1) > 0
        made = process.thumbnails()
        assert process.ask("peak") > 10 * 2**20
    assert [Image.open(BytesIO(file)).width for file in made] == list(SIDES)
    assert quality.psnr(made[0], quality.reference(path, SIDES[0])) > 30


_TWO = """
import subprocess, sys
sys.path[:] = sys.argv[1:]
from benchmarks import usage
idle = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
with subprocess.Popen(idle, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
    child.stdout.readline()
    print(usage.peak(), *(1024 * usage._kib("status", "VmHWM:", of) for of in ("self", str(child.pid))))
"""


@LINUX
def test_what_two_processes_share_counts_once() -> None:
    made = subprocess.run([sys.executable, "-c", _TWO, *sys.path], capture_output=True, check=True)
    peak, parent, child = map(int, made.stdout.split())

    assert parent < peak < parent + child - 2**20, "an interpreter has more than a megabyte of shared files"


def test_what_cannot_run_says_why_and_is_named_in_the_table() -> None:
    absent = Contender("nobody", "no_such_peer")
    with Process(absent.command()) as process, pytest.raises(Failed, match="no_such_peer") as why:
        process.ask("version")
    assert "nobody: not installed" in standings.of_class({OURS: Result([0.1])}, {absent: str(why.value)})


def test_a_program_that_is_not_there_is_missing_not_an_error() -> None:
    with pytest.raises(Failed, match="no-such-program is not installed"):
        Process(["no-such-program"])


def test_an_equal_thumbnail_has_no_error_and_a_worse_one_fewer_decibels() -> None:
    picture = pictures.photo(320, 240)
    good, bad = (inputs.encoded(picture, "WEBP", quality=value) for value in (90, 30))
    assert quality.psnr(inputs.encoded(picture, "PNG"), picture) == float("inf")
    assert quality.psnr(good, picture) > quality.psnr(bad, picture) + 1
    with pytest.raises(ValueError, match="made 320x240"):
        quality.psnr(good, picture.resize((160, 120)))


def test_a_known_error_has_the_decibels_of_its_definition() -> None:
    gray, lighter = Image.new("RGB", (8, 8), (100, 100, 100)), Image.new("RGB", (8, 8), (110, 110, 110))
    assert quality.psnr(inputs.encoded(lighter, "PNG"), gray) == pytest.approx(28.13, abs=0.01)  # 10 log10(255² / 10²)


def test_a_faster_peer_with_worse_pictures_is_not_the_best() -> None:
    sloppy, careful = Contender("sloppy", "a"), Contender("careful", "b")
    results = {
        OURS: Result([0.10, 0.20], decibels=36),
        sloppy: Result([0.01, 0.02], decibels=35),
        careful: Result([0.20, 0.40], decibels=35.8),
        LIMIT: Result([0.01, 0.01], decibels=36),
    }
    assert race.best(results) is careful
    assert results[OURS].ratio(results[careful]) == pytest.approx(0.5)
    assert "sloppy (lower quality)" in standings.of_class(results, {})


def test_a_table_is_markdown_with_figures_to_the_right() -> None:
    assert table(("Class", "ms"), [("jpeg", 12), ("a longer one", 3)]) == (
        "| Class        | ms |\n| ------------ | -: |\n| jpeg         | 12 |\n| a longer one |  3 |"
    )


def test_up_to_one_processor_memory_changes_the_time_and_not_the_price() -> None:
    """The price of computing; the price of waiting grows with the memory."""
    rate = cost.PER_GB_SECOND["arm64"]
    one = cost.Conversion(cpu=1.0, calls=6)
    half, whole, double = (cost.price(one, size, rate) for size in (884.5, cost.WHOLE_VCPU, 2 * cost.WHOLE_VCPU))
    assert one.waiting == pytest.approx(0.15)
    assert half.seconds - one.waiting == pytest.approx(2 * (whole.seconds - one.waiting))
    assert double.seconds == whole.seconds
    assert half.dollars < whole.dollars < double.dollars  # the waiting, and then the second processor
    # 1 s and the waiting, 1769/1024 GB, at the price of a GB-second, and the request
    assert whole.dollars == pytest.approx((1 + 0.15) * 1769 / 1024 * 0.0000133334 + 0.0000002)


def test_the_cheapest_memory_holds_the_peak() -> None:
    assert cost.cheapest(700, cost.Conversion(0.2, 7)) == 768
    assert cost.cheapest(1100, cost.Conversion(0.2, 7)) == 1280


def test_functions_are_measured_in_the_environment_of_the_template() -> None:
    variables = template.environment("ConvertFunction", MaxMegapixels=7)
    assert variables["MAX_MEGAPIXELS"] == "7"
    assert variables["THUMBNAIL_FORMAT"] == "webp"
    assert variables["THUMBNAIL_BUCKET"]
    assert template.environment("SignUploadFunction")["ALLOWED_ORIGINS"] == "*"
    assert template.memory_size("ConvertFunction") >= 512


def test_functions_are_measured_with_all_packages_of_their_layers() -> None:
    root = Path(functions.__file__).resolve().parent.parent
    lock = functions._without_the_peers((root / "benchmarks/requirements.txt").read_text())
    measured = set(named(lock))
    for layer in root.glob("layers/*/requirements.txt"):
        assert measured >= set(named(layer.read_text()))
    assert not measured & {"numpy", "opencv-python-headless", "pyvips"}


def named(lock: str) -> list[str]:
    return re.findall(r"^([\w-]+)==", lock, re.MULTILINE)


def test_the_page_looks_until_the_manifest_is_there() -> None:
    assert [polling.polls(after, [0.5, 1.0, 2.0]) for after in (0, 0.5, 0.6, 2, 9)] == [1, 1, 2, 3, 3]


def test_options_choose_classes_and_rounds() -> None:
    everything = benchmarks._options([])
    assert (everything.what, len(everything.classes)) == ("race", len(inputs.CLASSES))
    chosen = benchmarks._options(["--class", "gif", "--class", "jpeg-2", "--rounds", "2"])
    assert ([one.name for one in chosen.classes], chosen.rounds) == (["gif", "jpeg-2"], 2)
    quick = benchmarks._options(["--quick"])
    assert (len(quick.classes) < len(everything.classes), quick.rounds < everything.rounds) == (True, True)
    trial = benchmarks._options(["report", "--quick", "--trial", "report.md"])
    assert trial.most == trial.rounds < benchmarks._options(["report"]).most


WRONG = ["--class no-such", "--rounds 0", "nothing", "report --quick", "report --class gif", "race --trial report.md"]


@pytest.mark.parametrize("words", WRONG)
def test_options_that_make_no_sense_are_refused(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        benchmarks._options(words.split())
    assert "error" in capsys.readouterr().err


def test_every_contender_has_a_name_of_its_own() -> None:
    assert len({one.name for one in contenders.CONTENDERS}) == len(contenders.CONTENDERS)
