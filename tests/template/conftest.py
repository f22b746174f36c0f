"""The template as CloudFormation gets it, with what a new account's answers are: the defaults."""

from typing import Any

import pytest

from dev import stack

Template = dict[str, Any]

PACKAGES = {"functions": "functions.zip", "imaging": "imaging.zip", "powertools": "powertools.zip"}


@pytest.fixture(scope="session")
def template() -> Template:
    return stack.packaged(PACKAGES)


@pytest.fixture(scope="session")
def translated() -> Template:
    return stack.translate(stack.packaged(PACKAGES), {})


@pytest.fixture(scope="session")
def resources(translated: Template) -> Template:
    found: Template = translated["Resources"]
    return found
