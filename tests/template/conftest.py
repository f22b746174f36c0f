"""The template as CloudFormation gets it, with what a new account's answers are: the defaults."""

import pytest

from dev import stack
from tests.material.template import PACKAGES, Template


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
