"""The closing line of `make test`."""

import re
import subprocess
import sys

from dev.emulator import ROOT

# Starts a process that outlives its parent and uses 1.5 seconds of CPU time. Nobody waits for its end; this one only
# reads its output.
_LEAVES_AN_ORPHAN = """
import subprocess, sys
busy = "import time\\nwhile time.process_time() < 1.5: pass"
parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {busy!r}], start_new_session=True)"
subprocess.run([sys.executable, "-c", parent], stdout=subprocess.PIPE)
raise SystemExit(3)
"""


def run(program: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "tests.budget", sys.executable, "-c", program]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return answer.returncode, answer.stdout + answer.stderr


def test_the_time_of_all_processes_is_shown_and_the_exit_code_kept() -> None:
    code, said = run(_LEAVES_AN_ORPHAN)

    assert code == 3
    told = re.fullmatch(r"took ([\d.]+) minutes of CPU, of the 12 that it may, and [\d.]+ of waiting\n", said)
    assert told, said
    assert 0.025 <= float(told[1]) < 0.1


def test_a_command_that_was_killed_is_no_success() -> None:
    assert run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")[0] == 128 + 9
