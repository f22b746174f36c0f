"""Programs that tests run and that not every machine has."""

import os
import shutil

import pytest


def program(name: str, why: str) -> None:
    """Skips the test if the program is not on the path. With CI in the environment, the test fails instead."""
    if shutil.which(name) is None:
        missing = f"no {name}: {why}"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
