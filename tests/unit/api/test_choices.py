"""A set of sizes and a focus: in the request, in the signed form, and in the metadata that a conversion reads."""

import base64
import json
from typing import Any

import pytest

import sign_upload
from tests.material.invocation import Context
from thumbs import settings, sizes
from thumbs.api import limits, upload_request
from thumbs.jobs import choices
from thumbs.jobs.choices import UNCHOSEN, Choices

PROFILES = "avatar:small=64,large=256x256:pad:fff;post:card=400x300"


@pytest.fixture(autouse=True)
def profiles(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PROFILES", PROFILES)
    settings.current.cache_clear()


def body(**chosen: Any) -> str:
    return json.dumps({"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 7} | chosen]})


def test_both_are_signed_into_the_form(context: Context) -> None:
    event = {
        "httpMethod": "POST",
        "resource": "/uploads",
        "body": body(profile="avatar", focus=[0.25, 1]),
        "headers": {},
    }

    answer = sign_upload.handler(event, context)

    (upload,) = json.loads(answer["body"])["uploads"]
    fields = upload["upload"]["fields"]
    told = {"x-amz-meta-profile": "avatar", "x-amz-meta-focus": "0.2500,1.0000"}
    assert told.items() <= fields.items()
    conditions = json.loads(base64.b64decode(fields["policy"]))["conditions"]
    assert [{name: value} for name, value in told.items() if {name: value} not in conditions] == []


def test_a_form_without_a_choice_has_no_metadata(context: Context) -> None:
    event = {"httpMethod": "POST", "resource": "/uploads", "body": body(), "headers": {}}

    (upload,) = json.loads(sign_upload.handler(event, context)["body"])["uploads"]

    assert not [name for name in upload["upload"]["fields"] if name.startswith("x-amz-meta-")]


@pytest.mark.parametrize("name", ["", "Avatar", "banner", "avatar;post", "a" * 4000])
def test_an_unknown_profile_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(upload_request.Refused) as caught:
        upload_request.files(body(profile=name), settings.current())

    (problem,) = caught.value.problems
    assert (caught.value.status, problem.code, problem.pointer) == (422, "profile_unknown", "#/files/0/profile")
    assert problem.detail == "A profile is one of those of GET /limits: avatar, post."


def test_where_there_are_no_profiles_a_choice_is_refused_in_plain_words(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PROFILES", "")
    settings.current.cache_clear()

    with pytest.raises(upload_request.Refused) as caught:
        upload_request.files(body(profile="avatar"), settings.current())

    assert [each.detail for each in caught.value.problems] == ["This service has no profiles: leave the profile out."]


WRONG: list[Any] = [
    None,
    "0.5,0.5",
    0.5,
    {},
    [],
    [0.5],
    [0.5, 0.5, 0.5],
    ["0.5", 0.5],
    [True, 0.5],
    [None, 0.5],
    [-0.001, 0.5],
    [0.5, 1.001],
    [0.5, 10**400],
    [float("nan"), 0.5],
    [0.5, float("inf")],
]


@pytest.mark.parametrize("focus", WRONG, ids=str)
def test_a_focus_that_is_no_point_of_the_picture_is_refused(focus: Any) -> None:
    with pytest.raises(upload_request.Refused) as caught:
        upload_request.files(body(focus=focus), settings.current())

    (problem,) = caught.value.problems
    assert (caught.value.status, problem.code, problem.pointer) == (422, "invalid", "#/files/0/focus")


@pytest.mark.parametrize("focus", [[0, 0], [1, 1], [0.5, 1 / 3], [5e-324, 0.99999], [-0.0, 0.5]])
def test_what_is_signed_is_what_a_conversion_reads(focus: list[float]) -> None:
    (file,) = upload_request.files(body(focus=focus, profile="post"), settings.current())

    read = choices.of(Choices(file.profile, file.focus).metadata(), settings.current().profiles)

    assert read.profile == "post"
    assert read.focus == pytest.approx(focus, abs=5e-5)


@pytest.mark.parametrize(
    "text", ["", "0.5", "0.5,", "0.5;0.5", "1.0001,0", "nan,0", "-0,0", "0.5,0.5\n", "2,0", "00,0"]
)
def test_metadata_that_no_form_contains_chooses_nothing(text: str) -> None:
    assert choices.of({"focus": text, "profile": "gone"}, settings.current().profiles) == UNCHOSEN


def test_the_limits_list_the_sets() -> None:
    told = limits.limits()["profiles"]

    assert {name: [size["name"] for size in each] for name, each in told.items()} == {
        "avatar": ["small", "large"],
        "post": ["card"],
    }


@pytest.mark.parametrize(
    "text", ["a", "a:", ":a=1", "a:b=1;", "a:b=1;a:c=1", "a:b=1,b=2", ";".join("abcdefghi"), "a:b=0"]
)
def test_sets_that_cannot_be_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(Profiles|ThumbnailSizes): "):
        sizes.parse_profiles(text)
