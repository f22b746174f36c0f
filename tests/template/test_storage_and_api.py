"""The template's buckets, queue and API: private, tidy, throttled, and readable by a page."""

import json
import re
from datetime import timedelta

from operate import door
from tests.material.template import Template, of_type, references
from thumbs.api import upload_request
from thumbs.jobs import keys, ledger, retention


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
        statement = policy["PolicyDocument"]["Statement"][0]  # test_delivery_template.py checks the others
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_originals_go_and_thumbnails_stay(resources: Template) -> None:
    rules = resources["UploadBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]

    assert [rule.get("ExpirationInDays") for rule in rules] == [{"Ref": "KeepOriginalsDays"}, 1, None]
    assert rules[1]["Prefix"] == f"{keys.UPLOADS}{keys.PROBE_JOBS}", "a user's would be lost"
    assert resources["UploadBucket"]["DeletionPolicy"] == "Delete"
    assert resources["ThumbnailBucket"]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_what_a_probe_leaves_behind_goes_after_a_day(resources: Template) -> None:
    """The verification of a release deletes them; a late run may store them again."""
    rules = resources["ThumbnailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    expiring = {
        rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if {"ExpirationInDays", "Prefix"} <= rule.keys()
    }

    assert expiring == {keys.PROBES: 1, keys.PROBE_JOBS: 1}
    probe, job = keys.new_probe(), "f" + keys.new_job()[1:]
    for place in (keys.manifest, keys.binding, keys.folder):
        assert place(probe).startswith(keys.PROBE_JOBS)
        assert not place(job).startswith(tuple(expiring))


def test_a_tombstone_expires_after_every_event_is_too_old_to_end_its_job(resources: Template) -> None:
    """A conversion that began in time is over a day later."""
    rules = resources["ThumbnailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (rule,) = (rule for rule in rules if "TagFilters" in rule)

    assert [f"{tag['Key']}={tag['Value']}" for tag in rule["TagFilters"]] == [ledger._TOMBSTONE]
    assert timedelta(rule["ExpirationInDays"] - 1) == retention._OLDEST_EVENT
    assert rule["Status"] == "Enabled"


def test_a_sweep_that_is_given_up_is_parked_where_conversions_are(resources: Template) -> None:
    """So it is seen, and redriven."""
    parked = {"TargetArn": {"Fn::GetAtt": ["ConversionDeadLetterQueue", "Arn"]}}

    assert resources["EraseFunction"]["Properties"]["DeadLetterConfig"] == parked


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
    """A parameter decides about keys in the document, so SAM sees no change, and would not deploy it again."""
    assert "RequiresApiKey" in json.dumps(resources["Api"]["Properties"]["Body"])
    assert template["Resources"]["Api"]["Properties"]["AlwaysDeploy"] is True


def test_every_answer_of_the_gateway_is_readable_by_a_page(resources: Template) -> None:
    responses = resources["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "BAD_REQUEST_BODY"} <= set(responses)
    for response in responses.values():
        headers = response["responseParameters"]
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"


def test_a_malformed_body_is_answered_with_all_that_a_file_may_have(resources: Template) -> None:
    document = resources["Api"]["Properties"]["Body"]
    response = document["x-amazon-apigateway-gateway-responses"]["BAD_REQUEST_BODY"]
    (problem,) = map(json.loads, response["responseTemplates"].values())
    file = document["components"]["schemas"]["UploadRequest"]["properties"]["files"]["items"]

    assert [name for name in file["properties"] if f'"{name}"' not in problem["detail"]] == []


def test_the_api_requires_a_secret_only_if_one_is_set(resources: Template) -> None:
    """Otherwise it has no policy, and responds to everybody, unless it is private."""
    condition, policy, otherwise = resources["Api"]["Properties"]["Body"]["x-amazon-apigateway-policy"]["Fn::If"]
    private, _, open_to_all = otherwise["Fn::If"]
    assert (condition, private, open_to_all) == ("AnswersDeliveryOnly", "IsPrivate", {"Ref": "AWS::NoValue"})
    by_policies, (deny, preflights), (allow,) = policy["Statement"]["Fn::If"]
    assert by_policies == "ByPolicies"
    assert (allow["Effect"], allow["Resource"]) == ("Allow", "execute-api:/*")
    secrets = allow["Condition"]["StringEquals"]["aws:Referer"]
    # IAM and authorizer functions decide who may call. What this policy allowed would be allowed without them.
    assert (deny["Effect"], deny["Resource"]) == ("Deny", "execute-api:/*")
    assert deny["Condition"] == {"StringNotEquals": {"aws:Referer": secrets}}
    assert (preflights["Effect"], preflights["Resource"]) == ("Allow", "execute-api:/*/OPTIONS/*")
    assert preflights["Condition"] == allow["Condition"]
    assert [name for name, each in resources.items() if "DeliverySecrets" in {*references(each)}] == ["Api"]
    name = door.parameter("${AWS::StackName}")
    assert [secret["Fn::Sub"][0] for secret in secrets] == [f"{{{{resolve:ssm:{name}:${{Version}}}}}}"] * 2


def test_each_call_but_preflights_needs_an_identity_and_a_key(resources: Template) -> None:
    nothing = {"Ref": "AWS::NoValue"}
    asked = [
        {"Fn::If": ["HasAuthorizer", {"authorizer": []}, nothing]},
        {"Fn::If": ["RequiresApiKey", {"api_key": []}, nothing]},
    ]
    for methods in resources["Api"]["Properties"]["Body"]["paths"].values():
        for method, operation in (methods["Fn::If"][1] if "Fn::If" in methods else methods).items():
            if method == "delete":  # exists only with an authorizer
                condition, operation, no = operation["Fn::If"]
                assert (condition, no) == ("HasAuthorizer", nothing)
                assert operation["security"] == [{"authorizer": []}, asked[1]]
            else:
                assert operation.get("security", []) == ([] if method == "options" else asked)


def test_without_an_authorizer_nothing_is_added(resources: Template) -> None:
    """No resource and no grant: what there is for owners depends on a condition that the default does not meet."""
    assert resources["AskAuthorizer"]["Condition"] == "ByFunction"
    document = resources["Api"]["Properties"]["Body"]
    assert document["components"]["securitySchemes"]["authorizer"]["Fn::If"][2] == {"Ref": "AWS::NoValue"}
    assert resources["EraseByApi"]["Condition"] == "HasAuthorizer"
    granted = {
        "ReportFailureFunctionRole": [
            ("ExpectsClaims", "s3:PutObjectTagging"),
            ("HasAuthorizer", "s3:GetObject"),
            ("HasAuthorizer", "s3:ListBucket"),
        ],
        "EraseFunctionRole": [
            ("HasDelivery", "cloudfront:CreateInvalidation"),
            ("HasAuthorizer", "s3:ListBucket"),
            ("HasAuthorizer", "lambda:InvokeFunction"),
        ],
    }
    for name, grants in granted.items():
        role = resources[name]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        conditional = [each["Fn::If"] for each in role if "Fn::If" in each and each["Fn::If"][0] != "HasKey"]
        assert [(condition, grant["Action"]) for condition, grant, _ in conditional] == grants
        assert all(no == {"Ref": "AWS::NoValue"} for _, _, no in conditional)
    for name, resource in of_type(resources, "AWS::Lambda::Function").items():
        sees = name.removesuffix("Function") in ("SignUpload", "GetUpload", "Claim", "ReportFailure", "Erase")
        variables = resource["Properties"]["Environment"]["Variables"]
        assert variables.get("HAS_OWNERS") == ({"Fn::If": ["HasAuthorizer", "true", "false"]} if sees else None)


def test_a_function_that_has_no_room_is_busy_and_not_broken(resources: Template) -> None:
    """Lambda's throttling of a proxy integration reaches API Gateway as INTEGRATION_FAILURE."""
    responses = resources["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    busy = responses["INTEGRATION_FAILURE"]

    assert str(busy["statusCode"]) == "503"
    assert busy["responseParameters"]["gatewayresponse.header.Retry-After"] == "'5'"
    assert busy["responseParameters"]["gatewayresponse.header.Access-Control-Expose-Headers"] == "'Retry-After'"
    assert json.loads(busy["responseTemplates"]["application/json"])["status"] == 503


def test_the_access_log_has_nothing_that_a_caller_writes(resources: Template) -> None:
    """API Gateway inserts values between the quotes unescaped."""
    line = resources["Apiv1Stage"]["Properties"]["AccessLogSetting"]["Format"]
    variables = set(re.findall(r"\$context\.([a-zA-Z.]+)", line))

    assert variables == {
        "requestId",
        "requestTime",
        "httpMethod",  # one that API Gateway knows, because it refuses others
        "resourcePath",
        "status",
        "responseLatency",
        "responseLength",
        "error.responseType",
        "integration.integrationStatus",
    }
    assert json.loads(re.sub(r"\$context\.[a-zA-Z.]+", "0", line)).keys() > {"path", "status"}
