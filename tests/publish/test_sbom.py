"""The SBOMs of the built layers: nothing native is missing, and what they say is what the libraries say themselves."""

import json
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import cyclonedx.schema
import pillow_heif
import pytest
from jsonschema_rs import Draft7Validator, Registry
from PIL import features

from publish.bundled import Unknown
from publish.sbom import Layer
from tests.actors.publisher import environment
from tests.standins.vulnerability_database import Database

SCHEMAS = Path(cyclonedx.schema.__file__).parent / "_res"
LAYERS = ("ImagingLayerArm64", "ImagingLayerX86", "PowertoolsLayer")
CODECS = {
    "dav1d",
    "libaom",
    "libavif",
    "libde265",
    "libheif",
    "libjpeg-turbo",
    "libpng",
    "libtiff",
    "libvips",
    "libwebp",
    "openjpeg",
}


def folder(project: Path, layer: str) -> Path:
    return project / ".aws-sam" / "build" / layer


@pytest.fixture(scope="module")
def documented(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's folder, as it is after `make sbom`."""
    project = tmp_path_factory.mktemp("sbom")
    (project / ".aws-sam").mkdir()
    (project / ".aws-sam" / "build").symlink_to(built / ".aws-sam" / "build")
    for name in ("LICENSE", "README.md"):
        shutil.copy(built / name, project)
    answer = run(project, "publish.sbom")
    assert answer.returncode == 0, answer.stderr
    return project


def run(project: Path, module: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", module]
    return subprocess.run(command, cwd=project, env=environment(**variables), capture_output=True, text=True)


def document(project: Path, layer: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((project / ".aws-sam" / "sbom" / f"{layer}.cdx.json").read_text())
    return content


def components(project: Path, layer: str) -> dict[str, dict[str, Any]]:
    """By name, without those in libvips, which has copies of libraries that Pillow has too."""
    every = document(project, layer)["components"]
    return {each["name"]: each for each in every if each["bom-ref"] not in in_libvips(every)}


def in_libvips(every: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By reference, what is linked into libvips."""
    return {each["bom-ref"]: each for each in every if "/libvips-" in each["bom-ref"] and "#" in each["bom-ref"]}


def versions(project: Path, layer: str) -> dict[str, str | None]:
    return {name: each.get("version") for name, each in components(project, layer).items()}


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    """The schema of CycloneDX 1.6, which comes with its library, with the formats of dates, addresses and IRIs."""
    schemas = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    of_others = [(f"http://cyclonedx.org/schema/{name}", content) for name, content in schemas.items()]
    return Draft7Validator(schemas["bom-1.6.SNAPSHOT.schema.json"], registry=Registry(of_others), validate_formats=True)


@pytest.mark.parametrize("layer", LAYERS)
def test_it_is_valid_by_the_schema_of_cyclonedx(schema: Draft7Validator, documented: Path, layer: str) -> None:
    content = document(documented, layer)
    first, *others = content["components"]
    no_iri = {"externalReferences": [{"type": "website", "url": "https://example.com/a b"}]}

    assert [str(error) for error in schema.iter_errors(content)] == []
    for wrong in ({"pearl": "pkg:pypi/pillow"}, no_iri):
        assert not schema.is_valid(content | {"components": [first | wrong, *others]})


@pytest.mark.parametrize("layer", LAYERS)
def test_every_shared_object_of_a_layer_is_in_it(documented: Path, layer: str) -> None:
    listed = {
        (each["evidence"]["occurrences"][0]["location"], each["hashes"][0]["content"]): each
        for each in document(documented, layer)["components"]
        if "hashes" in each
    }
    root = folder(documented, layer)
    native = [path for path in root.rglob("*") if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]

    assert {(path.relative_to(root).as_posix(), sha256(path.read_bytes()).hexdigest()) for path in native} == {*listed}
    assert len(native) > 30 or layer == "PowertoolsLayer"
    assert all(each["name"] and each["version"] for each in listed.values())


@pytest.mark.parametrize("layer", LAYERS[:2])
def test_every_codec_has_its_version_and_its_witness(documented: Path, layer: str) -> None:
    found = components(documented, layer)

    assert found.keys() >= CODECS
    for codec in CODECS:
        (identity,) = found[codec]["evidence"]["identity"]
        assert identity["concludedValue"] == found[codec]["version"]
        assert len(identity["methods"][0]["value"]) > 10, "where the version was read"
    unknown = {name for name, version in versions(documented, layer).items() if not version}
    assert unknown == {"libyuv"}, "the only library that the wheels link without telling its version"


@pytest.mark.parametrize("layer", LAYERS[:2])
def test_what_the_compiler_links_into_our_modules_is_listed(documented: Path, layer: str) -> None:
    modules = {f"python/_{source.stem}.abi3.so" for source in Path("layers/imaging").glob("*.zig")}
    every = document(documented, layer)["components"]
    zig = {each["bom-ref"]: each["version"] for each in every if each["name"] == "zig"}
    version = Path("layers/compiler.in").read_text().partition("ziglang==")[2].strip()

    assert zig == {f"{module}#zig": version for module in modules}


@pytest.mark.parametrize("layer", LAYERS[:2])
def test_what_is_linked_into_libvips_is_listed(documented: Path, layer: str) -> None:
    """Most of it reveals no version. libpng does, and it alone reads uploads: the other readers are blocked."""
    inside = {
        each["name"]: each.get("version") for each in in_libvips(document(documented, layer)["components"]).values()
    }

    assert inside.keys() >= {"glib", "libpng", "librsvg", "libtiff", "zlib-ng"}
    assert (inside["libpng"] or "").startswith("1.6.")
    assert all(inside[name] for name in ("glib", "libaom", "libarchive", "mozjpeg"))


def test_both_processors_get_the_same_versions(documented: Path) -> None:
    arm, intel = (versions(documented, layer) for layer in LAYERS[:2])

    assert arm == intel


def test_the_versions_are_what_the_libraries_say_when_they_run(documented: Path) -> None:
    """The wheels for this machine have the same versions as those for Lambda: all are pinned by the same lock."""
    found = versions(documented, "ImagingLayerX86")
    heif = pillow_heif.libheif_info()

    says = {
        "freetype": features.version("freetype2"),
        "harfbuzz": features.version("harfbuzz"),
        "libavif": features.version("avif"),
        "libjpeg-turbo": features.version("libjpeg_turbo"),
        "libtiff": features.version("libtiff"),
        "libwebp": features.version("webp"),
        "openjpeg": features.version("jpg_2000"),
        "pillow": features.version("pil"),
        "raqm": features.version("raqm"),
        "libheif": heif["libheif"],
        "libde265": heif["decoders"]["libde265"].rpartition(" ")[2],
        "x265": heif["encoders"]["x265"].partition("(")[2].rstrip(")"),
    }
    assert {name: found[name] for name in says} == says
    assert (found["lcms2"] or "").startswith(features.version("littlecms2") or "-")


def test_the_packages_are_those_of_the_lock(documented: Path, built: Path) -> None:
    for layer, lock in zip(LAYERS, ("imaging", "imaging", "powertools"), strict=True):
        text = (built / "layers" / lock / "requirements.txt").read_text()
        locked = re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE)
        purls = {each.get("purl") for each in document(documented, layer)["components"]}

        assert {purl for purl in purls if purl and purl.startswith("pkg:pypi/")} == {
            f"pkg:pypi/{name}@{version}" for name, version in locked
        }


def test_the_same_layer_gives_the_same_bytes(documented: Path) -> None:
    first = {path.name: path.read_bytes() for path in (documented / ".aws-sam" / "sbom").iterdir()}

    assert run(documented, "publish.sbom").returncode == 0

    assert len(first) == len(LAYERS)
    assert {path.name: path.read_bytes() for path in (documented / ".aws-sam" / "sbom").iterdir()} == first


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("python/pillow.libs/libjxl-1b2c3d4e.so.0.12.1", "libjxl-1b2c3d4e.so.0.12.1 is not a library that"),
        ("python/pillow.libs/libx265-4883ecb5.so.217", "does not tell the version of x265"),
        ("python/PIL/helper.bin", "python/PIL/helper.bin belongs to no package of the layer"),
    ],
)
def test_a_shared_object_that_nobody_has_described_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    packages = tmp_path / "python"
    distribution = packages / "pillow-13.0.0.dist-info"
    distribution.mkdir(parents=True)
    (distribution / "METADATA").write_text("Metadata-Version: 2.4\nName: pillow\nVersion: 13.0.0\n")
    (distribution / "RECORD").write_text("" if name.endswith(".bin") else f"{name.removeprefix('python/')},,\n")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"\x7fELF whatever")

    with pytest.raises(Unknown, match=re.escape(reason)):
        Layer("ImagingLayerX86", "1.0.0", tmp_path)


def test_a_codec_with_an_advisory_fails_the_audit(documented: Path) -> None:
    with Database({"https://github.com/strukturag/libheif.git": ["CVE-2031-0001", "OSV-2031-2"]}) as database:
        answer = run(documented, "publish.vulnerabilities", OSV_API=database.url)

    version = versions(documented, "ImagingLayerArm64")["libheif"]
    assert answer.returncode == 1, answer.stderr
    assert f"libheif {version}: CVE-2031-0001, OSV-2031-2\n" in answer.stdout
    assert "libyuv (no version): not checked, because the wheel does not tell its version\n" in answer.stdout
    assert database.asked["https://github.com/libjpeg-turbo/libjpeg-turbo.git"]
    assert database.asked["pkg:pypi/pillow@13.0.0"] is None, "a package's version is in its purl"


def test_layers_without_advisories_pass_the_audit(documented: Path) -> None:
    with Database({}) as database:
        answer = run(documented, "publish.vulnerabilities", OSV_API=database.url)

    assert answer.returncode == 0, answer.stderr
    assert ", 0 with known vulnerabilities" in answer.stdout


def test_without_a_database_the_audit_fails_as_nothing_was_checked(documented: Path) -> None:
    with Database({}) as database:
        closed = database.url

    answer = run(documented, "publish.vulnerabilities", OSV_API=closed)

    assert answer.returncode == 2
    assert answer.stderr.startswith("NOTHING WAS CHECKED: the database of vulnerabilities did not respond (")
