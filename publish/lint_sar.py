"""python -m publish.lint_sar [TEMPLATE]: would the AWS Serverless Application Repository accept it?

Checks the built template (.aws-sam/build/template.yaml, which `sam package` packages) or any other, without AWS.
The limits of the metadata are those of the API reference (CreateApplication); the other rules name their source.
"""

import fnmatch
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from publish import capabilities, packages
from publish.application import METADATA, Application, Template, parts

BUILT = Path(".aws-sam/build/template.yaml")
TYPES = Path(__file__).parent / "sar-resource-types.txt"

MEGABYTE = 1_000_000  # the smaller reading of every limit below
FILE_BYTES = 5 * MEGABYTE  # README and licence (CreateApplication)
TEMPLATE_BYTES = 1 * MEGABYTE  # CloudFormation's quota for a template at S3
UNPACKED_BYTES = 250 * MEGABYTE  # Lambda's quota for a function with its layers
STORAGE_BYTES = 5_000 * MEGABYTE  # the repository's quota for all versions of all applications, per account and region

LENGTHS = {"Name": 140, "Description": 256, "Author": 127, "Labels": 127}
LABELS = 10
PATTERNS = {  # and their descriptions
    "Name": (r"[a-zA-Z0-9\-]+", "letters, digits and hyphens"),
    "Author": (r"[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?", "small letters and digits, with single hyphens between them"),
    "Labels": (r"[a-zA-Z0-9+\-_:\/@]+", "letters, digits and + - _ : / @"),
    "SemanticVersion": (r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", "a semantic version such as 1.2.3"),
    "HomePageUrl": (r"https://[^\s/]+(/\S*)?", "an address that begins with https://"),
    "SourceCodeUrl": (r"https://[^\s/]+(/\S*)?", "an address that begins with https://"),
}
PROPERTIES = {*LENGTHS, *PATTERNS, "SpdxLicenseId", "LicenseUrl", "ReadmeUrl"}
REQUIRED = PROPERTIES - {"HomePageUrl", "SourceCodeUrl"}  # those are added when it is published
# A public application needs a licence that the Open Source Initiative approves. The beginning of each one's text:
LICENCES = {"MIT": "MIT License", "Apache-2.0": "Apache License", "ISC": "ISC License"}

# "Using AWS SAM with the AWS Serverless Application Repository" in its developer guide names the policy and the first
# two actions, also as iam:*. It requires named roles for the third.
BROAD_POLICY = "AWSLambda_FullAccess"
BROAD_ACTIONS = ("iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:PassRole")

Rule = Callable[[Application], Iterator[str]]


def supported_types(application: Application) -> Iterator[str]:
    accepted = {line.split("#")[0].strip() for line in TYPES.read_text().splitlines()} - {""}
    for name, resource in application.resources.items():
        kind = resource.get("Type")
        if not isinstance(kind, str):
            yield f"{name} has no Type: write the resource out, because the repository reads the template as it is."
        elif kind.startswith("Custom::"):
            yield f"{name} is a {kind}, which the repository refuses: write AWS::CloudFormation::CustomResource."
        elif kind not in accepted:
            yield (
                f"{name} is an {kind}, which the repository refuses, even under a condition that is never met: "
                "use another type, or move it to a stack of its own."
            )


def complete_metadata(application: Application) -> Iterator[str]:
    for name in sorted(REQUIRED - application.metadata.keys()):
        yield f"Metadata, {METADATA}, has no {name}: add it."
    for name in sorted(application.metadata.keys() - PROPERTIES):
        yield f"Metadata, {METADATA}, has {name}, which the repository does not know: remove it."


def plain_metadata(application: Application) -> Iterator[str]:
    for name, value in application.metadata.items():
        if any(isinstance(part, dict) for part in parts(value)):
            yield f"{name} in the metadata is computed: write it out, the repository takes no functions there."
        elif name == "Labels" and not isinstance(value, list):
            yield "Labels in the metadata is not a list: write [one, another]."
        elif not all(isinstance(text, str) and text for text in _texts(value)):
            yield f"{name} in the metadata is not text: put it between quotes."


def metadata_within_limits(application: Application) -> Iterator[str]:
    for name, value in application.metadata.items():
        texts = [text for text in _texts(value) if isinstance(text, str)]
        for text in texts:
            if len(text) > LENGTHS.get(name, len(text)):
                yield f"{name} has {len(text)} characters: shorten it to {LENGTHS[name]}."
            if name in PATTERNS and not re.fullmatch(PATTERNS[name][0], text):
                yield f"{name} says {text!r}, which the repository refuses: it takes {PATTERNS[name][1]}."
        if name == "Labels" and len(texts) > LABELS:
            yield f"There are {len(texts)} labels: keep {LABELS}."


def open_source_licence(application: Application) -> Iterator[str]:
    identifier = application.metadata.get("SpdxLicenseId")
    title = LICENCES.get(identifier) if isinstance(identifier, str) else None
    text = application.text("LicenseUrl")
    if title is None:
        yield f"SpdxLicenseId is {identifier!r}: choose one of {', '.join(LICENCES)}, or add yours to LICENCES."
    elif text is not None and title not in text[:200]:
        yield f"SpdxLicenseId is {identifier}, but LicenseUrl's file does not begin with {title!r}: make them agree."


def files_that_are_shown(application: Application) -> Iterator[str]:
    for name in ("LicenseUrl", "ReadmeUrl"):
        path = application.metadata.get(name)
        if not isinstance(path, str) or path.startswith("s3://"):
            continue
        if not (application.folder / path).is_file():
            yield f"{name} names {path}, and there is no such file next to the template: write it."
        elif not 0 < (size := (application.folder / path).stat().st_size) <= FILE_BYTES:
            yield f"{path} has {size} bytes: it needs 1 to {FILE_BYTES}."


def explained_capabilities(application: Application) -> Iterator[str]:
    readme = application.text("ReadmeUrl")
    if readme is None:
        return
    needed, told = capabilities.needed(application), capabilities.explained(readme)
    if told is None:
        yield "The README has no part between <!-- capabilities --> and <!-- end of capabilities -->: add it."
        return
    for name in sorted({*needed, *told}):
        causes, named = set(needed.get(name, ())), told.get(name, set())
        if causes - named:
            yield f"The README does not say that {name} is for {_list(causes - named)}: run `make docs`."
        if named - causes:
            yield f"The README says that {name} is for {_list(named - causes)}, and it is not: run `make docs`."


def narrow_permissions(application: Application) -> Iterator[str]:
    for name, resource in application.resources.items():
        for part in parts(resource):
            if isinstance(part, str) and BROAD_POLICY in part:
                yield f"{name} takes {BROAD_POLICY}, which the repository blocks: name the calls that it makes."
            if isinstance(part, dict) and part.get("Effect") == "Allow" and "*" in _several(part.get("Resource", "*")):
                for action in (action for action in BROAD_ACTIONS if _allows(part, action)):
                    yield f"{name} allows {action} on everything, which the repository blocks: name the roles."


def packages_in_place(application: Application) -> Iterator[str]:
    for name, resource in application.resources.items():
        key, properties = packages.PROPERTIES.get(resource.get("Type", "")), resource.get("Properties", {})
        where = packages.place(application, name)
        if where is None and key in ("CodeUri", "ContentUri") and not {key, "InlineCode"} & properties.keys():
            yield f"{name} has no {key}: say where its code is."
        elif where and packages.is_here(where) and not (application.folder / where).exists():
            in_globals = f"put {key} on {name} itself, because SAM does not package paths in Globals"
            advice = "build again" if key in properties else in_globals
            yield f"{name} is packaged from {where}, which is not in {application.folder}: {advice}."


def package_sizes(application: Application) -> Iterator[str]:
    for name, resource in application.resources.items():
        if resource.get("Type") != "AWS::Serverless::Function":
            continue
        if (size := packages.function_bytes(application, name)) > UNPACKED_BYTES:
            allowed = f"Lambda accepts {UNPACKED_BYTES // MEGABYTE} MB"
            yield f"{name} has {size // MEGABYTE} MB with its layers, and {allowed}: leave something out."
    if (total := packages.total_bytes(application)) > STORAGE_BYTES:
        allowed = f"the repository stores {STORAGE_BYTES // MEGABYTE} MB of all versions"
        yield f"The packages have {total // MEGABYTE} MB, and {allowed}: leave something out."
    if (size := len(json.dumps(application.template, default=str))) > TEMPLATE_BYTES:
        yield f"The template has {size} bytes, and CloudFormation accepts {TEMPLATE_BYTES}: divide it."


def ready_to_publish(application: Application) -> Iterator[str]:
    """Additional requirements once the template is packaged."""
    for name in ("HomePageUrl", "SourceCodeUrl"):
        if name not in application.metadata:
            yield f"The packaged template has no {name}: `make publish SOURCE=https://…` adds it."
    for name in ("LicenseUrl", "ReadmeUrl"):
        if not str(application.metadata.get(name)).startswith("s3://"):
            yield f"{name} is not in S3: run `sam package` first."
    for name in application.resources:
        if packages.is_here(packages.place(application, name)):
            yield f"The package of {name} is not in S3: run `sam package` first."


RULES: tuple[Rule, ...] = (
    supported_types,
    complete_metadata,
    plain_metadata,
    metadata_within_limits,
    open_source_licence,
    files_that_are_shown,
    explained_capabilities,
    narrow_permissions,
    packages_in_place,
    package_sizes,
)


def problems(application: Application, rules: Iterable[Rule] = RULES) -> list[str]:
    """What the repository would refuse, or its visitors would miss: one sentence each, with what to do."""
    return [problem for rule in rules for problem in rule(application)]


def _allows(statement: Template, action: str) -> bool:
    def among(patterns: Any) -> bool:
        return any(fnmatch.fnmatchcase(action.lower(), str(each).lower()) for each in _several(patterns))

    return among(statement["Action"]) if "Action" in statement else not among(statement.get("NotAction", "*"))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_texts = _several  # for a property of the metadata: Labels has several


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def main(arguments: list[str]) -> int:
    """The number of problems, which are written to standard error."""
    path = Path(arguments[0]) if arguments else BUILT
    if not path.exists():
        sys.stderr.write(f"There is no {path}: run `make build` first.\n")
        return 1
    application = Application.read(path)
    found = problems(application)
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    if not found:
        name, version = application.metadata["Name"], application.metadata["SemanticVersion"]
        asked = " and ".join(capabilities.needed(application)) or "no capability"
        sys.stdout.write(
            f"{name} {version} breaks no rule of the application repository that can be checked locally.\n"
            f"It requires {asked}; its packages have {packages.total_bytes(application) / MEGABYTE:.0f} MB unpacked.\n"
        )
    return len(found)


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
