"""python -m publish.sbom: writes the content of the built layers, as CycloneDX, to .aws-sam/sbom/LAYER.cdx.json.

It contains every package, every shared object with its library, and the libraries linked into those, as far as the
wheels reveal them. The same layer gives the same bytes: there is no time in it, and its serial number is derived from
its content.
"""

import json
import re
import sys
import uuid
from collections.abc import Iterator
from decimal import Decimal
from email import message_from_string
from hashlib import sha256
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.component_evidence import ComponentEvidence, Identity, IdentityField, Method, Occurrence
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from publish import bundled, lint_sar
from publish.application import Application
from publish.bundled import Found, Library, Unknown

FOLDER = Path(".aws-sam/sbom")
_PACKAGES = "python"  # the folder in a layer that Lambda adds to Python's path
_MODULE = re.compile(r"\.(cpython-\w+(-\w+)*|abi3)\.so$")  # an extension module, by Python's naming
_OURS = uuid.UUID(
    "2f0f3a3e-6c5a-4a52-9c6b-6b1f1a0c9d57"
)  # the namespace of the serial numbers: any, but always the same


def shared_objects(folder: Path) -> list[Path]:
    """Every file with an ELF header, whatever its name."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    found.append(path)
    return found


def _sha256(file: Path) -> list[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=sha256(file.read_bytes()).hexdigest())]


def _purl(library: Library, version: str | None) -> PackageURL:
    """GitHub's address if it is developed there, because databases know that name; otherwise its repository."""
    host, _, path = library.source.partition("/")
    if host == "github.com":
        owner, name = path.split("/")
        return PackageURL("github", owner, name, version)
    return PackageURL("generic", None, library.name, version, {"vcs_url": f"git+https://{library.source}"})


def _evidence(location: str, found: Found | None) -> ComponentEvidence:
    identity = []
    if found:
        method = Method(technique=found.technique, confidence=Decimal(1), value=found.witness)
        identity.append(Identity(field=IdentityField.VERSION, concluded_value=found.version, methods=[method]))
    return ComponentEvidence(identity=identity, occurrences=[Occurrence(location=location)])


