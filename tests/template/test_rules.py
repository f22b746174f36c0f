"""The rules of the code, enforced by a test: one entry point per outside dependency, thin handlers, inert imports."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dev.stack import FUNCTIONS

HANDLERS = {path.stem for path in FUNCTIONS.glob("*.py")}
MODULES = sorted(FUNCTIONS.rglob("*.py"))
AWS = "thumbs/aws/"
IMAGING = ("thumbs/pipeline/", "thumbs/verification/judge")
# And one another.
STANDARD_LIBRARY_ONLY = {
    "correlation",
    "jobs.attribution",
    "jobs.choices",
    "jobs.keys",
    "jobs.manifest",
    "sizes",
    "errors",
    "formats",
    "picture",
}


def name_of(path: Path) -> str:
    return path.relative_to(FUNCTIONS).with_suffix("").as_posix()


def imports(path: Path) -> set[str]:
    """The modules that a file imports anywhere, by their full names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_keeps_to_its_doors(path: Path) -> None:
    name, used = name_of(path), packages(path)
    assert "dev" not in used
    assert not used & HANDLERS, "handlers never import each other, and nothing imports them"
    if not name.startswith(AWS):
        assert not used & {"boto3", "botocore"}
        assert "thumbs.aws.clients" not in imports(path)
    if name != "thumbs/observe":
        assert "aws_lambda_powertools" not in used
    if not name.startswith(IMAGING):
        assert not used & {"PIL", "pillow_heif"}
    if name.removeprefix("thumbs/").replace("/", ".") in STANDARD_LIBRARY_ONLY:
        assert used <= {"thumbs", *sys.stdlib_module_names}
        ours = {module.removeprefix("thumbs.") for module in imports(path) if module.startswith("thumbs.")}
        assert all(each.startswith(tuple(STANDARD_LIBRARY_ONLY)) for each in ours), ours
    if name != "thumbs/settings":
        assert not re.findall(r"\b(environb?|getenvb?)\b", path.read_text())


@pytest.mark.parametrize("handler", sorted(HANDLERS))
def test_a_handler_is_thin(handler: str) -> None:
    path = FUNCTIONS / f"{handler}.py"

    assert packages(path) <= {"thumbs", *sys.stdlib_module_names}
    assert len(path.read_text().splitlines()) < 120


@pytest.mark.parametrize("handler", sorted(HANDLERS))
def test_importing_a_handler_does_nothing_but_define_names(handler: str) -> None:
    """In a process without settings, credentials or network, so that any effect would fail."""
    program = f"import sys, {handler}; print('PIL' in sys.modules, 'boto3' in sys.modules)"
    site = [path for path in sys.path if path.endswith("site-packages")]
    answer = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {[str(FUNCTIONS), *site]!r}\n{program}"],
        env={},
        capture_output=True,
        text=True,
    )

    assert answer.stderr == ""
    imaging, boto3 = answer.stdout.split()
    assert imaging == "False", "a codec is loaded when the first picture comes"
    quick = {"sign_upload", "convert", "get_upload", "claim"}
    assert boto3 == str(handler not in quick), "somebody waits for it, and its cold start would be mostly boto3"
