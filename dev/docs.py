"""python -m dev.docs: generate the parts of the documents that repeat the code."""

import re
from collections.abc import Callable
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

from dev import pipeline_role, privacy
from dev.emulator import ROOT
from dev.stack import TEMPLATE
from publish import capabilities, terraform
from publish.application import Application
from thumbs import errors, formats

README = ROOT / "README.md"
DEPLOY = ROOT / "docs/deploy.md"
DECISIONS = ROOT / "docs/decisions"


def generated(document: Path, text: str) -> str:
    """The text of a document, with every part between <!-- name --> and <!-- end of name --> generated again.

    Raises ValueError if a part is missing.
    """
    for name, make in PARTS[document].items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"{document.name} has no part named {name}")
        text = pattern.sub(lambda match, make=make: match[1] + make() + match[2], text)  # type: ignore[misc]
    return text


def settings() -> str:
    template = yaml_parse(TEMPLATE.read_text())
    lines = ["| Setting | Default | Allowed | What it does |", "|---|---|---|---|"]
    for group in template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]:
        lines.append(f"| **{group['Label']['default']}** | | | |")
        for name in group["Parameters"]:
            parameter = template["Parameters"][name]
            default = f"`{parameter['Default']}`" if parameter["Default"] != "" else "none"
            lines.append(f"| `{name}` | {default} | {_allowed(parameter)} | {_cell(parameter['Description'])} |")
    return "\n".join(lines) + "\n"


def reasons() -> str:
    lines = ["| Code | Message |", "|---|---|"]
    for reason in errors.Reason:
        sentence = errors.describe(reason, limit="*n*", accepted=formats.ACCEPTED_LABELS)["message"]
        lines.append(f"| `{reason.value}` | {sentence} |")
    return "\n".join(lines) + "\n"


def targets() -> str:
    lines = (ROOT / "Makefile").read_text().splitlines()
    named = [match for line in lines if (match := re.match(r"([a-z0-9-]+):.*##  *(.*)", line))]
    return "".join(f"    make {match[1]:<14} {match[2]}\n" for match in named)


def asked() -> str:
    return capabilities.table(Application.read(TEMPLATE))


def decisions() -> str:
    """The title of each decision, as a link to its page, in groups by the first word of the file's name."""
    pages = {path.name: path.read_text().splitlines()[0].removeprefix("# ") for path in DECISIONS.glob("*.md")}
    del pages[INDEX.name]
    lines = []
    for name, subject in SUBJECTS.items():
        own = sorted(page for page in pages if page.split("-")[0] == name)
        lines += [f"### {subject}\n", *(f"- [{pages.pop(page)}]({page})" for page in own), ""]
    return "\n".join(
        [*lines, "### Jobs, API and operation\n", *(f"- [{pages[page]}]({page})" for page in sorted(pages)), ""]
    )


SUBJECTS = {"imaging": "Pictures", "page": "The upload page", "delivery": "Delivery", "sam": "SAM's containers"}
INDEX = DECISIONS / "README.md"
PARTS: dict[Path, dict[str, Callable[[], str]]] = {
    README: {"capabilities": asked},
    ROOT / "docs/api.md": {"reasons": reasons},
    ROOT / "docs/settings.md": {"settings": settings},
    ROOT / "docs/develop.md": {"targets": targets},
    INDEX: {"decisions": decisions},
    ROOT / "docs/privacy.md": {"data": privacy.table},
}


# Whole files.
FILES: dict[Path, Callable[[], str]] = {
    pipeline_role.DOCUMENT: pipeline_role.written,
    pipeline_role.PIPELINE: pipeline_role.stack,
    **terraform.FILES,
}


def _allowed(parameter: dict[str, object]) -> str:
    match parameter:
        case {"AllowedValues": [*values]} if len(values) > 5:
            return f"`{values[0]}` … `{values[-1]}`"
        case {"AllowedValues": [*values]}:
            return ", ".join(f"`{value}`" for value in values)
        case {"MinValue": low, "MaxValue": high}:
            return f"{low} to {high}"
        case _:
            return _cell(str(parameter["ConstraintDescription"]).rstrip("."))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


def main() -> None:
    for document in PARTS:
        document.write_text(generated(document, document.read_text()))
    for file, make in FILES.items():
        file.write_text(make())


if __name__ == "__main__":
    main()
