"""POST /uploads as the function sees it, and its responses."""

import json
from typing import Any

import pytest

import sign_upload
from tests.material.invocation import Context
from thumbs import errors, formats, settings
from thumbs.api import upload_request
from thumbs.api.upload_request import File, Refused


def entry(**changed: Any) -> dict[str, Any]:
    return {"name": "IMG_2041.HEIC", "type": "image/heic", "size": 2345678} | changed


def refusal(body: str | None) -> Refused:
    with pytest.raises(Refused) as caught:
        upload_request.files(body, settings.current())
    return caught.value


def body(*entries: Any) -> str:
    return json.dumps({"files": list(entries)})


def test_files_are_read() -> None:
    files = upload_request.files(body(entry(), entry(type="IMAGE/PNG", size=1)), settings.current())

    assert files == [File("IMG_2041.HEIC", "image/heic", 2345678), File("IMG_2041.HEIC", "image/png", 1)]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "x",
        "null",
        "[]",
        "{}",
        '{"files": {}}',
        '{"files": []}',
        body(*[entry()] * 26),
        "[" * 100_000,
        body(None),
        body("a.jpg"),
        body({}),
        body(entry(name=None)),
        body(entry(type=7)),
        body(entry(size="7")),
        body(entry(size=7.5)),
        body(entry(size=True)),
        body(entry(reference=7)),
        body(entry(reference=None)),
        body(entry(profile=7)),
        '{"files": [{"name": "a", "type": "image/png", "size": NaN}]}',
    ],
)
def test_a_malformed_body_is_400(text: str | None) -> None:
    problem = refusal(text)

    assert problem.status == 400
    assert problem.problems
    assert all(each.code == "malformed" for each in problem.problems)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"size": "7"}, 'Each file needs "size": a whole number of bytes.'),
        ({"profile": None}, '"profile" is a text, or left out.'),
    ],
)
def test_a_malformed_member_is_needed_or_may_be_left_out(changed: dict[str, Any], sentence: str) -> None:
    assert [each.detail for each in refusal(body(entry(**changed))).problems] == [sentence]


@pytest.mark.parametrize(
    ("changed", "status", "pointer", "sentence"),
    [
        ({"size": 20_000_001}, 413, "size", "larger than 20 MB"),
        ({"type": "application/pdf"}, 415, "type", "JPEG, PNG, WebP"),
        ({"type": ""}, 415, "type", "JPEG, PNG, WebP"),
        ({"type": "image/jpeg; charset=x"}, 415, "type", "JPEG, PNG, WebP"),
        ({"size": 0}, 422, "size", "empty"),
        ({"size": -1}, 422, "size", "impossible values"),
        ({"name": ""}, 422, "name", "1 to 1024 characters"),
        ({"name": "x" * 1025}, 422, "name", "1 to 1024 characters"),
    ],
)
def test_a_bad_file_is_named_with_its_reason(changed: dict[str, Any], status: int, pointer: str, sentence: str) -> None:
    problem = refusal(body(entry(), entry(**changed)))

    assert problem.status == status
    (each,) = problem.problems
    assert (each.file, each.pointer) == (1, f"#/files/1/{pointer}")
    assert sentence in each.detail
    assert problem.detail == "1 file of 2 cannot be uploaded; nothing was signed."


@pytest.mark.parametrize("changed", [{"size": 0}, {"size": -1}, {"size": 20_000_001}, {"type": "text/plain"}])
def test_code_and_sentence_of_a_bad_file_agree(changed: dict[str, Any]) -> None:
    (each,) = refusal(body(entry(**changed))).problems

    facts = {"limit": 20, "accepted": formats.ACCEPTED_LABELS}
    assert each.detail == errors.describe(errors.Reason(each.code), **facts)["message"]


@pytest.mark.parametrize("size", [0, -1])
def test_a_size_below_1_is_invalid_as_in_0_1(size: int) -> None:
    (each,) = refusal(body(entry(size=size))).problems

    assert each.code == "invalid"


