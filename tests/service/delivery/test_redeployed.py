"""The command that deploys a delivery, run again, interrupted, or run with wrong arguments."""

import json
import re
import signal
import socket

import pytest

from tests.actors.client import PATIENCE
from tests.actors.edge import Edge, invalidations
from tests.material.bounds import SERVICE
from tests.standins import delivery_gaps


def test_given_again_the_command_changes_nothing(edge: Edge) -> None:
    before = invalidations(edge)
    answer = edge.command("--page-only")

    assert answer.returncode == 0, answer.stderr
    assert "the page is up to date" in answer.stdout
    assert "publish " not in answer.stdout
    assert answer.stdout.splitlines()[-1] == f"Upload page: https://{edge.domain}/"
    assert invalidations(edge) == before
    status, *others = edge.delivery.status()
    assert re.match(r"image-thumbnails-delivery in us-east-1: (CREATE|UPDATE)_COMPLETE since 20", status)
    assert f"  PageUrl = https://{edge.domain}/" in others
    assert not [line for line in others if "run the command update" in line]


def test_an_edited_page_joins_the_old_one_and_invalidates_only_its_index(edge: Edge) -> None:
    """Both versions stay published, because open pages still load their modules."""
    old = re.findall(r'src="([^"]+)/page.js"', edge.get("/").text)[0]
    style = edge.project / "frontend" / "style.css"
    style.write_text(style.read_text() + "\n/* edited */\n")

    dry = edge.command("--page-only", "--dry-run")
    assert dry.returncode == 0
    assert "publish index.html" in dry.stdout
    assert "invalidate / and /index.html" in dry.stdout
    assert f'src="{old}/page.js"' in edge.get("/").text, "a dry run does nothing"

    before = invalidations(edge)
    assert edge.command("--page-only").returncode == 0
    new = re.findall(r'src="([^"]+)/page.js"', edge.get("/").text)[0]
    assert new != old
    assert edge.get(f"/{new}/style.css").text.endswith("/* edited */\n")
    assert edge.get(f"/{old}/style.css").status_code == 200, "a page that is open still finds its parts"
    assert invalidations(edge)[len(before) :] == [["/", "/index.html"]]

    style.write_text(style.read_text() + "\n/* edited again */\n")
    assert edge.command("--page-only").returncode == 0
    assert edge.get(f"/{old}/style.css").status_code in (403, 404), "two versions are kept"
    assert edge.get(f"/{new}/style.css").status_code == 200


def test_the_page_signs_people_in_at_the_provider_that_is_set(edge: Edge) -> None:
    line = "client=2f0k authorize=https://id.example.com/a token=https://token.example.com/t"
    plain = edge.get("/")
    answer = edge.command("--set", f"SignIn={line}")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    delivery_gaps.bridge(edge.deployed, edge.delivery)
    page = edge.get("/")
    assert f'<meta name="sign-in" content="{line}">' in page.text
    before, after = (set(each.headers["Content-Security-Policy"].split()) for each in (plain, page))
    assert {source.strip(";") for source in after - before} - before == {"https://token.example.com"}

    for setting, sentence in (("SignIn=client=2f0k", "A sign-in needs"), ("SignInOrigins=https://a", "follows from")):
        refused = edge.command("--set", setting)
        assert refused.returncode == 1
        assert sentence in refused.stderr

    answer = edge.command()
    assert answer.returncode == 0, answer.stdout + answer.stderr
    delivery_gaps.bridge(edge.deployed, edge.delivery)
    assert edge.get("/").text == plain.text, "the service needs no sign-in"
    assert edge.get("/").headers["Content-Security-Policy"] == plain.headers["Content-Security-Policy"]


def test_a_list_of_origins_is_completed_with_the_pages_own(edge: Edge) -> None:
    """The page uploads to the upload bucket, which is another origin."""
    service = edge.delivery.parent
    edge.set_of_the_service(AllowedOrigins="https://photos.example.com")
    try:
        answer = edge.command()
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert service.parameters()["AllowedOrigins"] == f"https://photos.example.com,https://{edge.domain}"
        back = {"DeliveryDomain": "", "DeliveryDistribution": "", "AllowedOrigins": "https://photos.example.com"}
        assert edge.delivery.untold() == back, "what the service is set to before the stack is removed"
        assert edge.command("--dry-run").stdout.count("nothing to change") == 2

        long = f"https://{'a' * 80}.example.com"
        edge.set_of_the_service(AllowedOrigins=long)
        answer = edge.command()
        assert answer.returncode == 1
        assert "longer than the 100 characters that it may have. Remove an origin" in answer.stderr
        assert service.parameters()["AllowedOrigins"] == long
    finally:
        edge.set_of_the_service(AllowedOrigins="*")


