"""The command that runs the pipeline's tests on an emulated processor, without the emulator."""

import os
import re
import subprocess
import sys
from pathlib import Path

from dev.emulator import ROOT


def test_a_missing_tool_is_named_with_the_package_that_has_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.arm64"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert re.fullmatch(r"make test-arm64 needs more tools: apt install .*\bqemu-user-static\b.*\n", done.stderr)


def test_what_is_left_out_exists() -> None:
    left_out = re.findall(r'"(tests/unit/pipeline/[^"]+)"', (ROOT / "tests/arm64.py").read_text())
    assert len(left_out) > 3
    for place, _, name in (test.partition("::") for test in left_out):
        assert f"def {name}" in (ROOT / place).read_text()


def test_the_modules_are_compiled_again_after_a_change_of_any_source() -> None:
    command = [sys.executable, "-c", "from tests.arm64 import COMPILED; print(*COMPILED, sep=chr(10))"]
    compiled = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    sources = {*(ROOT / "layers/imaging").rglob("*.zig")}
    assert len({path.parent for path in sources}) > 1
    assert sources <= {*map(Path, compiled)}
