"""The service as the application repository sees it: a template, and the files that it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

METADATA = "AWS::ServerlessRepo::Application"
PACKAGED = Path(".aws-sam/packaged.yaml")  # as `sam package --output-template-file` writes it

Template = dict[str, Any]


@dataclass(frozen=True)
class Application:
    """template: as written, before SAM's transform. folder: the base of its relative paths."""

    template: Template
    folder: Path

    @classmethod
    def read(cls, path: Path) -> "Application":
        """Raises FileNotFoundError."""
        return cls(yaml_parse(path.read_text()), path.parent)

    @property
    def metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = self.template.get("Metadata", {}).get(METADATA) or {}
        return found

    @property
    def resources(self) -> dict[str, Template]:
        """By logical id; entries that are not resources, such as loops, are empty."""
        return {
            name: resource if isinstance(resource, dict) else {}
            for name, resource in self.template.get("Resources", {}).items()
        }

    def text(self, metadata: str) -> str | None:
        """The file that a property of the metadata names. None if there is none, or if it is already in S3."""
        path = self.metadata.get(metadata)
        if not isinstance(path, str) or path.startswith("s3://") or not (self.folder / path).is_file():
            return None
        return (self.folder / path).read_text()


def parts(value: Any) -> Iterator[Any]:
    """A part of a template, and everything in it."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from parts(each)
