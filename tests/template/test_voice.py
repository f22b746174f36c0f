"""What users read is plain English: the habits that CONTRIBUTING.md warns against do not come back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from dev.emulator import ROOT
from thumbs import errors

HABITS = {
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\bbeside\b": "next to, in addition to",
    r", for (it|its|they|there|this|that|these|too|nobody|somebody|whoever|who)\b": "because",
    r"\bso many (days|dollars|seconds|times|bytes|pixels)\b": "the number, or N",
    r"\b(is|are|was|were|been) told\b": "is notified, receives",
    r"\bhears?\b": "receives",
    r"\b[Ww]hoever\b": "anyone who, callers that",
    r"\bfor good and all\b|\bnought\b|\bat hand\b|\bhence\b(?! the)": "a plain word",
    r"(^|[.!?:] )Of (a|an|the|its|each|all|several|what|\d)": "a subject",
    r"\b(stands|lies) (in|at|below|under|beside|behind|there)\b": "is",
}
IN_CODE = [
    r"\bmend(s|ed|ing)?\b",
    r"\bbeside\b",
    r", for (it|its|they|there|too|nobody|somebody|who)\b",
    r"\b[Ww]hoever\b",
    r"(?:\"\"\"|# |/\*\* )Of (?:a|an|the|its|each|all|any|several|what)\b",
    r"def test_(?:\w*_)?(?:told|whoever|hears?|mend(?:s|ed)?)(?:_\w*)?\(",
]
CODE = [
    ROOT / name
    for name in ("functions", "dev", "operate", "publish", "frontend", "benchmarks", "stacks", "examples", "tests")
]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md"), *ROOT.glob("examples/*/*.md")]
)
TEMPLATES = [ROOT / "template.yaml", *sorted((ROOT / "stacks").glob("*.yaml"))]


def habits(text: str) -> list[str]:
    return [
        f"{match[0].strip()!r}: write {better}"
        for habit, better in HABITS.items()
        for match in re.finditer(habit, text, re.MULTILINE)
    ]


def prose(document: Path) -> str:
    """A document without code, names of tests, and the column "Before" of CONTRIBUTING.md."""
    text = re.sub(r"^ {4,}[^\n]*$|^```.*?^```$|`[^`\n]*`", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<=\| After \|\n\|---\|---\|\n).*?(?=\n\n)", "", text, flags=re.DOTALL)


def descriptions(value: object) -> Iterator[str]:
    """Every description in a template, at any depth."""
    for name, content in value.items() if isinstance(value, dict) else enumerate(value):  # type: ignore[arg-type]
        if isinstance(content, dict | list):
            yield from descriptions(content)
        elif str(name).endswith("Description"):
            yield str(content)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_is_plain(document: Path) -> None:
    assert habits(prose(document)) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_the_descriptions_of_a_template_are_plain(template: Path) -> None:
    found = [*descriptions(yaml_parse(template.read_text()))]

    assert len(found) > {"audit": 12, "sign_in": 10, "queries": 2}.get(template.stem, 20)  # with fewer parameters
    assert [habit for text in found for habit in habits(text)] == []


def test_the_sentences_of_the_service_and_of_its_page_are_plain() -> None:
    modules = [ROOT / "frontend" / "english.js", *(ROOT / "frontend").glob("*-words.js")]
    words = [text for module in modules for text in re.findall(r'["`]([^"`]+)["`]', module.read_text())]
    targets = re.findall(r"##  *(.*)", (ROOT / "Makefile").read_text())
    reasons = [sentence.text for sentence in errors.SENTENCES.values()]

    assert min(len(words), len(targets), len(reasons)) > 10
    assert [habit for text in [*words, *targets, *reasons] for habit in habits(text)] == []


@pytest.mark.parametrize("folder", CODE, ids=lambda path: path.name)
def test_no_comment_has_an_old_habit(folder: Path) -> None:
    texts = [
        *(path for suffix in ("py", "js", "css", "html", "yaml") for path in folder.rglob(f"*.{suffix}")),
        *(ROOT / "template.yaml", ROOT / "Makefile"),
    ]
    texts = [path for path in texts if "node_modules" not in path.parts and path != Path(__file__)]

    assert len(texts) > 2
    assert [
        (path.name, match[0]) for path in texts for habit in IN_CODE for match in re.finditer(habit, path.read_text())
    ] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Find the cause and mend it.",
        "Lambda refuses it, for too much runs at once.",
        "Originals are deleted after so many days.",
        "Of several pictures, because they tell more.",
        "CodeDeploy is told.",
    ],
)
def test_each_habit_would_be_found(sentence: str) -> None:
    assert len(habits(sentence)) == 1
