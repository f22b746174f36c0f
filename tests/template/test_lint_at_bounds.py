"""Every template at the bounds of its parameters: cfn-lint finds nothing that AWS would refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from operate.optional_stack import FOLDER
from tests.actors import short_lived
from tests.material.bounds import TEMPLATES, Bounds
from tests.material.template import Template
from tests.standins.releases import HOOKS

# SAM makes a deployment group only if ShiftsTraffic, which is also the condition of the group's role.
KNOWN = {
    "W1001:GetAtt to resource 'CodeDeployServiceRole' that may not be available when condition 'ShiftsTraffic' is "
    f"False at Resources/{function}DeploymentGroup/Properties/ServiceRoleArn"
    for function in HOOKS
}

Checked = tuple[str, str]  # a template's name, and which end of its parameters' bounds

ENDS = {"least": Bounds.least, "most": Bounds.most}
BEYOND = {"LogRetentionDays": "2", "ConvertConcurrency": "-1"}  # values that AWS would not take


def resolved(template: Template, values: dict[str, str]) -> Template:
    """The template with these parameters' values in its resources."""

    def replaced(value: Any) -> Any:
        if isinstance(value, list):
            return [replaced(each) for each in value]
        if not isinstance(value, dict):
            return value
        name = str(value.get("Ref"))
        if not values.get(name):  # nothing: it is behind a condition, which cfn-lint does not evaluate
            return {key: replaced(each) for key, each in value.items()}
        text = values[name]
        return json.loads(text) if template["Parameters"][name]["Type"] == "Number" else text

    return template | {"Resources": replaced(template["Resources"])}


@pytest.fixture(scope="module")
def findings(translated: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[Checked, list[str]]:
    """cfn-lint's findings in every template at its bounds, and in the service's beyond them. All in one process,
    because starting one takes longer than checking a template."""
    folder = tmp_path_factory.mktemp("templates")
    written = {("service", "beyond"): resolved(translated, BEYOND)}
    for name, bounds in TEMPLATES.items():
        template = translated if name == "service" else yaml_parse((FOLDER / f"{name}.yaml").read_text())
        for end, value in ENDS.items():
            written[name, end] = resolved(template, {each: value(bounds, each) for each in bounds.parameters})
    for checked, template in written.items():
        folder.joinpath(f"{'-'.join(checked)}.json").write_text(json.dumps(template))
    # W2001: a resolved parameter is not used. E3005: a stage may wait for what a condition leaves out.
    checks = ["--ignore-checks", "W2001", "E3005", "--regions", "us-east-1"]
    what = [*checks, "--format", "parseable", "--template", str(folder / "*.json")]
    said = short_lived.run(short_lived.CFN_LINT, *what, folder=folder)
    assert not said.stderr
    found: dict[Checked, list[str]] = {checked: [] for checked in written}
    for line in said.stdout.splitlines():
        file, *_, finding = line.split(":", 5)
        name, end = Path(file).stem.split("-")
        if finding not in KNOWN:
            found[name, end].append(finding)
    return found


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_resource_is_as_aws_wants_it_at_the_bounds(
    findings: dict[Checked, list[str]], name: str, end: str
) -> None:
    assert findings[name, end] == []


def test_a_bound_that_aws_would_not_take_is_seen(findings: dict[Checked, list[str]]) -> None:
    """What the test above can find."""
    assert {line.split(":")[0] for line in findings["service", "beyond"]} == {"E3030", "E3034"}  # choice, range
