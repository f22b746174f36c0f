"""What must be true of the template, whatever else changes in it."""

import json
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import takewhile
from typing import Any

import pytest

from dev import stack
from dev.emulator import ROOT
from operate import service
from tests.material.template import PACKAGES, Template, graph, of_type, references
from thumbs import pipeline
from thumbs.api import upload_request
from thumbs.jobs import keys


def test_there_is_no_circular_dependency(resources: Template) -> None:
    TopologicalSorter(graph(resources)).prepare()


def test_naming_the_bucket_in_the_functions_own_role_would_be_one(resources: Template) -> None:
    """What ReadUploadsPolicy is there for, and the proof that the test above can fail."""
    policy = resources["ReadUploadsPolicy"]["Properties"]["PolicyDocument"]
    role = resources["ConvertFunctionRole"]
    careless = role | {"Properties": role["Properties"] | {"Policies": [{"PolicyDocument": policy}]}}

    with pytest.raises(CycleError):
        TopologicalSorter(graph(resources | {"ConvertFunctionRole": careless})).prepare()


def test_nothing_waits_for_the_policy_that_breaks_the_circle(resources: Template) -> None:
    assert [name for name, waits_for in graph(resources).items() if "ReadUploadsPolicy" in waits_for] == []
    assert graph(resources)["ReadUploadsPolicy"] == {"UploadBucket", "ConvertFunctionRole"}
    assert "UploadBucket" not in graph(resources)["ConvertFunctionRole"] | graph(resources)["ConvertFunction"]


def test_the_policy_lets_convert_read_uploads_and_nothing_else_there(resources: Template) -> None:
    statements = resources["ReadUploadsPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert [(statement["Effect"], statement["Action"], statement["Resource"]) for statement in statements] == [
        ("Allow", "s3:GetObject", {"Fn::Sub": "${UploadBucket.Arn}/uploads/*"}),
        ("Allow", "s3:ListBucket", {"Fn::GetAtt": ["UploadBucket", "Arn"]}),
    ]


