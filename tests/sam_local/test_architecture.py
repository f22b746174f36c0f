"""Functions run on the engine's own architecture, with its layer."""

import subprocess
import tomllib

from dev.sam_local.engine import Engine
from tests.actors.client import Service
from tests.actors.sam_local import Run
from tests.material import pictures
from tests.material.layers import MACHINES

LAYERS = {"arm64": "ImagingLayerArm64", "x86_64": "ImagingLayerX86"}


def docker(*arguments: str) -> bytes:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True).stdout


def test_the_functions_are_for_the_engines_processor(containers: Service, engine: Engine, run: Run) -> None:
    settings = tomllib.loads((run.folder / ".cache" / "sam-local" / "samconfig.toml").read_text())

    assert settings["default"]["global"]["parameters"]["parameter_overrides"] == f"Architecture={engine.architecture}"


def test_the_container_of_convert_has_the_layer_for_its_processor(
    containers: Service, engine: Engine, run: Run
) -> None:
    containers.convert(pictures.jpeg())
    volume = f"volume={(run.folder / 'functions').resolve()}"
    machines = set()
    for container in docker("ps", "--quiet", "--filter", volume).decode().split():
        find = ["find", "/opt", "-name", "_imaging.*.so", "-exec", "head", "-c", "20", "{}", ";"]
        if header := docker("exec", container, *find):
            machines.add(int.from_bytes(header[18:20], "little"))  # e_machine of the ELF specification

    assert machines == {MACHINES[LAYERS[engine.architecture]]}
