"""One upload through sign_upload and get_upload, as a browser does it.

Signs, uploads, reads the result through its signed link, calls get_upload, follows the links to the thumbnails. The
upload is stored below uploads/, as every signed form requires, so the live version of convert converts it. The
functions are invoked directly, in the way API Gateway invokes them (docs/decisions/live-is-verified.md).
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from thumbs import observe
from thumbs.aws import functions
from thumbs.jobs import keys
from thumbs.verification import browser, golden, hook, probes

_TYPE = "image/jpeg"
# The upload waits in line with those of the users. If its conversion fails once, Lambda tries again after a minute (AWS
# Lambda, "How Lambda handles errors and retries with asynchronous invocation"): one stray error must stop no release.
CONVERSION_SECONDS = 150.0


class Fault(Exception):
    """A fault after which the remaining steps cannot run."""


@dataclass(frozen=True)
class Journey:
    """sign_upload, get_upload: each the ARN of a version, or NAME:ALIAS. uploads: the name of the upload bucket."""

    sign_upload: str
    get_upload: str
    uploads: str

    def faults(self, style: golden.Style | None = None) -> Iterator[str]:
        """The faults, one sentence each; the log names the step. Leaves nothing behind.

        style: the settings that the thumbnails must follow; None if it suffices that they exist.
        """
        try:
            self._refuses_what_is_no_picture()
            yield from self._takes_a_picture(style)
        except (Fault, functions.CallFailed, browser.Unreachable) as failure:
            yield str(failure)

    def _refuses_what_is_no_picture(self) -> None:
        observe.log().append_keys(step="refuse")
        answer = self._sign("text/plain", 1000)
        if answer["statusCode"] != 415:
            raise Fault(f"a text file is answered with {answer['statusCode']}")

    def _takes_a_picture(self, style: golden.Style | None) -> Iterator[str]:
        picture = golden.pictures()[0]
        observe.log().append_keys(step="sign")
        answer = self._sign(_TYPE, len(picture.content))
        if answer["statusCode"] != 201:
            raise Fault(f"a picture is answered with {answer['statusCode']}: {answer['body']}")
        (signed,) = json.loads(answer["body"])["uploads"]
        job = signed["job"]
        if not keys.is_job(job) or not keys.is_probe(job):
            raise Fault(f"{job!r} is not a probe's job")
        observe.log().append_keys(job=job)
        try:
            _upload(signed, picture.content)
            _read(signed)
            manifest = self._ask(job)
            made = _followed(manifest, signed["result"])
            if style and made is not None:
                observe.log().append_keys(step="look", picture=picture.file)
                yield from golden.faults(picture, made | {keys.manifest(job): json.dumps(manifest).encode()}, style)
        finally:
            probes.erase_upload(job, self.uploads)

    def _sign(self, content_type: str, size: int) -> dict[str, Any]:
        files = [{"name": "golden.jpg", "type": content_type, "size": size}]
        body = json.dumps({"files": files})
        return functions.ask(self.sign_upload, "POST", "/uploads", hook.ANSWER_SECONDS, body=body, probe=True)

    def _ask(self, job: str) -> dict[str, Any]:
        """The manifest, as returned by get_upload."""
        observe.log().append_keys(step="ask get_upload")
        named = {"pathParameters": {"job": job}, "probe": True}
        answer = functions.ask(self.get_upload, "GET", "/uploads/{job}", hook.ANSWER_SECONDS, **named)
        if answer["statusCode"] != 200:
            raise Fault(f"an upload that is done is answered with {answer['statusCode']}")
        manifest: dict[str, Any] = json.loads(answer["body"])
        if (manifest["job"], manifest["status"]) != (job, "done"):
            raise Fault(f"it answers {manifest}")
        return manifest


def _upload(signed: dict[str, Any], picture: bytes) -> None:
    observe.log().append_keys(step="upload")
    answer = browser.post(signed["upload"]["url"], signed["upload"]["fields"], picture)
    if answer.status != 204:
        raise Fault(f"S3 answers {answer.status} to the signed form: {answer.content[:500]!r}")


def _read(signed: dict[str, Any]) -> None:
    observe.log().append_keys(step="read the result")
    answer = browser.get(signed["result"])
    deadline = time.monotonic() + CONVERSION_SECONDS
    while answer.status != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
        answer = browser.get(signed["result"])
    if answer.status != 200:
        raise Fault(f"S3 answers {answer.status} to the signed link: {answer.content[:500]!r}")
    manifest = json.loads(answer.content)
    if (manifest["job"], manifest["status"]) != (signed["job"], "done"):
        raise Fault(f"the link leads to {manifest}")


def _followed(manifest: dict[str, Any], result: str) -> dict[str, bytes] | None:
    """The thumbnails by key. result: the link to the manifest, which is in the same bucket.

    None if they cannot be reached through the delivery domain. It depends on DNS, a certificate and a distribution,
    none of which a version can break or repair, so that is logged, and stops no release.
    """
    observe.log().append_keys(step="follow the link")
    found = {}
    for thumbnail in manifest["thumbnails"]:
        host = urlsplit(thumbnail["url"]).netloc
        try:
            answer = browser.get(thumbnail["url"])
        except browser.Unreachable as error:
            if host == urlsplit(result).netloc:
                raise
            observe.log().warning("delivery unreachable", host=host, detail=str(error))
            return None
        if answer.status != 200 or not answer.type.startswith("image/"):
            raise Fault(f"the link to a thumbnail is answered with {answer.status}, {answer.type}")
        found[thumbnail["key"]] = answer.content
    return found
