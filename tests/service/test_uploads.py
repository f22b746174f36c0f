"""From a signature to thumbnails, through the API, S3 and the functions, each under its own role."""

import io
import re
from datetime import UTC, datetime

import pytest
import requests
from PIL import Image, ImageStat

from tests.actors import journeys
from tests.actors.client import PATIENCE, Service, Signed, wait_for
from tests.material import pictures
from thumbs.jobs import keys


@pytest.mark.parametrize(
    ("content_type", "format_", "make"),
    [
        ("image/jpeg", "JPEG", lambda: pictures.jpeg(800, 600, orientation=6)),
        ("image/png", "PNG", lambda: pictures.png(800, 600)),
        ("image/webp", "WEBP", lambda: pictures.webp(800, 600)),
        ("image/gif", "GIF", lambda: pictures.animated_gif(800, 600)),
        ("image/avif", "AVIF", lambda: pictures.avif(800, 600)),
        ("image/heic", "HEIF", lambda: pictures.heic(800, 600)),
        ("image/tiff", "TIFF", lambda: pictures.tiff(800, 600)),
        ("image/bmp", "BMP", lambda: pictures.bmp(800, 600)),
    ],
)
def test_each_format_comes_back_as_thumbnails(stack: Service, content_type: str, format_: str, make) -> None:  # type: ignore[no-untyped-def]
    content = make()
    signed = stack.upload(content, content_type)
    manifest = stack.result(signed)

    assert manifest["status"] == "done", manifest
    assert (manifest["version"], manifest["job"], manifest["reason"]) == (1, signed.job, None)
    original = manifest["original"]
    assert (original["format"], original["width"], original["height"]) == (format_, 800, 600)
    assert original["bytes"] == len(content)
    assert manifest["placeholder"]["thumbhash"]
    assert manifest["placeholder"]["color"].startswith("#")
    assert [(each["size"], each["width"], each["height"]) for each in manifest["thumbnails"]] == [
        ("small", 160, 120),
        ("medium", 320, 240),
        ("large", 640, 480),
    ]
    for thumbnail in manifest["thumbnails"]:
        answer = requests.get(thumbnail["url"], timeout=PATIENCE)
        assert answer.headers["Content-Type"] == thumbnail["type"] == "image/webp"
        assert "immutable" in answer.headers["Cache-Control"]
        assert len(answer.content) == thumbnail["bytes"]
        assert re.fullmatch(f"{keys.folder(signed.job)}/[0-9a-f]{{16}}/{thumbnail['size']}.webp", thumbnail["key"])
        picture = Image.open(io.BytesIO(answer.content))
        assert picture.size == (thumbnail["width"], thumbnail["height"])
        # The first quarter is red in every test picture, also where orientation has to put it there.
        quarter = picture.convert("RGB").crop((0, 0, picture.width // 2, picture.height // 2))
        red, green, blue = ImageStat.Stat(quarter).mean
        assert red > 200
        assert max(green, blue) < 60


def test_a_transparent_picture_stays_transparent(stack: Service) -> None:
    manifest = stack.convert(pictures.transparent_png(), "image/png")

    content = requests.get(manifest["thumbnails"][-1]["url"], timeout=PATIENCE).content
    assert Image.open(io.BytesIO(content)).convert("RGBA").getchannel("A").getextrema() == (0, 255)


def test_a_text_file_renamed_to_jpg_is_rejected_at_once_with_a_sentence(stack: Service) -> None:
    journeys.rejects_a_text_file(stack)


def test_a_picture_with_too_many_pixels_is_rejected_with_its_facts(stack: Service) -> None:
    manifest = stack.convert(pictures.huge_png(20000, 20000), "image/png")

    assert manifest["status"] == "rejected"
    assert manifest["reason"]["code"] == "too_many_pixels"
    assert "50 megapixels" in manifest["reason"]["message"]
    assert (manifest["original"]["width"], manifest["original"]["height"]) == (20000, 20000)


def test_twenty_five_files_are_signed_in_one_call_each_for_itself(stack: Service) -> None:
    files = [{"name": f"{number}.png", "type": "image/png", "size": 1000} for number in range(25)]

    uploads = stack.ask({"files": files}).json()["uploads"]

    assert len({upload["job"] for upload in uploads}) == 25
    assert len({upload["upload"]["fields"]["key"] for upload in uploads}) == 25
    for upload in uploads:
        assert set(upload) == {"job", "upload", "result", "expires"}
        expires = datetime.strptime(upload["expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert 280 < (expires - datetime.now(UTC)).total_seconds() <= 300


def test_uploads_at_once_all_end(stack: Service) -> None:
    journeys.converts_uploads_at_once(stack)


def test_an_upload_can_be_followed_through_the_api(stack: Service) -> None:
    journeys.follows_an_upload(stack)


def test_who_was_sent_a_thumbnail_cannot_ask_for_its_job(stack: Service) -> None:
    """A stranger has only the address and its response; the job would reveal everything else, for ever."""
    signed = stack.upload(pictures.jpeg())
    for thumbnail in stack.result(signed)["thumbnails"]:
        answer = requests.get(thumbnail["url"], timeout=PATIENCE)
        assert answer.status_code == 200
        missing = requests.get(thumbnail["url"].replace(".webp", ".jpg"), timeout=PATIENCE)
        assert missing.status_code == 403, "an error tells no more"
        known = f"{thumbnail['url']} {answer.headers} {answer.content.hex()} {missing.headers} {missing.text}"

        assert signed.job not in known
        assert signed.job.encode() not in answer.content
        jobs = {known[at : at + 32] for at in range(len(known)) if keys.is_job(known[at : at + 32])}
        named = {job for job in jobs if job in thumbnail["url"]}
        assert named, "what looks like a job is tried"
        for job in named:
            assert stack.get(f"uploads/{job}").status_code == 404


def test_an_upload_without_a_result_yet_is_processing(stack: Service) -> None:
    job = "f" * 32
    stack.s3.put_object(Bucket=stack.uploads, Key=f"uploads/{job}", Body=b"not a picture")
    # The conversion will have rejected it, so its result is deleted to see the state before it.
    wait_for(lambda: stack.manifest(job), "manifest")
    stack.s3.delete_object(Bucket=stack.thumbnails, Key=f"{job}/manifest.json")

    answer = stack.get(f"uploads/{job}")

    assert answer.status_code == 202
    assert answer.json() == {"job": job, "status": "processing"}


def test_limits_are_those_of_the_stack(stack: Service) -> None:
    limits = stack.get("limits").json()

    assert limits["maxFiles"] == 25
    assert limits["maxUploadBytes"] == 20_000_000
    assert limits["maxMegapixels"] == 50
    assert limits["types"]["image/heic"][0] == ".heic"
    assert [size["name"] for size in limits["sizes"]] == ["small", "medium", "large"]


def test_every_line_about_a_job_names_it(stack: Service) -> None:
    signed = stack.upload(pictures.jpeg())
    stack.result(signed)
    stack.get(f"uploads/{signed.job}")

    for function, message in (("sign_upload", "signed"), ("convert", "done"), ("get_upload", "answered")):
        lines = stack.log_of(function, signed.job)
        assert message in [line["message"] for line in lines]
        assert all(line["service"] == function and line["request_id"] for line in lines)


def test_the_id_of_a_callers_request_reaches_the_lines_of_its_job(stack: Service) -> None:
    asked = {"files": [{"name": "picture.jpg", "type": "image/jpeg", "size": 1000}]}
    entry = stack.ask(asked, **{"X-Request-Id": "order-4711/a"}).json()["uploads"][0]
    signed = Signed(entry["job"], **entry["upload"], result=entry["result"], expires=entry["expires"])
    signed.post(pictures.jpeg())
    stack.result(signed)

    for function, message in (("sign_upload", "signed"), ("convert", "done")):
        stack.log_of(function, signed.job)  # they have arrived
        lines = [line for line in stack.log(function) if line.get("correlation_id") == "order-4711/a"]
        assert message in [line["message"] for line in lines]
        assert all(signed.job in (line.get("job"), *line.get("jobs", ())) for line in lines)
    other = stack.upload(pictures.jpeg())
    stack.result(other)
    assert not [line for line in stack.log_of("convert", other.job) if "correlation_id" in line]
    assert signed.post(pictures.jpeg(), x_amz_meta_correlation="forged").status_code == 403


def test_metrics_are_embedded_in_the_log(stack: Service) -> None:
    stack.log_of("convert", stack.convert(pictures.jpeg())["job"])  # the metrics of this run have arrived

    expected = {"Converted", "Rejected", "ConversionTime", "ColdStart"}
    assert {f"image-thumbnails/{name}" for name in expected} <= stack.metrics("convert")
