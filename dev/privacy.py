"""Where a stack keeps data about people: the table of docs/privacy.md, from all templates.

_HOLDS says what a resource holds, because no template does. Everything else is read from its properties. `make docs`
and the tests fail if a resource that can hold data is not in _HOLDS.
"""

from typing import Any

from samtranslator.yaml_helper import yaml_parse

from dev import stack
from operate.optional_stack import FOLDER, required_region

# Types that store data.
_KEEP = {
    "AWS::ApiGateway::ApiKey",
    "AWS::Cognito::UserPool",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::WAFv2::WebACL",
}

_FUNCTION_LOG = "what the function did, by job and the caller's id of its request; no file names, addresses or links"
_HOLDS = {
    "UploadBucket": (
        "originals, with all their metadata; their owner, reference, profile, focus and the id of the request; with "
        "`Upkeep`, which jobs have no outcome yet"
    ),
    "ThumbnailBucket": (
        "thumbnails without metadata, except an author's name and licence with `Metadata`; manifests: format, size, "
        "kinds of metadata, outcome, owner, reference, profile and focus of an original; bindings: its ETag; "
        "tombstones: only the job"
    ),
    "ConversionDeadLetterQueue": "S3's event of each failed conversion: the job, and the uploader's address",
    "ConversionFailures": "the same event in transit; with `ContactEmail`, in that mailbox",
    "Outcomes": "S3's event of each manifest in transit: the job, and our function's address; no uploader's",
    "Alarms": "which alarm changed; with `ContactEmail`, in that mailbox",
    "ApiLogs": "method, path, status and duration of each call; no caller's address",
    "ApiKey": "a caller's key",
    "SignUploadLogs": _FUNCTION_LOG,
    "GetUploadLogs": _FUNCTION_LOG,
    "ClaimLogs": _FUNCTION_LOG,
    "ConvertLogs": _FUNCTION_LOG,
    "ReportFailureLogs": _FUNCTION_LOG,
    "RedriveLogs": _FUNCTION_LOG,
    "EraseLogs": _FUNCTION_LOG,
    "VerifyReleaseLogs": _FUNCTION_LOG,
    "VerifyApiLogs": _FUNCTION_LOG,
    "VerifyLiveLogs": _FUNCTION_LOG,
    "UpkeepLogs": _FUNCTION_LOG,
    "UserPool": "accounts: e-mail address, password (hashed), group; without the stack `sign_in`, nothing",
    "AuthorizerLogs": "whether a token was accepted, and why not; no token, subject, group or address",
    "PackageBucket": "the authorizer function's code; nothing about callers",
    "SiteBucket": "the upload page; nothing about visitors",
    "LogBucket": "requests to the distribution; no visitor's address, browser, referrer or query",
    "ArtifactBucket": "sources and builds; no picture",
    "Approvals": "which release waits; with `ApproverEmail`, in that mailbox",
    "BuildLogs": "the output of tests and builds; no picture",
    "DevLogs": "the output of releases to dev",
    "ProdLogs": "the output of releases to prod",
    "TrailBucket": "each access to an object: the caller's address and identity; without the stack `audit`, nothing",
    "WebAcl": "counts per address, for five minutes; no sampled requests",
}


def table() -> str:
    """The table in Markdown. Raises ValueError if a resource that keeps data is not described."""
    lines = ["| Resource | What it holds | Where | How long | Encrypted |", "|---|---|---|---|---|"]
    found = set()
    for path in (stack.TEMPLATE, *sorted(FOLDER.glob("*.yaml"))):
        template = yaml_parse(path.read_text())
        region = required_region(template) or "the stack's region"
        for name, resource in template["Resources"].items():
            if resource["Type"] in _KEEP:
                if name not in _HOLDS:
                    raise ValueError(f"dev/privacy.py does not say what {name} holds")
                found.add(name)
                kept, encrypted = _how_long(resource), _encrypted(resource)
                lines.append(f"| `{name}` | {_HOLDS[name]} | {region} | {kept} | {encrypted} |")
    if gone := _HOLDS.keys() - found:
        raise ValueError(f"dev/privacy.py describes resources that no longer exist: {', '.join(sorted(gone))}")
    return "\n".join(lines) + "\n"


def _how_long(resource: dict[str, Any]) -> str:
    properties = resource["Properties"]
    match resource["Type"]:
        case "AWS::S3::Bucket":
            rules = [_rule(each) for each in properties.get("LifecycleConfiguration", {}).get("Rules", ())]
            days = [f"{_value(each['ExpirationInDays'])}{_below(each)}" for each in rules if "ExpirationInDays" in each]
            return "; ".join(days) if any(_whole(rule) for rule in rules) else "; ".join(["until deleted", *days])
        case "AWS::Logs::LogGroup":
            return _value(properties["RetentionInDays"])
        case "AWS::SQS::Queue":
            return f"{properties['MessageRetentionPeriod'] // 86400} days"
        case "AWS::SNS::Topic":
            return "until delivered"
        case "AWS::WAFv2::WebACL":
            return "five minutes"
    return "until deleted"


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule itself, if a setting decides whether there is one."""
    match rule:
        case {"Fn::If": [_, {"Ref": "AWS::NoValue"}, inner] | [_, inner, {"Ref": "AWS::NoValue"}]}:
            return {**inner, "optional": True}
    return rule


def _whole(rule: dict[str, Any]) -> bool:
    expires = "ExpirationInDays" in rule and "TagFilters" not in rule and "optional" not in rule
    return expires and rule.get("Prefix", "uploads/") == "uploads/"


def _below(rule: dict[str, Any]) -> str:
    if "TagFilters" in rule:
        named = f"tagged `{'`, `'.join(tag['Value'] for tag in rule['TagFilters'])}`"
        return f" ({named}, unless that is 0)" if "optional" in rule else f" ({named})"
    if "Prefix" in rule:
        return f" (below `{rule['Prefix']}`)"
    return " (everything, unless that is 0)" if "optional" in rule else ""


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return f"`{value['Ref']}` days"
    return f"{value} days" if value != 1 else "1 day"


def _encrypted(resource: dict[str, Any]) -> str:
    properties = resource["Properties"]
    match resource["Type"]:
        case "AWS::S3::Bucket":
            (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            with_key, default = _choice(rule["ServerSideEncryptionByDefault"])
            return _or_with_key(with_key, {"AES256": "SSE-S3"}[default["SSEAlgorithm"]])
        case "AWS::SQS::Queue":
            with_key, default = _choice(properties["SqsManagedSseEnabled"])
            return _or_with_key(with_key, {True: "SSE-SQS"}[default])
        case "AWS::SNS::Topic":
            with_key, default = _choice(properties.get("KmsMasterKeyId"))
            return _or_with_key(with_key, "by the service" if default == "alias/aws/sns" else "in transit")
        case "AWS::Logs::LogGroup":
            return _or_with_key(properties.get("KmsKeyId"), "by the service")
        case "AWS::Cognito::UserPool":
            return _or_with_key(properties.get("KeyConfiguration"), "by the service")
    return "by the service"


def _choice(value: Any) -> tuple[Any, Any]:
    """The value with KmsKeyArn, or None if it makes no difference, and the value without."""
    match value:
        case {"Fn::If": ["HasKey", with_key, default]}:
            return with_key, default
        case _:
            return None, value


def _or_with_key(with_key: Any, default: str) -> str:
    return default if with_key is None else f"{default}, or `KmsKeyArn`"
