"""One upload through sign_upload and get_upload, as a browser does it.

sign, upload, read the result by its signed link, ask get_upload, follow the link to a thumbnail. What is uploaded lies
under uploads/, where a signed form must put it, so it is the live version of convert that converts it.
"""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from thumbs import observe, settings
from thumbs.aws import versions
from thumbs.jobs import keys
from thumbs.verification import browser, golden, probes, release

_TYPE = "image/jpeg"
_CONVERSION_SECONDS = 30.0  # the upload waits in line with those of the users


class Fault(Exception):
    """What is wrong: the steps behind it cannot be taken."""


def faults() -> Iterator[str]:
    """What is wrong with the new versions: the first thing that is, or nothing."""
    try:
        _refuses_what_is_no_picture()
        _takes_a_picture()
    except (Fault, versions.CallFailed, browser.Unreachable) as failure:
        yield str(failure)


def _refuses_what_is_no_picture() -> None:
    observe.log().append_keys(step="refuse")
    answer = _sign("text/plain", 1000)
    if answer["statusCode"] != 415:
        raise Fault(f"a text file is answered with {answer['statusCode']}")


def _takes_a_picture() -> None:
    picture = golden.pictures()[0].content
    observe.log().append_keys(step="sign")
    answer = _sign(_TYPE, len(picture))
    if answer["statusCode"] != 201:
        raise Fault(f"a picture is answered with {answer['statusCode']}: {answer['body']}")
    (signed,) = json.loads(answer["body"])["uploads"]
    job = signed["job"]
    if not keys.is_job(job) or not keys.is_probe(job):
        raise Fault(f"{job!r} is no job of a probe")
    observe.log().append_keys(job=job)
    try:
        _upload(signed, picture)
        _read(signed)
        _follow(_ask(job), signed["result"])
    finally:
        probes.delete_upload(job)


def _upload(signed: dict[str, Any], picture: bytes) -> None:
    observe.log().append_keys(step="upload")
    answer = browser.post(signed["upload"]["url"], signed["upload"]["fields"], picture)
    if answer.status != 204:
        raise Fault(f"S3 answers {answer.status} to the signed form: {answer.content[:500]!r}")


def _read(signed: dict[str, Any]) -> None:
    observe.log().append_keys(step="read the result")
    answer = browser.get(signed["result"])
    deadline = time.monotonic() + _CONVERSION_SECONDS
    while answer.status != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
        answer = browser.get(signed["result"])
    if answer.status != 200:
        raise Fault(f"S3 answers {answer.status} to the signed link: {answer.content[:500]!r}")
    manifest = json.loads(answer.content)
    if (manifest["job"], manifest["status"]) != (signed["job"], "done"):
        raise Fault(f"the link leads to {manifest}")


def _ask(job: str) -> str:
    """The link to a thumbnail, as get_upload gives it."""
    observe.log().append_keys(step="ask get_upload")
    version = settings.current().get_upload_version
    answer = versions.ask(version, "GET", "/uploads/{job}", release.ANSWER_SECONDS, pathParameters={"job": job})
    if answer["statusCode"] != 200:
        raise Fault(f"an upload that is done is answered with {answer['statusCode']}")
    manifest = json.loads(answer["body"])
    if (manifest["job"], manifest["status"]) != (job, "done"):
        raise Fault(f"it answers {manifest}")
    link: str = manifest["thumbnails"][0]["url"]
    return link


def _follow(link: str, result: str) -> None:
    """link: to a thumbnail. result: the link to the manifest, which is in the same bucket.

    A link of the delivery's domain depends on DNS, a certificate and a distribution, none of which a version of the API
    can break or repair: that they cannot be reached is logged, and stops no release.
    """
    observe.log().append_keys(step="follow the link")
    host = urlsplit(link).netloc
    try:
        thumbnail = browser.get(link)
    except browser.Unreachable as error:
        if host == urlsplit(result).netloc:
            raise
        observe.log().warning("delivery unreachable", host=host, detail=str(error))
        return
    if thumbnail.status != 200 or not thumbnail.type.startswith("image/"):
        raise Fault(f"the link to a thumbnail is answered with {thumbnail.status}, {thumbnail.type}")


def _sign(content_type: str, size: int) -> dict[str, Any]:
    files = [{"name": "golden.jpg", "type": content_type, "size": size}]
    body, version = json.dumps({"files": files}), settings.current().sign_upload_version
    return versions.ask(version, "POST", "/uploads", release.ANSWER_SECONDS, body=body, probe=True)