class Layer:
    """The components of one layer, and which contains which."""

    def __init__(self, name: str, version: str, folder: Path):
        """folder: of the built layer, with packages in python/. Raises Unknown if publish/bundled.py lacks a file."""
        self.folder = folder
        root = Component(name=f"image-thumbnails/{name}", version=version, type=ComponentType.APPLICATION, bom_ref=name)
        self.bom = Bom()
        self.bom.metadata.component = root
        owners: dict[Path, tuple[Component, Path]] = {}
        for path in sorted((folder / _PACKAGES).glob("*.dist-info")):
            package, files = self._package(path)
            self._add(root, package)
            owners |= dict.fromkeys(files, (package, path))
        for file in shared_objects(folder):
            if file in owners:
                self._shared_object(file, *owners[file])
            elif file.relative_to(folder / _PACKAGES).as_posix() in bundled.OURS:
                self._shared_object(file, root, folder)
            else:
                raise Unknown(f"{file.relative_to(folder)} belongs to no package of the layer.")

    def _add(self, container: Component, component: Component) -> None:
        self.bom.components.add(component)
        self.bom.register_dependency(container, [component])

    def _package(self, path: Path) -> tuple[Component, list[Path]]:
        """An installed package, and its files."""
        distribution = PathDistribution(path)
        metadata = message_from_string((path / "METADATA").read_text())
        expression = metadata["License-Expression"]
        purl = PackageURL("pypi", None, metadata["Name"].lower().replace("_", "-"), metadata["Version"])
        package = Component(
            name=metadata["Name"],
            version=metadata["Version"],
            purl=purl,
            bom_ref=str(purl),
            licenses=[LicenseExpression(expression)] if expression else [],
        )
        for crate in _crates(path):
            self._add(package, crate)
        return package, [Path(str(file.locate())) for file in distribution.files or []]

    def _shared_object(self, file: Path, package: Component, distribution: Path) -> None:
        location = file.relative_to(self.folder).as_posix()
        inside: tuple[Library, ...]
        if _MODULE.search(file.name):
            inside = tuple(
                library
                for pattern, libraries in bundled.EXTENSIONS.items()
                if re.match(pattern, file.relative_to(self.folder / _PACKAGES).as_posix())
                for library in libraries
            )
            component = self._module(file, package.version)
        else:
            library = bundled.shared(file)
            inside = library.inside
            component = _library(library, file, distribution, location)
            component.hashes.update(_sha256(file))
        self._add(package, component)
        for library in inside:
            self._add(component, _library(library, file, distribution, location, f"#{library.name}"))

    def _module(self, file: Path, version: str | None) -> Component:
        """An extension module, by the name under which Python imports it."""
        location = file.relative_to(self.folder).as_posix()
        return Component(
            name=_MODULE.sub("", file.relative_to(self.folder / _PACKAGES).as_posix()).replace("/", "."),
            version=version,
            bom_ref=location,
            hashes=_sha256(file),
            evidence=ComponentEvidence(occurrences=[Occurrence(location=location)]),
        )

    def document(self) -> str:
        """JSON, valid by the schema of CycloneDX 1.6."""
        self.bom.serial_number = uuid.UUID(int=0)
        content: dict[str, Any] = json.loads(JsonV1Dot6(self.bom).output_as_string())
        del content["metadata"]["timestamp"]
        for component in content["components"]:
            for identity in component.get("evidence", {}).get("identity", []):
                for method in identity["methods"]:  # the library writes a text, but the schema requires a number
                    method["confidence"] = float(method["confidence"])
        content["serialNumber"] = uuid.uuid5(_OURS, json.dumps(content)).urn
        document = json.dumps(content, indent=1, sort_keys=True) + "\n"
        if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(document):
            raise AssertionError(f"not valid by the schema of CycloneDX: {error}")
        return document


def _library(library: Library, file: Path, distribution: Path, location: str, part: str = "") -> Component:
    found = library.found(file, distribution)
    version = found.version if found else None
    return Component(
        name=library.name,
        version=version,
        purl=_purl(library, version),
        bom_ref=location + part,
        description="linked into this shared object" if part else None,
        external_references=[
            ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(f"https://{library.source}.git"))
        ],
        evidence=_evidence(location, found),
    )


def _crates(distribution: Path) -> Iterator[Component]:
    """The Rust libraries that are linked into a package, as its own SBOM lists them."""
    for crate, witness in bundled.in_sboms(distribution):
        if crate.get("purl", "").startswith("pkg:cargo/") and crate.get("scope") != "excluded":
            purl = PackageURL("cargo", None, crate["name"], crate["version"])
            yield Component(
                name=crate["name"],
                version=crate["version"],
                purl=purl,
                bom_ref=str(purl),
                evidence=ComponentEvidence(occurrences=[Occurrence(location=f"{_PACKAGES}/{witness}")]),
            )


def layers(application: Application) -> dict[str, Path]:
    """The folders of the built layers, by logical id."""
    return {
        name: application.folder / resource["Properties"]["ContentUri"]
        for name, resource in application.resources.items()
        if resource.get("Type") == "AWS::Serverless::LayerVersion"
    }


def main() -> int:
    """Returns 0 once there is a document for each layer."""
    if not lint_sar.BUILT.exists():
        sys.stderr.write(f"There is no {lint_sar.BUILT}: run `make build` first.\n")
        return 1
    built = Application.read(lint_sar.BUILT)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, folder in layers(built).items():
        try:
            layer = Layer(name, built.metadata["SemanticVersion"], folder)
        except Unknown as unknown:
            sys.stderr.write(f"{name}: {unknown}\n")
            return 1
        path = FOLDER / f"{name}.cdx.json"
        path.write_text(layer.document())
        sys.stdout.write(f"{path}: {len(layer.bom.components)} components\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
