"""Functions run on the engine's own architecture, with its layer."""

import subprocess
import tomllib

from dev.sam_local.engine import Engine
from tests.actors.client import Service, wait_for
from tests.actors.sam_local import Run
from tests.material import pictures
from tests.material.layers import MACHINES

LAYERS = {"arm64": "ImagingLayerArm64", "x86_64": "ImagingLayerX86"}


def docker(*arguments: str) -> bytes:
    """What a command says; nothing if it fails, such as for a container that is gone."""
    return subprocess.run(["docker", *arguments], check=False, capture_output=True).stdout


def machines(run: Run) -> set[int]:
    """For which processors the decoders are that lie in the running containers."""
    found = set()
    for container in docker("ps", "--quiet", "--filter", f"volume={(run.folder / 'functions').resolve()}").split():
        find = ["find", "/opt", "-name", "_imaging.*.so", "-exec", "head", "-c", "20", "{}", ";"]
        if header := docker("exec", container.decode(), *find):
            found.add(int.from_bytes(header[18:20], "little"))  # e_machine of the ELF specification
    return found


def test_the_functions_are_for_the_engines_processor(containers: Service, engine: Engine, run: Run) -> None:
    settings = tomllib.loads((run.folder / ".cache" / "sam-local" / "samconfig.toml").read_text())

    assert settings["default"]["global"]["parameters"]["parameter_overrides"] == f"Architecture={engine.architecture}"


def test_the_container_of_convert_has_the_layer_for_its_processor(
    containers: Service, engine: Engine, run: Run
) -> None:
    """SAM stops a container whenever it finds that the code has changed, and starts it again with the next call."""

    def seen() -> set[int] | None:
        containers.convert(pictures.jpeg())
        return machines(run) or None

    assert wait_for(seen, "container of convert") == {MACHINES[LAYERS[engine.architecture]]}