def test_uploads_are_told_to_the_live_version_of_convert(resources: Template) -> None:
    (rule,) = resources["UploadBucket"]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"]

    assert rule["Event"] == "s3:ObjectCreated:*"
    assert rule["Function"] == {"Ref": "ConvertFunctionAliaslive"}
    assert rule["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "uploads/"}]


def test_every_function_is_called_through_its_alias(resources: Template) -> None:
    for name in of_type(resources, "AWS::Lambda::Function"):
        assert resources[f"{name}Aliaslive"]["Properties"]["Name"] == "live"
    for name, permission in of_type(resources, "AWS::Lambda::Permission").items():
        assert permission["Properties"]["FunctionName"]["Ref"].endswith("Aliaslive"), name


def test_every_function_says_how_it_is_run(resources: Template) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    assert len(functions) == 8
    for name, function in functions.items():
        properties = function["Properties"]
        assert properties["Runtime"] == "python3.13"
        assert {"Timeout", "MemorySize", "Description", "LoggingConfig"} <= properties.keys(), name
        group = resources[properties["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        file = properties["Handler"].removesuffix(".handler")
        assert (stack.FUNCTIONS / f"{file}.py").exists()
        # One name everywhere: convert.py is ConvertFunction, logs as convert, into a group that ends so.
        assert name == "".join(part.title() for part in file.split("_")) + "Function"
        assert properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == file
        assert group["LogGroupName"] == {"Fn::Sub": "/aws/lambda/${AWS::StackName}-" + file}


def test_a_changed_setting_or_layer_makes_a_new_version(template: Template, resources: Template) -> None:
    """SAM names a version by the template as it is written, where a setting is a !Ref however it is set, and a layer is
    one whatever it holds: the old version would go on with the old layer.
    """
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        if name.startswith("Verify"):
            continue  # CodeDeploy calls these as they are, not by their alias
        properties = function["Properties"]
        versioned = properties.keys() - {"ReservedConcurrentExecutions"}  # which is of the function, not of a version
        settings = {*references([properties[key] for key in versioned])} & template["Parameters"].keys()
        layers = {*references(properties["Layers"])} & resources.keys()
        (version,) = (each for each in resources if re.fullmatch(f"{name}Version[0-9a-f]+", each))
        described = {*references(resources[version]["Properties"].get("Description", {}))}
        assert layers
        assert settings | layers <= described, f"{name}: {(settings | layers) - described}"


def test_the_settings_of_a_version_fit_into_its_description(template: Template, resources: Template) -> None:
    """Lambda takes 256 characters. Layers are counted up to version 999 there, beside the longest settings."""

    def longest(name: str) -> int:
        if name in ("Powertools", "Imaging"):
            return 3
        parameter = template["Parameters"][name]
        if "AllowedValues" in parameter:
            return max(len(str(value)) for value in parameter["AllowedValues"])
        return len(str(parameter["MaxValue"])) if "MaxValue" in parameter else int(parameter["MaxLength"])

    for version in of_type(resources, "AWS::Lambda::Version").values():
        described, _ = version["Properties"].get("Description", {}).get("Fn::Sub", ("", {}))
        names = re.findall(r"\$\{(\w+)\}", described)
        assert len(" ".join(names)) - len("".join(names)) + sum(longest(name) for name in names) <= 256


def test_timeouts_leave_room_for_what_is_inside_them(resources: Template) -> None:
    queue = resources["ConversionDeadLetterQueue"]["Properties"]
    redrive = resources["RedriveFunction"]["Properties"]
    convert = resources["ConvertFunction"]["Properties"]

    assert queue["VisibilityTimeout"] > redrive["Timeout"]
    assert convert["Timeout"] >= pipeline.Limits().wall_seconds + 10  # for S3
    assert service.RUN_SECONDS == convert["Timeout"] < service.PATIENCE
    for name in ("SignUploadFunction", "GetUploadFunction"):
        assert resources[name]["Properties"]["Timeout"] < 29  # API Gateway waits no longer


def test_every_function_may_write_its_own_log_and_no_other(resources: Template) -> None:
    """Read here, for the emulator asks nobody before it writes a log, and compares such ARNs without their `:*`."""
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        (role,) = references(function["Properties"]["Role"])
        own = function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        on_logs = [each for each in _statements(resources[role]) if "logs:" in str(each["Action"])]
        assert [(each["Action"], each["Resource"]) for each in on_logs] == [
            (["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": [own, "Arn"]})
        ], name


def test_every_bucket_is_private_encrypted_and_tidy(resources: Template) -> None:
    buckets = of_type(resources, "AWS::S3::Bucket")
    assert len(buckets) == 2
    policies = [policy["Properties"] for policy in of_type(resources, "AWS::S3::BucketPolicy").values()]
    for name, bucket in buckets.items():
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert properties["BucketEncryption"]
        assert properties["CorsConfiguration"]["CorsRules"][0]["AllowedOrigins"] == {
            "Fn::Split": [",", {"Ref": "AllowedOrigins"}]
        }
        assert any("AbortIncompleteMultipartUpload" in rule for rule in properties["LifecycleConfiguration"]["Rules"])
        assert {"DeletionPolicy", "UpdateReplacePolicy"} <= bucket.keys()
        (policy,) = (policy for policy in policies if policy["Bucket"] == {"Ref": name})
        statement = policy["PolicyDocument"]["Statement"][0]  # what else stands there: test_delivery_template.py
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_originals_go_and_thumbnails_stay(resources: Template) -> None:
    rules = resources["UploadBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]

    assert [rule.get("ExpirationInDays") for rule in rules] == [{"Ref": "KeepOriginalsDays"}, 1, None]
    assert rules[1]["Prefix"] == f"{keys.UPLOADS}{keys.PROBE_JOBS}", "a user's would be lost"
    assert resources["UploadBucket"]["DeletionPolicy"] == "Delete"
    assert resources["ThumbnailBucket"]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_what_a_probe_leaves_behind_goes_after_a_day(resources: Template) -> None:
    """Whoever verifies a release deletes it; a run that was late may put it back."""
    rules = resources["ThumbnailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}

    assert expiring == {keys.PROBES: 1, keys.PROBE_JOBS: 1}
    probe, job = keys.new_probe(), "f" + keys.new_job()[1:]
    for place in (keys.manifest, keys.claim, keys.folder):
        assert place(probe).startswith(keys.PROBE_JOBS)
        assert not place(job).startswith(tuple(expiring))


def test_a_conversion_that_is_given_up_reaches_queue_function_and_person(resources: Template) -> None:
    topic = {"Ref": "ConversionFailures"}
    assert resources["ConvertFunction"]["Properties"]["DeadLetterConfig"] == {"TargetArn": topic}
    subscriptions = of_type(resources, "AWS::SNS::Subscription")
    told = [
        each["Properties"]["Protocol"] for each in subscriptions.values() if each["Properties"]["TopicArn"] == topic
    ]
    assert sorted(told) == ["email", "lambda", "sqs"]
    assert subscriptions["MailFailures"]["Condition"] == "HasContactEmail"
    assert resources["ConversionDeadLetterQueue"]["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_the_gateway_refuses_malformed_bodies_throttles_and_logs(resources: Template) -> None:
    document = resources["Api"]["Properties"]["Body"]
    post = document["paths"]["/uploads"]["post"]
    validator = document["x-amazon-apigateway-request-validators"][post["x-amazon-apigateway-request-validator"]]
    assert validator["validateRequestBody"] is True
    assert post["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/UploadRequest"
    }
    files = document["components"]["schemas"]["UploadRequest"]["properties"]["files"]
    assert (files["minItems"], files["maxItems"]) == (1, upload_request.MAX_FILES)

    stage = resources["Apiv1Stage"]["Properties"]
    assert stage["AccessLogSetting"]["DestinationArn"] == {"Fn::GetAtt": ["ApiLogs", "Arn"]}
    (method,) = stage["MethodSettings"]
    assert method["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    assert method["ThrottlingBurstLimit"] == {"Ref": "RequestBurst"}
    assert len(of_type(resources, "AWS::ApiGateway::Stage")) == 1
    (deployment,) = of_type(resources, "AWS::ApiGateway::Deployment").values()
    assert "StageName" not in deployment["Properties"], "a second stage, past all of this"


def test_a_stage_serves_the_api_as_it_is_set(template: Template, resources: Template) -> None:
    """A parameter decides about keys in the document, so that SAM finds it unchanged, and would not deploy it again."""
    assert "RequiresApiKey" in json.dumps(resources["Api"]["Properties"]["Body"])
    assert template["Resources"]["Api"]["Properties"]["AlwaysDeploy"] is True


def test_every_answer_of_the_gateway_is_readable_by_a_page(resources: Template) -> None:
    responses = resources["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "BAD_REQUEST_BODY"} <= set(responses)
    for response in responses.values():
        headers = response["responseParameters"]
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"


def test_a_function_that_has_no_room_is_busy_and_not_broken(resources: Template) -> None:
    """Lambda's throttle of a proxy integration reaches the gateway as INTEGRATION_FAILURE."""
    responses = resources["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    busy = responses["INTEGRATION_FAILURE"]

    assert str(busy["statusCode"]) == "503"
    assert busy["responseParameters"]["gatewayresponse.header.Retry-After"] == "'5'"
    assert busy["responseParameters"]["gatewayresponse.header.Access-Control-Expose-Headers"] == "'Retry-After'"
    assert json.loads(busy["responseTemplates"]["application/json"])["status"] == 503


def test_releases_move_step_by_step_and_roll_back(resources: Template) -> None:
    groups = of_type(resources, "AWS::CodeDeploy::DeploymentGroup")
    assert groups.keys() == {
        f"{name}DeploymentGroup" for name in ("SignUploadFunction", "GetUploadFunction", "ConvertFunction")
    }
    for group in groups.values():
        properties = group["Properties"]
        guards = [alarm["Name"]["Ref"] for alarm in properties["AlarmConfiguration"]["Alarms"]]
        assert 1 <= len(guards) <= 10, "CodeDeploy takes ten alarms at most"
        assert all(resources[guard]["Type"] == "AWS::CloudWatch::Alarm" for guard in guards)
        assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]
        assert "Canary10Percent5Minutes" in _values(properties["DeploymentConfigName"])


@pytest.mark.parametrize(
    ("alarm", "function"),
    [
        ("SignUploadErrors", "SignUploadFunction"),
        ("SignUploadSlow", "SignUploadFunction"),
        ("GetUploadErrors", "GetUploadFunction"),
        ("GetUploadSlow", "GetUploadFunction"),
        ("ConvertErrors", "ConvertFunction"),
        ("ConvertSlow", "ConvertFunction"),
    ],
)
def test_an_alarm_that_guards_a_release_looks_at_the_new_version_alone(
    resources: Template, alarm: str, function: str
) -> None:
    dimensions = resources[alarm]["Properties"]["Dimensions"]
    named = {dimension["Name"]: dimension["Value"] for dimension in dimensions}

    (version,) = (name for name in resources if name.startswith(f"{function}Version"))
    assert named["ExecutedVersion"] == {"Fn::GetAtt": [version, "Version"]}
    assert named["Resource"] == {"Fn::Sub": f"${{{function}}}:live"}
    assert resources[alarm]["Properties"]["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("function", ["SignUpload", "GetUpload", "Convert"])
def test_errors_throttles_and_slowness_of_every_function_stop_its_release(resources: Template, function: str) -> None:
    group = resources[f"{function}FunctionDeploymentGroup"]["Properties"]
    alarms = [resources[each["Name"]["Ref"]]["Properties"] for each in group["AlarmConfiguration"]["Alarms"]]
    version = resources[f"{function}Errors"]["Properties"]["Dimensions"]

    queries = [
        query["MetricStat"]["Metric"] for alarm in alarms for query in alarm.get("Metrics", ()) if "MetricStat" in query
    ]
    watched = {metric["MetricName"] for metric in (*alarms, *queries) if metric.get("Dimensions") == version}

    assert watched == {"Errors", "Throttles", "Duration"}


def test_slow_alarms_go_off_before_the_timeout(resources: Template) -> None:
    for name in ("SignUpload", "GetUpload", "Convert"):
        alarm, function = f"{name}Slow", f"{name}Function"
        timeout = resources[function]["Properties"]["Timeout"] * 1000
        assert 0.7 * timeout <= resources[alarm]["Properties"]["Threshold"] < timeout


def test_every_alarm_for_a_person_tells_one_and_is_in_the_runbook(resources: Template) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    for name, alarm in of_type(resources, "AWS::CloudWatch::Alarm").items():
        assert f"## {name}\n" in runbook
        assert len(alarm["Properties"]["AlarmDescription"]) > 60
        guards = any(
            {"Name": {"Ref": name}} in group["Properties"]["AlarmConfiguration"]["Alarms"]
            for group in of_type(resources, "AWS::CodeDeploy::DeploymentGroup").values()
        )
        assert guards or alarm["Properties"]["AlarmActions"] == [{"Ref": "Alarms"}], name


def test_the_contents_list_names_the_sections_and_resources() -> None:
    text = stack.TEMPLATE.read_text()
    contents = text.split("# Contents, in this order:")[1].split("# The path of a file:")[0]
    rows = [re.split(r"  +", line.strip("# ")) for line in contents.splitlines() if "  " in line.strip("# ")]

    assert [row[0] for row in rows] == re.findall(r"^  # ── (.*?) ─+$", text, re.MULTILINE)
    for name in re.findall(r"\b(?:[A-Z][a-z0-9]+){2,}|\bApi\b", " ".join(row[1] for row in rows)):
        assert f"\n  {name}:\n    Type: " in text, name


def test_each_alarm_can_be_read_where_it_stands() -> None:
    """An alarm that merges another one and forgets its Dimensions watches the wrong function, and looks right."""
    resources = re.split(r"^  (?=\w+:$)", stack.TEMPLATE.read_text(), flags=re.MULTILINE)
    alarms = [text for text in resources if "Type: AWS::CloudWatch::Alarm\n" in text]

    assert len(alarms) > 15
    for text in alarms:
        assert "<<:" not in text
        assert set(re.findall(r"\*(\w+)", text)) <= set(re.findall(r"&(\w+)", text)), "only anchors of its own"


def test_the_dashboard_shows_metrics_that_the_code_writes(resources: Template) -> None:
    """Also that it is JSON, which nobody checks before CloudWatch does."""
    text, _ = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    body = json.loads(text)
    lines = [line for path in stack.FUNCTIONS.rglob("*.py") for line in path.read_text().splitlines()]
    counting = [line for line in lines if re.search(r"\b(count|measure)\(", line)]
    written = {name for line in counting for name in re.findall(r'"([A-Z]\w+)"', line)}
    shown = set()
    for widget in body["widgets"]:
        namespace = ""
        for metric in widget["properties"].get("metrics", ()):
            if isinstance(metric[0], str) and metric[0] not in (".", "..."):
                namespace = metric[0]
            if namespace == "${AWS::StackName}" and len(metric) > 1 and isinstance(metric[1], str):
                shown |= {metric[1]} - {"get_upload", "convert"}
    assert shown == written


def test_alarm_and_dashboard_estimate_the_cost_by_one_formula(resources: Template) -> None:
    queries = resources["CostPerDay"]["Properties"]["Metrics"]
    (alarm,) = (query["Expression"] for query in queries if "Expression" in query)
    _, own = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]

    assert own["Dollars"] == alarm


def test_releases_can_be_switched_at_once() -> None:
    at_once = stack.translate(stack.packaged(PACKAGES), {"GradualDeployments": "false"})

    assert not of_type(at_once["Resources"], "AWS::CodeDeploy::DeploymentGroup")


def test_tracing_is_off_until_it_is_asked_for() -> None:
    for tracing, mode in (("Disabled", None), ("Active", {"Mode": "Active"})):
        translated = stack.translate(stack.packaged(PACKAGES), {"Tracing": tracing})["Resources"]
        for function in of_type(translated, "AWS::Lambda::Function").values():
            found = function["Properties"].get("TracingConfig")
            assert found == mode or (found or {}).get("Mode") == {"Ref": "Tracing"}


def test_every_function_may_send_traces_before_tracing_is_switched_on(resources: Template) -> None:
    """Lambda checks the role when Tracing becomes Active, and IAM needs seconds to make a new grant known."""
    for function in of_type(resources, "AWS::Lambda::Function").values():
        role = resources[function["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
        statements = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
        assert any(
            statement.get("Action") == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"] for statement in statements
        )


def test_both_processors_have_their_layer(resources: Template) -> None:
    layers = of_type(resources, "AWS::Lambda::LayerVersion")
    conditions = {layer["Condition"]: layer["Properties"] for layer in layers.values() if "Condition" in layer}
    assert conditions["IsArm64"]["CompatibleArchitectures"] == ["arm64"]
    assert conditions["IsX86"]["CompatibleArchitectures"] == ["x86_64"]
    assert all(layer["Properties"]["CompatibleRuntimes"] == ["python3.13"] for layer in layers.values())


def test_only_what_looks_at_pictures_carries_the_imaging_layer(resources: Template) -> None:
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        carries = any("Imaging" in reference for reference in references(function["Properties"]["Layers"]))
        assert carries == (name in ("ConvertFunction", "VerifyReleaseFunction", "VerifyLiveFunction"))


def test_no_grant_is_for_everybody_or_for_every_action(resources: Template) -> None:
    for name, resource in resources.items():
        for statement in _statements(resource.get("Properties", {})):
            if statement["Effect"] == "Allow":
                assert "*" not in str(statement["Action"]), name
                assert "NotAction" not in statement, name
                assert statement.get("Principal") not in ("*", {"AWS": "*"}), name
                assert statement.get("Resource") != "*" or "xray" in str(statement["Action"]), name


def test_each_wildcard_of_a_grant_has_its_reason_beside_it(template: Template) -> None:
    lines = stack.TEMPLATE.read_text().splitlines()
    columns = {number: line.index("Effect: ") for number, line in enumerate(lines) if "Effect: " in line}
    assert len(columns) == len({id(each) for each in _statements(template)}), "one statement is written otherwise"
    for start, column in columns.items():
        if "Effect: Deny" not in lines[start]:
            assert list(_unreasoned(lines[start + 1 :], column)) == []


def test_the_access_log_has_nothing_that_a_caller_writes(resources: Template) -> None:
    """API Gateway puts values between the quotes as they are."""
    line = resources["Apiv1Stage"]["Properties"]["AccessLogSetting"]["Format"]
    variables = set(re.findall(r"\$context\.([a-zA-Z.]+)", line))

    assert variables == {
        "requestId",
        "requestTime",
        "httpMethod",  # one that API Gateway knows: others it refuses
        "resourcePath",
        "status",
        "responseLatency",
        "responseLength",
        "error.responseType",
        "integration.integrationStatus",
    }
    assert json.loads(re.sub(r"\$context\.[a-zA-Z.]+", "0", line)).keys() > {"path", "status"}


def _unreasoned(lines: list[str], column: int) -> Iterator[str]:
    """The lines with a wildcard and without a reason, of the statement that is indented to a column."""
    reasoned = False  # by a comment above, which holds for a list of similar ones
    for line in takewhile(lambda line: not line[:column].strip() and line, lines):
        code, _, comment = line.partition("# ")
        if comment and not code.strip():
            reasoned = True
        elif "*" not in code or code.lstrip().startswith("Condition: "):
            reasoned = reasoned and code.strip().endswith("Resource:")
        elif not reasoned and not comment:
            yield line.strip()


def _statements(value: Any) -> Iterator[Template]:
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for each in value.values():
            yield from _statements(each)
    elif isinstance(value, list):
        for each in value:
            yield from _statements(each)


def _values(value: Any) -> Iterator[Any]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _values(each)