def test_a_body_that_is_too_long_is_413() -> None:
    longest = body(*[entry(name="\N{FIREWORKS}" * upload_request.MAX_NAME)] * upload_request.MAX_FILES)
    assert len(upload_request.files(longest, settings.current())) == upload_request.MAX_FILES

    padded = longest + " " * (upload_request.MAX_BODY - len(longest))
    assert upload_request.files(padded, settings.current())
    refused = refusal(padded + " ")
    assert (refused.status, refused.problems[0].code) == (413, "malformed")


def test_exactly_the_limit_is_accepted() -> None:
    assert upload_request.files(body(entry(size=20_000_000)), settings.current())[0].size == 20_000_000


def test_one_fault_in_all_bad_files_keeps_its_status_several_are_422() -> None:
    assert refusal(body(entry(size=10**9), entry(), entry(size=10**8))).status == 413
    assert refusal(body(entry(size=10**9), entry(type="text/html"))).status == 422


def call(context: Context, method: str = "POST", resource: str = "/uploads", **event: Any) -> Any:
    return sign_upload.handler(
        {"httpMethod": method, "resource": resource, "headers": None, "body": None} | event, context
    )


@pytest.mark.parametrize(("changed", "said"), [({}, "signed"), ({"size": 10**9}, "refused")])
def test_a_file_name_stays_out_of_the_log(
    context: Context, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], said: str
) -> None:
    call(context, body=body(entry(name="surname_passport.jpg", **changed)))

    written = capsys.readouterr().out
    assert f'"message":"{said}"' in written
    assert "passport" not in written


def test_a_body_in_base64_is_not_taken_for_json(context: Context) -> None:
    """API Gateway encodes binary content; this API declares none."""
    assert call(context, body="eyJmaWxlcyI6IFtdfQ==", isBase64Encoded=True)["statusCode"] == 400


def test_an_unknown_path_is_404(context: Context) -> None:
    assert call(context, "GET", "/elsewhere")["statusCode"] == 404


@pytest.mark.parametrize("header", ["Origin", "origin"])
def test_an_allowed_origin_is_named_whatever_the_case_of_the_header(
    environment: pytest.MonkeyPatch, context: Context, header: str
) -> None:
    environment.setenv("ALLOWED_ORIGINS", "https://a.example,https://b.example")

    allowed = call(context, headers={header: "https://b.example"})["headers"]
    refused = call(context, headers={header: "https://c.example"})["headers"]

    assert allowed["Access-Control-Allow-Origin"] == "https://b.example"
    assert "Access-Control-Allow-Origin" not in refused
    assert allowed["Vary"] == refused["Vary"] == "Origin"


@pytest.mark.parametrize("reference", ["", "x" * 129, "Zoë", "two\nlines", "\x7f"])
def test_a_reference_is_short_and_printable(reference: str) -> None:
    (problem,) = refusal(body(entry(reference=reference))).problems

    assert (problem.code, problem.pointer) == ("invalid", "#/files/0/reference")


@pytest.mark.parametrize("reference", ["7", " ", "~" * 128, '{"order": 7}'])
def test_a_reference_is_taken_as_it_is(reference: str) -> None:
    (file,) = upload_request.files(body(entry(reference=reference)), settings.current())

    assert file.reference == reference


@pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 65, "g" * 64, "0" * 64 + "\n", "\u0660" * 64])
def test_a_digest_has_64_hexadecimal_digits(digest: str) -> None:
    (problem,) = refusal(body(entry(sha256=digest))).problems

    assert (problem.code, problem.pointer) == ("invalid", "#/files/0/sha256")


def test_a_digest_is_taken_in_either_case() -> None:
    (file,) = upload_request.files(body(entry(sha256="0aB" + "9" * 61)), settings.current())

    assert file.sha256 == "0ab" + "9" * 61


@pytest.mark.parametrize("digest", [None, 7, ["0" * 64]])
def test_a_digest_that_is_no_text_is_malformed(digest: object) -> None:
    (problem,) = refusal(body(entry(sha256=digest))).problems

    assert (problem.code, problem.pointer) == ("malformed", "#/files/0/sha256")
