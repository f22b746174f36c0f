"""The Terraform module offers what the template offers: each parameter with its bounds, and each output."""

import json
import re
from pathlib import Path
from typing import Any

import hcl2
import pytest
from samtranslator.yaml_helper import yaml_parse

from dev.emulator import ROOT
from dev.stack import TEMPLATE
from publish import terraform
from tests.actors.terraform import Terraform, example, program
from tests.material.bounds import SERVICE

EXAMPLES = sorted(ROOT.glob("examples/terraform/*/main.tf"))
FILES = [*sorted(terraform.MODULE.glob("*.tf")), *EXAMPLES]


def parsed(file: Path) -> dict[str, Any]:
    with file.open() as text:
        content: dict[str, Any] = hcl2.load(text)
    return content


def plain(value: Any) -> Any:
    """Without the quotes that the parser leaves around strings."""
    return value[1:-1] if isinstance(value, str) and value.startswith('"') else value


def blocks(file: Path, kind: str) -> dict[str, dict[str, Any]]:
    return {plain(name): content for each in parsed(file).get(kind, []) for name, content in each.items()}


@pytest.mark.parametrize("file", terraform.FILES, ids=lambda path: path.name)
def test_what_is_generated_is_up_to_date(file: Path) -> None:
    assert file.read_text() == terraform.FILES[file](), "run: make docs"


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_it_is_hcl(file: Path) -> None:
    assert parsed(file)


def test_every_parameter_is_a_variable_with_its_default() -> None:
    variables = blocks(terraform.MODULE / "settings.tf", "variable")

    assert len(variables) == len(SERVICE.parameters) > 20
    for name, parameter in SERVICE.parameters.items():
        variable = variables[terraform.snake(name)]
        assert plain(variable["description"]) == parameter["Description"]
        default = variable["default"]
        found = str(default).lower() if isinstance(default, bool) else str(plain(default))
        assert found == str(parameter["Default"]), name
    given = parsed(terraform.MODULE / "settings.tf")["locals"][0]["parameters"]
    assert {plain(name) for name in given if not name.startswith("__")} == SERVICE.parameters.keys()


def test_every_output_of_the_template_is_one_of_the_module() -> None:
    template = yaml_parse(TEMPLATE.read_text())["Outputs"]
    outputs = blocks(terraform.MODULE / "outputs.tf", "output")

    assert outputs.keys() == {terraform.snake(name) for name in template}
    for name, output in template.items():
        assert plain(outputs[terraform.snake(name)]["description"]) == output["Description"]
        assert f'"{name}"' in outputs[terraform.snake(name)]["value"]


def test_dev_and_prod_share_nothing() -> None:
    """Each has its own account, state, artifacts and name, and no file that the other one reads."""
    dev, prod = ((ROOT / "examples" / "terraform" / name / "main.tf").read_text() for name in ("dev", "prod"))

    for pattern in (
        r'bucket *= "(.*)"',
        r'allowed_account_ids *= \["(\d{12})"\]',
        r'artifacts_bucket *= "(.*)"',
        r'  name *= "(.*)"',
    ):
        (one,), (other,) = re.findall(pattern, dev)[:1], re.findall(pattern, prod)[:1]
        assert one != other, pattern
    for text in (dev, prod):
        assert set(re.findall(r'"((?:\.\./)+.*?)"', text)) == {
            "../../../terraform",
            "../../../.aws-sam/packaged.yaml",
        }


def test_the_files_are_formatted() -> None:
    for folder in ("terraform", "examples/terraform"):
        Terraform(ROOT / folder).obey("fmt", "-check", "-diff", "-recursive")


def test_the_bounds_are_those_of_the_template(tmp_path: Path) -> None:
    """Evaluated by Terraform, for each value that CloudFormation accepts or refuses."""
    program()
    lines, expected = [], {}
    for name, parameter in SERVICE.parameters.items():
        legal, outside = SERVICE.legal(name), SERVICE.outside(name)
        convert = {"number": "tonumber(text)", "bool": "tobool(text)"}.get(terraform.kind(parameter), "text")
        conditions = [each.replace("var.it", "value") for each in terraform.conditions("it", parameter)]
        samples = ", ".join(terraform.text(value) for value in legal + outside)
        verdict = f"try(alltrue(flatten([for value in [{convert}] : [value != null, {', '.join(conditions)}]])), false)"
        lines.append(f'output "{name}" {{\n  value = [for text in [{samples}] : {verdict}]\n}}\n')
        expected[name] = [True] * len(legal) + [False] * len(outside)
    (tmp_path / "main.tf").write_text("".join(lines))
    here = Terraform(tmp_path)

    here.obey("apply", "-auto-approve", "-no-color", "-input=false")

    assert here.outputs() == expected
    assert sum(map(len, expected.values())) > 150


def test_the_example_of_prod_is_valid(tmp_path: Path) -> None:
    """That of dev is deployed (tests/service/test_terraform.py)."""
    here = Terraform(example("prod", tmp_path, 'terraform {\n  backend "local" {}\n}\n'))
    here.initialise()

    verdict = json.loads(here.obey("validate", "-json"))

    assert verdict["valid"], verdict
    assert verdict["diagnostics"] == []


@pytest.mark.parametrize("pattern", [r"^(?!.*(a)\1)b$", r"^a(?=b)$", r"^(?!a)(?!b(?!c))d$"])
def test_a_pattern_that_terraform_cannot_check_is_not_left_out_in_silence(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"publish/terraform\.py"):
        terraform.patterns(pattern, "var.it")


def test_a_list_is_checked_element_by_element() -> None:
    parameter = {"Type": "List<AWS::EC2::Subnet::Id>", "AllowedPattern": "^subnet-[0-9a-f]+$", "Default": ""}

    assert terraform.kind(parameter) == "list(string)"
    assert terraform.literal("", "list(string)") == "[]"
    assert terraform.conditions("it", parameter) == [
        'alltrue([for each in var.it : can(regex("^subnet-[0-9a-f]+$", each))])'
    ]
    assert terraform.parameter_value("SubnetIds", parameter) == 'join(",", var.subnet_ids)'
