"""The template as CloudFormation receives it, with a new account's answers: the defaults."""

import pytest
from samtranslator.yaml_helper import yaml_parse

from dev import stack
from operate.delivery import TEMPLATE
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


@pytest.fixture(scope="session")
def delivery() -> Template:
    """stacks/delivery.yaml, as written."""
    parsed: Template = yaml_parse(TEMPLATE.read_text())
    return parsed
