"""Everything that depends on the conversion's memory, and changes with MemorySize (docs/power-tuning.md)."""

import json
import re
from typing import Any

import pytest

from dev.emulator import ROOT
from operate import tuning
from tests.material.template import Template
from thumbs import formats, pipeline, settings


@pytest.fixture(scope="module")
def memory(resources: Template) -> int:
    found: int = resources["ConvertFunction"]["Properties"]["MemorySize"]
    return found


def test_estimated_costs_are_of_that_memory(resources: Template, memory: int) -> None:
    for name in ("CostPerDay", "Dashboard"):
        text = json.dumps(resources[name]["Properties"])
        assert re.findall(r"(\d+) / 1024 \* 0\.0000133334", text) == [str(memory)], name


def test_the_setting_is_of_that_memory_where_nobody_tells(memory: int) -> None:
    told = settings.Settings({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory)})

    assert settings.Settings({}).conversion_memory == told.conversion_memory


def test_a_costly_picture_is_refused_before_anybody_gives_up_waiting(memory: int) -> None:
    """Lambda gives a whole processor at 1769 MB and less in proportion (Developer Guide, "Configure Lambda function
    memory")."""
    limits = pipeline.Limits()

    assert limits.cpu_seconds * 1769 / settings.LEAST_MEMORY < limits.wall_seconds - 10
    assert min(memory, *tuning.POWER_VALUES) >= settings.LEAST_MEMORY


def test_tuning_compares_with_that_memory(memory: int) -> None:
    assert memory in tuning.POWER_VALUES
    assert tuning.power_values(None, memory)[-1] == memory
    assert f"`ConvertFunction` has {memory} MB" in " ".join((ROOT / "docs" / "power-tuning.md").read_text().split())
    assert f"ConvertFunction has {memory} MB." in (ROOT / "docs" / "benchmarks.md").read_text()


@pytest.mark.parametrize(
    ("bound", "names"),
    [
        ("Default", [accepted.name for accepted in formats.INPUTS]),
        # Not HEIC and animated WebP, whose largest pictures are rejected: docs/benchmarks.md, Memory.
        ("MaxValue", ["JPEG", "PNG", "GIF", "AVIF", "TIFF", "BMP"]),
    ],
)
def test_pictures_of_the_most_megapixels_fit(template: Template, memory: int, bound: str, names: list[str]) -> None:
    megapixels: Any = template["Parameters"]["MaxMegapixels"][bound]
    for name in names:
        assert tuning.memory_needed({"format": name, "width": megapixels * 1000, "height": 1000}) <= memory, name
