"""python -m publish.expand: writes the packaged template as plain CloudFormation, for tools that do not know SAM.

SAM's own translator does it, which AWS runs as well. It reads some settings while it translates, so their values are
given here (--set) and cannot be changed afterwards.
"""

import argparse
import copy
import json
import logging
import os
import sys
from pathlib import Path

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.logical_id_generator import LogicalIdGenerator
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from publish.application import PACKAGED, Template

EXPANDED = Path(".aws-sam/expanded.json")
READ_BY_SAM = ("GradualDeployments", "DeploymentPreference", "Tracing")
_TEXTS = ("Description", "LicenseInfo")  # of a layer: settings are in them, docs/decisions/settings-make-versions.md


def translated(template: Template, parameters: dict[str, str], region: str) -> Template:
    """The CloudFormation template that SAM makes of a template. region: whose partition is in the ARNs."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns about feature toggles that only AWS has
    session = boto3.Session(region_name=region)
    result: Template = Translator({}, Parser(), boto_session=session).translate(template, dict(parameters))
    return result


def translated_once(template: Template, settings: dict[str, str], region: str) -> Template:
    """The same, with parameters instead of their values in the texts of layers, so that they may change later.
    SAM fills in values for the hash in a layer's name; CloudFormation replaces a layer if its text changes.
    """
    template = copy.deepcopy(template)
    texts = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            properties = resource["Properties"]
            texts[name] = {text: properties.pop(text) for text in _TEXTS if text in properties}
    result = translated(template, settings, region)
    for name, resource in result["Resources"].items():
        if resource["Type"] == "AWS::Lambda::LayerVersion":
            resource["Properties"] |= texts[name[: -LogicalIdGenerator.HASH_LENGTH]]
    return result


def expanded(template: Template, settings: dict[str, str], region: str) -> Template:
    """The same, with these settings as defaults. Those that SAM has read allow no other value.

    Raises ValueError if the template has no such parameter, or does not allow the value.
    """
    declared = template["Parameters"]
    for name, value in settings.items():
        if name not in declared:
            raise ValueError(f"the template has no parameter {name}; docs/settings.md lists them")
        allowed = declared[name].get("AllowedValues")
        if allowed and value not in map(str, allowed):
            raise ValueError(f"{name} is one of {', '.join(map(str, allowed))}")
    result = translated_once(template, settings, region)
    parameters = {name: {**each, **_default(name, settings)} for name, each in result["Parameters"].items()}
    for name in READ_BY_SAM:
        parameters[name]["AllowedValues"] = [parameters[name]["Default"]]
    return result | {"Parameters": parameters}


def _default(name: str, settings: dict[str, str]) -> dict[str, str]:
    return {"Default": settings[name]} if name in settings else {}


def _settings(given: list[str]) -> dict[str, str]:
    """Values by name, from NAME=VALUE. Raises ValueError."""
    settings = {}
    for text in given:
        name, separator, settings[name] = text.partition("=")
        if not separator:
            raise ValueError(f"{text} has no value")
    return settings


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 once the file is written."""
    parser = argparse.ArgumentParser(prog="python -m publish.expand", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting (docs/settings.md)")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    parser.add_argument(
        "--region", default=region, help="a region of the partition to deploy to (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if not PACKAGED.exists():
        sys.stderr.write(f"There is no {PACKAGED}: run `make build`, then `sam package` (examples/cdk/README.md).\n")
        return 1
    try:
        template = expanded(yaml_parse(PACKAGED.read_text()), _settings(options.set), options.region)
    except ValueError as error:
        sys.stderr.write(f"--set NAME=VALUE: {error}\n")
        return 1
    EXPANDED.write_text(json.dumps(template, indent=1))
    sys.stdout.write(f"{EXPANDED}: {len(template['Resources'])} resources\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
