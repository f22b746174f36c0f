"""The report: that it is written, refused and continued. The classes are small, and few contenders are installed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from benchmarks import __main__ as benchmarks
from benchmarks import contenders, field, inputs, kept, quiet, report
from benchmarks.contenders import LIMIT, OURS, Contender
from benchmarks.quiet import Measured
from benchmarks.race import Result

PILLOW = Contender("Pillow, naive", "pillow_naive", documented=True)
ABSENT = Contender("sharp, one decode and cascade", "no_such_peer")
PHOTO, PAN = inputs.CLASSES["jpeg-2"], inputs.ANIMATIONS["gif-pan"]
QUIET = Measured({OURS: Result([0.10, 0.10]), PILLOW: Result([0.2, 0.2])}, 0.01)
BUSY = Measured({OURS: Result([0.10, 0.10]), PILLOW: Result([0.2, 0.2])}, 0.4)
Measures = dict[str, list[Measured]]


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(inputs, "CACHE", tmp_path / "cache")


def small(one: inputs.Input) -> inputs.Input:
    """The same class with a picture that costs little, of which 640 pixels are still a thumbnail."""

    def make(size: inputs.Size) -> bytes:
        picture = Image.radial_gradient("L").resize(size)
        if one.suffix == ".gif":
            return inputs.encoded(picture, "GIF", save_all=True, append_images=[ImageOps.invert(picture)], duration=80)
        return inputs.encoded(picture.convert("RGB"), "JPEG")

    return inputs.Input(one.name, one.suffix, (644, 483), make, one.about)


def test_a_report_has_every_class_every_part_and_the_targets(tmp_path: Path) -> None:
    """Everything is measured, on however busy a machine."""
    document = tmp_path / "report.md"
    competing, animators = (OURS, PILLOW, ABSENT, LIMIT), (OURS, ABSENT)
    parts = {"page": ("The page", lambda: "page's figures")}
    report.write(
        document,
        [small(PHOTO)],
        1,
        moving=[small(PAN)],
        competing=competing,
        animators=animators,
        parts=parts,
        trial=True,
        keep_in=tmp_path / "kept",
    )
    text = document.read_text()
    assert "## The page\n\npage's figures\n" in text
    assert "This is a trial" in text
    assert text.count("at most 0.95 of the fastest peer's CPU, and 1.25 of the leanest peer's memory") == 2
    for one, frames in ((PHOTO, ""), (PAN, " frames |")):
        section = text.partition(f"### {one.name}: {one.about}, 644x483")[2].partition("###")[0]
        assert frames in section
        (absent,) = [line for line in section.splitlines() if ABSENT.name in line]
        assert {cell.strip() for cell in absent.split("|")[2:-1]} == {"-"}
        assert section.count("| this pipeline ") == 1
    assert f"\n| {PHOTO.name} " in text
    assert f"\n| {PAN.name} " in text


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Measures:
    """What a class is found to be, one value for each run: starting contenders and measuring them is replaced."""
    turns: Measures = {}
    monkeypatch.setattr(contenders, "installed", lambda _: ({OURS: "1"}, {}))
    monkeypatch.setattr(field.Field, "measured", lambda _self, one, *_: turns[one.name].pop(0))
    return turns


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    def write(*parts: tuple[str, Callable[[], str]], classes: tuple[str, ...] = ("jpeg-2", "gif")) -> str:
        report.write(
            tmp_path / "report.md",
            [small(inputs.CLASSES[name]) for name in classes],
            2,
            moving=[],
            parts={title.lower(): (title, measure) for title, measure in parts},
            keep_in=tmp_path / "kept",
        )
        return (tmp_path / "report.md").read_text()

    return write


def test_a_refused_report_goes_on_with_the_disturbed_class(
    measured: Measures, write: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measured |= {"jpeg-2": [QUIET], "gif": [BUSY, QUIET]}
    (tmp_path / "report.md").write_text("as before")
    with pytest.raises(quiet.Busy, match=r"^gif: .*other programs used 40%"):
        write(("Memory", lambda: pytest.fail("a busy machine is known before the parts are measured")))
    assert (tmp_path / "report.md").read_text() == "as before"
    assert "class 2 of 2, gif" in capsys.readouterr().err
    assert "## Memory\n\nfigures" in write(("Memory", lambda: "figures"))
    assert measured == {"jpeg-2": [], "gif": []}
    assert "class 1 of 2, jpeg-2: kept from an earlier run" in capsys.readouterr().err


def test_a_part_that_fails_costs_no_other(measured: Measures, write: Callable[..., str], tmp_path: Path) -> None:
    measured["gif"] = [QUIET]
    asked = []

    def fails() -> str:
        raise RuntimeError("no browser")

    def works() -> str:
        asked.append(1)
        return "figures"

    with pytest.raises(report.Incomplete, match=r"^page: no browser\n"):
        write(("Page", fails), ("Cost", works), classes=("gif",))
    assert not (tmp_path / "report.md").exists()
    assert "## Page\n\nbetter\n\n## Cost\n\nfigures\n" in write(
        ("Page", lambda: "better"), ("Cost", works), classes=("gif",)
    )
    assert asked == [1]


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    results = {one: Result([0.1, 0.2], 5, 36.5, 7, frames=3, worst=30.5) for one in contenders.CONTENDERS}
    results[LIMIT] = Result(failure="for JPEG alone")
    measured = Measured(results, 0.05)
    kept.Kept("a machine", folder=tmp_path).put("class", field.as_json(measured))
    assert field.from_json(kept.Kept("a machine", folder=tmp_path).get("class")) == measured
    assert kept.Kept("another machine", folder=tmp_path).get("class") is None
    assert kept.Kept("a machine", folder=tmp_path).get("class") is None, "what is outdated is removed"


def test_figures_are_kept_while_the_measured_code_is_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("functions/convert.py", "benchmarks/report.py", "docs/page.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    monkeypatch.setattr(kept, "_ROOT", tmp_path)

    def is_kept_after(changed: str) -> bool:
        kept._code.cache_clear()
        kept.Kept(folder=tmp_path / "kept").put("part", 1)
        (tmp_path / changed).write_text("2")
        kept._code.cache_clear()
        return kept.Kept(folder=tmp_path / "kept").get("part") is not None

    assert is_kept_after("docs/page.md")
    assert is_kept_after("benchmarks/report.py"), "it shows figures, and measures none"
    assert not is_kept_after("functions/convert.py")
    kept._code.cache_clear()


def test_a_report_of_a_busy_machine_ends_with_an_error(
    measured: Measures, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    measured |= {name: [QUIET] for name in (*inputs.CLASSES, *inputs.ANIMATIONS)} | {"gif": [BUSY]}
    monkeypatch.setattr(report, "DOCUMENT", tmp_path / "benchmarks.md")
    monkeypatch.setattr(report, "Kept", lambda *conditions: kept.Kept(*conditions, folder=tmp_path / "kept"))
    monkeypatch.setattr("sys.argv", ["benchmarks", "report"])
    assert benchmarks.main() == 1
    assert not (tmp_path / "benchmarks.md").exists()
    assert "Close what else runs" in capsys.readouterr().err
