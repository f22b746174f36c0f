"""The minimum and maximum of every parameter of the larger templates, and the values just outside.

Numbers and choices are read from the template. What a pattern accepts cannot be computed: a table lists it for each,
and a parameter with a pattern that is not in the table raises KeyError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from dev import stack
from operate import delivery
from operate.optional_stack import FOLDER
from tests.material import sign_in_texts, size_texts, texts
from tests.material.texts import Texts, filled

_SERVICE = {
    "ThumbnailSizes": size_texts.SIZES,
    "Profiles": size_texts.PROFILES,
    "ThumbnailFormats": texts.FORMATS,
    "AllowedOrigins": Texts(
        shortest="*",
        longest=filled("https://photos.example.com,http://localhost:3000,https://w", ".example.org", 100),
        right=("https://a.example", "http://localhost:3000,https://a.example"),
        wrong=(
            "",
            "a.example",
            "ftp://a.example",
            "https://",
            "https://a.example/",
            "https://*.example",
            "*,https://a.example",
            "https://a, https://b",
            "https://a,",
        ),
    ),
    "KeepThumbnailsDays": Texts(
        shortest="0",
        longest="3650",
        right=("21", "29", "30", "99", "100", "999", "1000", "2999", "3000", "3599", "3600", "3649"),
        wrong=("", "1", "20", "00", "021", "3651", "3660", "3700", "4000", "-30", "30.5", "30 ", "30\n", "many"),
    ),
    "ContactEmail": Texts(
        shortest="",
        longest=filled("somebody@m", ".example.com", 254),
        right=("a@b.c", "first.last+thumbnails@mail.example.com"),
        wrong=("a", "a@b", "@b.example", "a@", "a@b.", "a b@c.example", "a@b@c.example"),
    ),
    "DeliveryDomain": Texts(
        shortest="",
        longest=filled("d111111abcdef8", ".cloudfront.net", 100),
        right=("d111111abcdef8.cloudfront.net", "localhost:4566"),
        wrong=("https://a.example", "a/b", "a b", "a_b.example"),
    ),
    "DeliveryDistribution": Texts(
        shortest="",
        longest=filled("E1A2B3C4D5E6F7", "", 32),
        right=("E1A2B3C4D5E6F7", "E1A2B3C4"),
        wrong=("E1A2B3C", "E1A2B3C4" * 4 + "E", "e1a2b3c4d5e6f7", "d111111abcdef8.cloudfront.net"),
    ),
    "DeliverySecrets": Texts(
        shortest="",
        longest=f"{'9' * 10},{'9' * 10}",
        right=("1", "4", "4,3", "100,99"),
        wrong=("0", "04", "4,", ",3", "4, 3", "4,0", "4,3,2", "4;3", "-4", "four"),
    ),
    "Authorizer": Texts(
        shortest="",
        longest=filled("arn:aws:lambda:eu-central-1:123456789012:function:authorizer:a", "", 140),
        right=(
            "iam",
            "arn:aws-us-gov:cognito-idp:us-gov-west-1:123456789012:userpool/us-gov-west-1_A",
            "arn:aws:lambda:us-east-1:123456789012:function:who-calls",
        ),
        wrong=(
            "IAM",
            "eu-central-1_AbCdEf123",
            "arn:aws:iam::123456789012:role/a",
            "arn:aws:lambda:us-east-1:12345678901:function:a",
            "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/a\n",
            "arn:aws:lambda:us-east-1:123456789012:layer:a",
        ),
    ),
    "AdminGroup": sign_in_texts.SIGN_IN["AdminGroup"],
    "PermissionsBoundary": texts.POLICY,
    "RolePath": texts.PATH,
    "KmsKeyArn": texts.KEY,
    "VpcEndpointIds": Texts(
        shortest="",
        longest=",".join(["vpce-0123456789abcdef0"] * 5),
        right=("vpce-0123456789abcdef0",),
        wrong=(
            "vpce-",
            "vpce-01234567",
            "vpce-0123456789abcdef0,",
            "vpc-0123456789abcdef0",
            ",".join(["vpce-0123456789abcdef0"] * 6),
        ),
    ),
    "SubnetIds": Texts(
        shortest="",
        longest=",".join(["subnet-0123456789abcdef0"] * 4),
        right=("subnet-0123456789abcdef0",),
        wrong=("subnet-", "subnet-0123456789abcdef0, subnet-0123456789abcdef1", "sg-0123456789abcdef0"),
    ),
    "SecurityGroupIds": Texts(
        shortest="",
        longest=",".join(["sg-0123456789abcdef0"] * 2),
        right=("sg-0123456789abcdef0",),
        wrong=("sg-", "sg-0123456789ABCDEF0", "sg-0123456789abcdef0,", ",".join(["sg-0123456789abcdef0"] * 3)),
    ),
    "AccessLogs": texts.BUCKET_OR_NOTHING,
    "TelemetryLayer": Texts(
        shortest="",
        longest=f"arn:aws-us-gov:lambda:us-gov-west-1234:123456789012:layer:{'n' * 64}:{'9' * 8}",
        right=("arn:aws:lambda:eu-central-1:123456789012:layer:opentelemetry-python-0_17_0:1",),
        wrong=(
            "opentelemetry",
            "arn:aws:lambda:eu-central-1:123456789012:layer:opentelemetry",  # without its version
            "arn:aws:lambda:eu-central-1:123456789012:layer:opentelemetry:0",
            "arn:aws:lambda:eu-central-1:123456789012:function:opentelemetry:1",
        ),
    ),
}


@dataclass(frozen=True)
class Bounds:
    """parameters: of a template, as declared. texts: of those with a pattern."""

    parameters: dict[str, Any]
    texts: Mapping[str, Texts]

    def least(self, name: str) -> str:
        return self.legal(name)[0]

    def most(self, name: str) -> str:
        return self.texts[name].longest if name in self.texts else self.legal(name)[-1]

    def legal(self, name: str) -> list[str]:
        """Values that CloudFormation accepts, the minimum first. Raises KeyError for a parameter without bounds."""
        parameter = self.parameters[name]
        if "AllowedValues" in parameter:
            return [str(value) for value in parameter["AllowedValues"]]
        if parameter["Type"] == "Number":
            return [str(parameter["MinValue"]), str(parameter["MaxValue"])]
        texts = self.texts[name]
        return [texts.shortest, texts.longest, *texts.right]

    def outside(self, name: str) -> list[str]:
        """Values that CloudFormation refuses, mostly just outside. The first text is too long, and nothing else."""
        parameter = self.parameters[name]
        if parameter["Type"] == "Number":
            choice = parameter.get("AllowedValues")
            low, high = (min(choice), max(choice)) if choice else (parameter["MinValue"], parameter["MaxValue"])
            return [f"{low - 1}", f"{high + 1}", f"{high}.1", "", "many"]
        if "AllowedValues" in parameter:
            first = str(parameter["AllowedValues"][0])
            return ["", "something else", first.swapcase(), f"{first} "]
        texts = self.texts[name]
        longest = texts.longest
        # One more character, in a position where the pattern would accept it.
        longer = "aa".join(longest.rsplit("a", 1)) if "MaxLength" in parameter else longest + longest[-1]
        return [longer, *texts.wrong]


def _of(template: Path, texts: Mapping[str, Texts]) -> Bounds:
    return Bounds(yaml_parse(template.read_text())["Parameters"], texts)


SERVICE = _of(stack.TEMPLATE, _SERVICE)
DELIVERY = _of(delivery.TEMPLATE, texts.DELIVERY)

PIPELINE = _of(FOLDER / "pipeline.yaml", texts.PIPELINE)
AUDIT = _of(FOLDER / "audit.yaml", texts.AUDIT)
SIGN_IN = _of(FOLDER / "sign_in.yaml", sign_in_texts.SIGN_IN)

# Each parameter of these templates, for parametrized tests, and their ids.
TEMPLATES = {"service": SERVICE, "delivery": DELIVERY, "pipeline": PIPELINE, "audit": AUDIT, "sign_in": SIGN_IN}
EACH = [(bounds, name) for bounds in TEMPLATES.values() for name in bounds.parameters]
NAMES = [f"{template}-{name}" for template, bounds in TEMPLATES.items() for name in bounds.parameters]
