"""`make` uses a Python for which the locked packages have wheels, and never a virtual environment of another one."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dev.emulator import ROOT


def make(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The check before each installation, in a folder whose programs are the only ones."""
    command = [shutil.which("make") or "make", "-f", str(ROOT / "Makefile"), "-C", str(folder), "python", *arguments]
    return subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, timeout=60)


def pretender(path: Path, version: str) -> str:
    """A program that says that it is this version of Python."""
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = version.replace(".", ", ")
    start = f"import sys; sys.version_info = ({numbers}); exec(sys.argv.pop(1))"
    path.write_text(f"#!/bin/sh\nshift\nexec '{sys.executable}' -c '{start}' \"$@\"\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(("version", "fits"), [("3.10", False), ("3.11", True), ("3.14", True), ("3.15", False)])
def test_a_python_without_wheels_is_refused(tmp_path: Path, version: str, fits: bool) -> None:
    mine = pretender(tmp_path / "mine", version)

    said = make(tmp_path, f"PYTHON={mine}")

    assert (said.returncode == 0) is fits
    assert (
        f"Python 3.11 to 3.14 is required, but {mine} is another version or is not installed: " in said.stderr
    ) is not fits


def test_a_machine_without_python_gets_an_address(tmp_path: Path) -> None:
    said = make(tmp_path)

    assert said.returncode != 0
    assert "Python 3.11 to 3.14 is required, but none was found: https://www.python.org/downloads/" in said.stderr


def test_a_python_without_wheels_is_passed_over(tmp_path: Path) -> None:
    for name, version in (("python3", "3.15"), ("python3.13", "3.13"), ("python", "2.7")):
        pretender(tmp_path / name, version)

    said = make(tmp_path, "--print-data-base", "--question")

    assert "PYTHON := python3.13\n" in said.stdout


@pytest.mark.parametrize("by", ["a choice", "an update"])
def test_an_environment_of_another_python_is_not_used(tmp_path: Path, by: str) -> None:
    """A choice: PYTHON=…. An update: .venv/bin/python is a link to the system's, which is now another version."""
    of = tmp_path / ".venv" / "lib" / "python3.12"
    of.mkdir(parents=True)
    pretender(tmp_path / ".venv" / "bin" / "python", "3.13" if by == "an update" else "3.12")
    pretender(tmp_path / "python3", "3.12")
    chosen = [f"PYTHON={pretender(tmp_path / 'mine', '3.13')}"] if by == "a choice" else []

    said = make(tmp_path, *chosen)
    of.rename(of.with_name("python3.13"))
    found = make(tmp_path, *chosen)

    assert said.returncode != 0
    assert "make clean" in said.stderr
    assert found.returncode == 0, found.stderr


def test_an_environment_whose_python_is_gone_is_not_used(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "lib" / "python3.12").mkdir(parents=True)
    pretender(tmp_path / "python3", "3.12")

    assert "make clean" in make(tmp_path).stderr


def test_the_readme_and_the_project_name_the_same_pythons() -> None:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]

    assert "You need Python 3.11 to 3.14 and" in (ROOT / "README.md").read_text()
    assert required == ">=3.11,<3.15"
    assert "PYTHONS := 3.14 3.13 3.12 3.11\n" in (ROOT / "Makefile").read_text()