def test_a_setting_too_long_for_a_description_reaches_the_live_versions(edge: Edge) -> None:
    """By a new version of a layer, with the template that is deployed already. Each of the two is in another layer."""
    functions = edge.deployed.client("lambda")

    def live(function: str) -> tuple[str, str]:
        found = functions.get_function_configuration(FunctionName=edge.deployed.resources[function], Qualifier="live")
        told = found["Environment"]["Variables"]
        return told["THUMBNAIL_SIZES"], told["PROFILES"]

    usual, long, profiles = (
        SERVICE.parameters["ThumbnailSizes"]["Default"],
        SERVICE.most("ThumbnailSizes"),
        SERVICE.most("Profiles"),
    )
    for chosen in ((long, ""), (long, profiles), (usual, "")):
        edge.set_of_the_service(**dict(zip(("ThumbnailSizes", "Profiles"), chosen, strict=True)))
        assert [live(name) for name in ("SignUploadFunction", "ConvertFunction")] == [chosen, chosen]


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "expected"),
    [
        (["--stack-name", "elsewhere"], {}, 1, "There is no stack 'elsewhere' in us-east-1."),
        (["--set", "CallsPerAddress=many"], {}, 1, "CallsPerAddress"),
        (["--set", "Domain=pictures.example.com"], {}, 1, "Domain needs HostedZoneId"),
        (["--set", "BotControl=Enabled"], {}, 1, "BotControl is a part of the firewall"),
        (["--set", "Firewall"], {}, 2, "'Firewall' is not NAME=VALUE"),
        (
            [],
            {"AWS_ENDPOINT_URL": "http://localhost:9", "AWS_MAX_ATTEMPTS": "1"},
            1,
            "The stack 'image-thumbnails' cannot be read: Could not connect",
        ),
        ([], {"AWS_PROFILE": "nobody"}, 1, "AWS cannot be reached: The config profile (nobody) could not be found"),
        ([], {"AWS_REGION": "", "AWS_CONFIG_FILE": "/dev/null"}, 1, "In which region is the stack 'image-thumbnails'?"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    edge: Edge, arguments: list[str], environment: dict[str, str], status: int, expected: str
) -> None:
    answer = edge.command(*arguments, **environment)

    assert answer.returncode == status, answer.stdout + answer.stderr
    assert expected in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_deployment_that_failed_says_why_and_is_simply_tried_again(edge: Edge) -> None:
    other = {
        "Parameters": {name: {"Type": "String", "Default": ""} for name in ("DeliveryDomain", "DeliveryDistribution")},
        "Resources": {"Told": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "DeliveryDomain"}}}},
        "Outputs": {
            "ApiUrl": {"Value": "https://api.example.com/v1/"},
            "UploadBucket": {"Value": edge.uploads},
            "ThumbnailBucket": {"Value": edge.thumbnails},
            "ServiceRegion": {"Value": "us-east-1"},
            "RedriveFunction": {"Value": "redrive"},
        },
    }
    edge.deployed.client("cloudformation").create_stack(StackName="other", TemplateBody=json.dumps(other))

    answer = edge.command(
        "--stack-name", "other", "--set=Domain=a.example.org", "--set=HostedZoneId=Z00000000000000000"
    )
    assert answer.returncode == 1
    assert "other-delivery is ROLLBACK_COMPLETE" in answer.stderr
    assert re.search(r"Record\w*: .*Z00000000000000000", answer.stderr)
    assert edge.command("--stack-name", "other", "--page-only").returncode == 1
    assert (
        "deleting the remains of a failed first deployment" in edge.command("--stack-name", "other", "--dry-run").stdout
    )

    answer = edge.command("--stack-name", "other")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "deleting the remains of a failed first deployment" in answer.stdout
    assert re.search(r"set DeliveryDomain=\S+\.cloudfront\.net", answer.stdout)

    answer = edge.command("--stack-name", "other", action="remove")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.splitlines()[-1] == "other-delivery is deleted."
    assert "set DeliveryDomain= of other" in answer.stdout


def test_a_command_that_was_stopped_says_what_goes_on(edge: Edge) -> None:
    with socket.create_server(("127.0.0.1", 0)) as storage:  # which takes a call and never answers
        storage.settimeout(PATIENCE)
        address = f"http://127.0.0.1:{storage.getsockname()[1]}"
        with edge.started("--dry-run", "--yes", AWS_ENDPOINT_URL_S3=address) as process:
            assert process.stderr is not None
            with storage.accept()[0]:  # the stack is done with, the page has begun
                process.send_signal(signal.SIGINT)

                assert process.wait(PATIENCE) == 130
            assert process.stderr.read().startswith("\nStopped. What is done stays done, and CloudFormation finishes")


def test_the_command_explains_itself(edge: Edge) -> None:
    answer = edge.command("--help")

    assert answer.returncode == 0
    for option in ("--stack-name", "--region", "--set", "--page-only", "--dry-run"):
        assert option in answer.stdout
