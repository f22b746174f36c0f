"""What keeps the project easy to read: short files, short names of tests, and no test that depends on another."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.emulator import ROOT

FOLDERS = ("functions", "dev", "operate", "publish", "benchmarks", "examples", "frontend", "stacks", "tests")
NOT_OURS = {"node_modules", "__pycache__", ".cache"}
CODE = {".py", ".js", ".mjs", ".css"}
LINES = 250  # fewer than these: what a reader keeps in mind
LETTERS = 70  # of a test's name at most: a line of a report, with its file

# Files that are longer all the same. Each says why in its first lines: "Longer than 250 lines, because …".
LONGER = {"frontend/style.css"}


def ours() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in CODE and not NOT_OURS & {*path.parts}:
                yield path


# Where the rules of a stand-in are tested if not in tests/unit/standins, or why they are not.
TESTED_ELSEWHERE = {
    "application_model": "tests/publish/test_application_repository.py",
    "application_repository": "tests/publish/test_application_repository.py",
    "delivery_gaps": "tests/service/test_delivery_gaps.py",
    "docker_engine": "tests/sam_local/test_walls.py",
    "lambda_image": "tests/sam_local/test_debugging.py",
    "openid_provider": "tests/unit/authorizer/test_provider.py",
    "ports": "tests/sam_local/test_listeners.py",
    "probe": "tests/service/test_iam.py",
    "releases": "tests/service/test_release.py",
    "service": "tests/browser/played/test_weather.py",
    "vulnerability_database": "tests/publish/test_sbom.py",
    "vpc_endpoints": "tests/service/test_organisation.py",
}

FILES = {path.relative_to(ROOT).as_posix(): path for path in ours()}
TESTS = {name: path for name, path in FILES.items() if path.name.startswith("test_") or path.name.endswith(".test.mjs")}


def lent(source: str) -> list[str]:
    """The test modules that a Python file uses, also in a program that it starts."""
    return re.findall(r"\b(?:from|import) +(tests\.(?:\w+\.)*(?:test_\w+|conftest))\b", source)


def names(source: str) -> list[str]:
    """The tests of a Python or JavaScript file, by their names in a report."""
    return re.findall(r"^ *(?:async )?def (test_\w+)", source, re.MULTILINE) + [
        found[1] for found in re.findall(r"""^ *(?:test|it)\(\s*(["'`])(.*?)\1""", source, re.MULTILINE)
    ]


def test_a_file_is_short_or_says_why_it_is_not() -> None:
    long = {name for name, path in FILES.items() if len(path.read_text().splitlines()) >= LINES}

    assert long == LONGER
    for name in long:
        assert f"Longer than {LINES} lines, because" in FILES[name].read_text()[:1000], name


def test_no_file_of_tests_takes_anything_from_another() -> None:
    """What two of them need is a stand-in, an actor or material."""
    others = {name: path for name, path in FILES.items() if path.suffix == ".py" and path != Path(__file__)}
    found = {name: lent(path.read_text()) for name, path in others.items()}

    assert {name: modules for name, modules in found.items() if modules} == {}


def test_each_stand_in_is_tested_itself() -> None:
    """A stand-in that is kinder than AWS makes every test on it worthless."""
    stand_ins = {path.stem for path in (ROOT / "tests/standins").glob("*.py")}
    own = "\n".join(path.read_text() for path in (ROOT / "tests/unit/standins").glob("test_*.py"))
    here = {name for name in stand_ins if re.search(rf"\bstandins(\.| import .*\b){name}\b", own)}

    assert here | TESTED_ELSEWHERE.keys() == stand_ins
    for name, file in TESTED_ELSEWHERE.items():
        assert name in FILES[file].read_text(), f"{file} does not test {name}"


def test_a_name_of_a_test_is_read_at_a_glance() -> None:
    found = [name for path in TESTS.values() for name in names(path.read_text())]

    assert len(found) > 900, "or tests are written in a way that this one does not read"
    assert [name for name in found if len(name) > LETTERS] == []


@pytest.mark.parametrize(
    "source",
    [
        "from tests.service.test_iam import role",
        "import tests.unit.conftest",
        'PROGRAM = """\nfrom tests.unit.pipeline.test_answers import told\n"""',
    ],
)
def test_what_is_lent_would_be_seen(source: str) -> None:
    assert len(lent(source)) == 1
    assert lent("from tests.material import pictures") == []


def test_names_in_both_languages_would_be_seen() -> None:
    assert names("def test_one() -> None: ...\n    def test_two(self): ...") == ["test_one", "test_two"]
    assert names('test("a file, as it is", () => {\n  test(`another`, async () => {') == ["a file, as it is", "another"]
