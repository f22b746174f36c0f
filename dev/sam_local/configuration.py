"""Everything that `sam local` needs: a template, each function's environment, a samconfig.toml, and a test picture."""

import json
import re
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from dev.emulator import REGION, ROOT
from dev.sam_local.engine import Engine
from dev.stack import FUNCTIONS, Stack

FOLDER = ROOT / ".cache" / "sam-local"
BUILD = FOLDER / "build"
TEMPLATE = BUILD / "local.json"  # next to SAM's own, because its paths are relative
ENVIRONMENT = FOLDER / "environment.json"
CONFIG = FOLDER / "samconfig.toml"

# The bucket and the job in the files of events/, which can be invoked as they are, because a picture is stored there.
EVENTS_BUCKET = "uploads-bucket"
EVENTS_ORIGINAL = "uploads/3f0c9a52d1b84c6e9a7d5e2f80b1c4d7"
PICTURE = ROOT / "docs" / "upload-page.png"

_SESSION = 43200  # seconds, the maximum session of a role: twelve hours


def write_configuration(stack: Stack, engine: Engine, lambda_url: str, image: str | None) -> None:
    """The template, the environment and the samconfig.toml for every `sam local` command of this run."""
    environment = environments(stack, lambda_url)
    ENVIRONMENT.write_text(json.dumps(environment, indent=2))
    ENVIRONMENT.chmod(0o600)
    template = with_sure_layers(yaml_parse((BUILD / "template.yaml").read_text()))
    TEMPLATE.write_text(json.dumps(with_places(with_source(template), environment)))
    settings: dict[str, Any] = {
        "template_file": str(TEMPLATE),
        "env_vars": str(ENVIRONMENT),
        "parameter_overrides": f"Architecture={engine.architecture}",
        "region": REGION,
        # A link signed in a container must work in the browser, so S3 has the same address for both. In a container
        # nothing listens there, and clients try the name's second address: this machine's.
        "add_host": "localhost:host-gateway",
        "layer_cache_basedir": str(FOLDER / "layers"),
    }
    if image:
        settings |= {"invoke_image": [image], "skip_pull_image": True}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    CONFIG.write_text("\n".join(["version = 0.1", "", "[default.global.parameters]", *lines, ""]))


def environments(stack: Stack, lambda_url: str) -> dict[str, dict[str, str]]:
    """The environment of each function by logical id: as deployed, with its own role's key."""
    aws, iam, sts = stack.client("lambda"), stack.client("iam"), stack.client("sts")
    environments = {}
    for logical, name in stack.functions.items():
        configuration = aws.get_function_configuration(FunctionName=name)
        role = iam.get_role(RoleName=configuration["Role"].rsplit("/", 1)[-1])["Role"]["Arn"]
        session = sts.assume_role(RoleArn=role, RoleSessionName=logical, DurationSeconds=_SESSION)["Credentials"]
        environments[logical] = {
            variable: _as_sam_calls(value, stack)
            for variable, value in configuration["Environment"]["Variables"].items()
        } | {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
            "AWS_ENDPOINT_URL": stack.endpoint,
            "AWS_ENDPOINT_URL_LAMBDA": lambda_url,
        }
    return environments


def _as_sam_calls(value: str, stack: Stack) -> str:
    """A function's name or ARN, also with an alias, as its logical id, by which SAM knows it; any other value
    unchanged."""
    for logical, name in stack.functions.items():
        if re.fullmatch(rf"(arn:[^,]+:function:)?{re.escape(name)}(:\w+)?", value):
            return logical
    return value


def with_source(template: dict[str, Any]) -> dict[str, Any]:
    """The template with the functions' folder, not its built copies, so that the next call uses an edited file."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = str(FUNCTIONS)
    return template


def with_places(template: dict[str, Any], environment: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The template with every variable declared, because SAM passes only declared ones to a container."""
    for logical, variables in environment.items():
        properties = template["Resources"][logical]["Properties"]
        declared = properties.setdefault("Environment", {}).setdefault("Variables", {})
        for name in variables:
            declared.setdefault(name, "")
    return template


def with_sure_layers(template: dict[str, Any]) -> dict[str, Any]:
    """The template without layers that only a setting adds. SAM cannot resolve a list in which AWS::NoValue may occur,
    and then it leaves out all layers that depend on a condition, such as convert's decoders."""
    for resource in template["Resources"].values():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::Serverless::Function" and "Layers" in properties:
            properties["Layers"] = [layer for layer in properties["Layers"] if not _may_be_missing(layer)]
    return template


def _may_be_missing(layer: Any) -> bool:
    return {"Ref": "AWS::NoValue"} in layer.get("Fn::If", ())


def put_example(stack: Stack) -> None:
    """Stores the picture that the files of events/ name."""
    s3 = stack.client("s3")
    s3.create_bucket(Bucket=EVENTS_BUCKET)
    convert = stack.client("lambda").get_function_configuration(FunctionName=stack.functions["ConvertFunction"])
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": convert["Role"]},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{EVENTS_BUCKET}", f"arn:aws:s3:::{EVENTS_BUCKET}/*"],
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=EVENTS_BUCKET, Policy=json.dumps(policy))
    s3.put_object(Bucket=EVENTS_BUCKET, Key=EVENTS_ORIGINAL, Body=PICTURE.read_bytes(), ContentType="image/png")
