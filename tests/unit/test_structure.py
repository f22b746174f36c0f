"""No import leads up, and none in a circle: in the functions, in every other folder of Python, and in the page."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import thumbs
from dev.emulator import ROOT

FOLDERS = ("functions", "stacks", "dev", "operate", "publish", "benchmarks", "tests")
# The helpers of tests are above everything that they test and below the tests, each of which has its own folder.
TESTED_WITH = ({"tests/actors", "tests/standins"}, {"tests/material"})
# Rooms on one level that import each other nevertheless. There is no circle of modules, which is checked too.
NEIGHBOURS = {frozenset({"tests/actors", "tests/standins"})}


def levels(text: str) -> list[set[str]]:
    """The names on each line of the first list in a text, from the highest level down, each followed by a gloss."""
    paragraph = next(part for part in text.split("\n\n") if re.match(" *[a-z]+(, [a-z]+)*  ", part))
    lines = re.findall("^ *([a-z]+(?:, [a-z]+)*)  ", paragraph, re.MULTILINE)
    return [{*line.split(", ")} for line in lines]


PACKAGE = levels(thumbs.__doc__ or "")
PROJECT = levels((ROOT / "docs/develop.md").read_text().partition("Imports go down this list")[2])


def module_of(path: Path) -> str:
    place = path.relative_to(ROOT / "functions" if path.is_relative_to(ROOT / "functions") else ROOT)
    return ".".join(place.with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))}


TREES = {module: ast.parse(path.read_text()) for module, path in MODULES.items()}


def imported(importer: str) -> set[str]:
    """Our own modules that a module imports, anywhere in its text."""
    found = set()
    for node in ast.walk(TREES[importer]):
        match node:
            case ast.Import():
                found |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module)):
                members = {f"{module}.{alias.name}" for alias in node.names}
                found |= members & MODULES.keys() or {module}
    return (found & MODULES.keys()) - {importer}


GRAPH = {module: imported(module) for module in MODULES}


def folder(module: str) -> str:
    """The room of a module in the whole project."""
    first, *rest = MODULES[module].relative_to(ROOT).parts
    return f"tests/{rest[0]}" if first == "tests" and len(rest) > 1 else first


def subject(module: str) -> str:
    """The room of a module in thumbs."""
    return module.split(".")[1]


def upward(graph: dict[str, set[str]], height: dict[str, int], room: dict[str, str]) -> list[str]:
    """The imports from one room to another that is not below it."""
    return [
        f"{module} imports {other}"
        for module, others in graph.items()
        for other in others
        if room[module] != room[other]
        and height[room[module]] <= height[room[other]]
        and {room[module], room[other]} not in NEIGHBOURS
    ]


def heights(top_down: list[set[str]]) -> dict[str, int]:
    return {name: height for height, names in enumerate(reversed(top_down)) for name in names}


def test_no_module_of_thumbs_imports_up() -> None:
    within = {module: others for module, others in GRAPH.items() if module.startswith("thumbs.")}
    inner = {module: {other for other in others if other.startswith("thumbs.")} for module, others in within.items()}
    room = {module: subject(module) for module in inner}

    assert {*room.values()} == {*heights(PACKAGE)}, "thumbs/__init__.py lists every room"
    assert upward(inner, heights(PACKAGE), room) == []


def test_no_folder_imports_up() -> None:
    room = {module: folder(module) for module in GRAPH}
    helpers = {name for level in TESTED_WITH for name in level}
    tests = {name for name in room.values() if name.startswith("tests")} - helpers
    below = [level for level in PROJECT if level != {"tests"}]

    assert {*room.values()} - tests - helpers == {*heights(below)}, "docs/develop.md lists every folder"
    assert upward(GRAPH, heights([tests, *TESTED_WITH, *below]), room) == []


def test_no_handler_imports_another_and_only_tests_import_one() -> None:
    handlers = {module for module in GRAPH if folder(module) == "functions" and not module.startswith("thumbs")}

    found = {module for module, others in GRAPH.items() if others & handlers}

    assert {folder(module).split("/")[0] for module in found} == {"tests"}


def test_no_import_leads_in_a_circle() -> None:
    [*TopologicalSorter(GRAPH).static_order()]


def test_no_program_edits_where_it_finds_modules() -> None:
    """`make` puts functions/ on the path of each environment, so `import thumbs` needs no help."""
    edits = [
        module
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and ast.unparse(node).startswith("sys.path."))
        or (
            isinstance(node, ast.Attribute | ast.Subscript)
            and isinstance(node.ctx, ast.Store)
            and ast.unparse(node).startswith("sys.path")
        )
    ]

    assert edits == []


def es_imports(path: Path) -> set[str]:
    """The modules that an ES module loads, immediately or later. Types in comments are not loaded."""
    code = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text(), flags=re.DOTALL)
    return {match[1] for match in re.finditer(r"""\b(?:from|import)\b\s*\(?\s*["']\./([\w.]+)["']""", code)}


PAGE = {path.name: es_imports(path) for path in sorted((ROOT / "frontend").glob("*.js"))}


def reached(module: str) -> set[str]:
    found = {module}
    while more := {other for each in found for other in PAGE[each]} - found:
        found |= more
    return found


def test_no_module_of_the_page_imports_in_a_circle() -> None:
    assert sum(map(len, PAGE.values())) > 50, "or they are imported in a way that this test does not read"
    [*TopologicalSorter(PAGE).static_order()]


@pytest.mark.parametrize("module", ["upload.js", "uploads.js"])
def test_what_other_sites_import_knows_nothing_of_how_our_page_looks(module: str) -> None:
    drawing = {each for each in PAGE if reached(each) & {"elements.js", "language.js"}}

    assert len(drawing) > 5
    assert not reached(module) & drawing


def test_what_is_held_would_be_seen() -> None:
    room = {"a.one": "a", "b.one": "b", "b.two": "b"}
    rising, level = {"a.one": {"b.one"}}, {"a.one": {"b.one"}}

    assert upward(rising, {"a": 0, "b": 1}, room) == upward(level, {"a": 0, "b": 0}, room) == ["a.one imports b.one"]
    assert upward({"b.one": {"a.one", "b.two"}}, {"a": 0, "b": 1}, room) == []
    with pytest.raises(CycleError):
        [*TopologicalSorter({"b.one": {"b.two"}, "b.two": {"b.one"}}).static_order()]
