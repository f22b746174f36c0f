"""A client of the service: requests signatures, uploads, waits for the result."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

import requests

from dev.stack import Stack
from thumbs.jobs import keys, notices
from thumbs.jobs.notices import Upload

T = TypeVar("T")

PAGE = "https://photos.example.com"  # an adopter's own page, on another site

# Seconds until a test gives up waiting. On an idle machine, what it waits for takes one or two.
PATIENCE = 180


# Every call that a page may make. Before each that sends a key, GET included, its browser sends a preflight.
CALLS = [("POST", "uploads"), ("GET", "limits"), ("GET", f"uploads/{'0' * 32}")]


@dataclass(frozen=True)
class Signed:
    """One entry of the response to POST /uploads."""

    job: str
    url: str
    fields: dict[str, str]
    result: str
    expires: str

    def post(self, content: bytes, **changed: str | None) -> requests.Response:
        """Upload to S3. changed: fields to send differently, with _ for -; None leaves the field out."""
        replaced = self.fields | {name.replace("_", "-"): value for name, value in changed.items()}
        fields = {name: value for name, value in replaced.items() if value is not None}
        return requests.post(self.url, data=fields, files={"file": ("picture", content)}, timeout=PATIENCE)


class Service:
    """The running service, as seen by its users and operators. page_url: ends with a slash."""

    def __init__(self, page_url: str, deployed: Stack):
        self.page_url = page_url
        self.deployed = deployed

    # Users

    @cached_property
    def key(self) -> dict[str, str]:
        """The header with the first key of an API that requires one, or no header."""
        key = self.deployed.resources.get("ApiKey")
        if key is None:
            return {}
        return {"x-api-key": self.deployed.client("apigateway").get_api_key(apiKey=key, includeValue=True)["value"]}

    def ask(self, body: Any, **headers: str) -> requests.Response:
        """POST /uploads with any body: an object is sent as JSON, bytes unchanged."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | self.key | headers
        return requests.post(f"{self.page_url}uploads", content, headers=sent, timeout=PATIENCE)

    def sign(self, size: int = 1000, content_type: str = "image/jpeg", name: str = "picture.jpg") -> Signed:
        answer = self.ask({"files": [{"name": name, "type": content_type, "size": size}]})
        assert answer.status_code == 201, answer.text
        entry = answer.json()["uploads"][0]
        return Signed(entry["job"], **entry["upload"], result=entry["result"], expires=entry["expires"])

    def upload(self, content: bytes, content_type: str = "image/jpeg") -> Signed:
        signed = self.sign(len(content), content_type)
        answer = signed.post(content)
        assert answer.status_code == 204, answer.text
        return signed

    def result(self, signed: Signed) -> dict[str, Any]:
        """The manifest, awaited as a browser does: through its signed link."""

        def read() -> dict[str, Any] | None:
            answer = requests.get(signed.result, timeout=PATIENCE)
            assert answer.status_code in (200, 403, 404), answer.text
            manifest: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
            return manifest

        return wait_for(read, "a manifest")

    def convert(self, content: bytes, content_type: str = "image/jpeg") -> dict[str, Any]:
        return self.result(self.upload(content, content_type))

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(self.page_url + path, headers=self.key | headers, timeout=PATIENCE)

    # Operators

    @cached_property
    def s3(self) -> Any:
        return self.deployed.client("s3")

    @property
    def uploads(self) -> str:
        return self.deployed.outputs["UploadBucket"]

    @property
    def thumbnails(self) -> str:
        return self.deployed.outputs["ThumbnailBucket"]

    def manifest(self, job: str) -> dict[str, Any] | None:
        try:
            answer = self.s3.get_object(Bucket=self.thumbnails, Key=f"{job}/manifest.json")
        except self.s3.exceptions.NoSuchKey:
            return None
        content: dict[str, Any] = json.load(answer["Body"])
        return content

    def keys(self, job: str) -> set[str]:
        """The keys of everything made of a job."""
        places = (f"{job}/", f"{keys.folder(job)}/")
        listings = [self.s3.list_objects_v2(Bucket=self.thumbnails, Prefix=place) for place in places]
        return {entry["Key"] for listing in listings for entry in listing.get("Contents", ())}

    def event(self, *names: str) -> dict[str, Any]:
        """An S3 event about the uploads with these keys."""
        return notices.event([Upload(self.uploads, name, keys.job_of(name), time=datetime.now(UTC)) for name in names])

    @contextmanager
    def outage(self, key: str) -> Iterator[None]:
        """Lets only root read a key, or a pattern of keys, of the upload bucket, so that conversions fail."""
        policy = json.loads(self.s3.get_bucket_policy(Bucket=self.uploads)["Policy"])
        denied = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{self.uploads}/{key}",
        }
        changed = policy | {"Statement": [*policy["Statement"], denied]}
        self.s3.put_bucket_policy(Bucket=self.uploads, Policy=json.dumps(changed))
        try:
            yield
        finally:
            self.s3.put_bucket_policy(Bucket=self.uploads, Policy=json.dumps(policy))

    def call(self, function: str, event: Any) -> dict[str, Any]:
        """Invoke a function synchronously: {"result"} or {"error", "type"}. function: logical id."""
        answer = self.deployed.client("lambda").invoke(
            FunctionName=self.deployed.functions[function], Qualifier="live", Payload=json.dumps(event).encode()
        )
        payload = json.loads(answer["Payload"].read() or b"null")
        return {"error": payload} if "FunctionError" in answer else {"result": payload}

    def log(self, function: str, about: str = "") -> list[dict[str, Any]]:
        """The lines that a function has logged. function: name of its file. about: what they contain, such as a job:
        the emulator selects them, because its logs of a whole session are long."""
        return [line for line in self._written(function, about) if "message" in line]

    def log_of(self, function: str, job: str) -> list[dict[str, Any]]:
        """The lines about a job, once there are some: a run's lines arrive when it ends, after its manifest."""

        def about() -> list[dict[str, Any]] | None:
            lines = self.log(function, job)
            return [line for line in lines if job in (line.get("job"), *line.get("jobs", ()))] or None

        return wait_for(about, "a line in the log")

    def metrics(self, function: str) -> set[str]:
        """The names of the metrics that a function has written."""
        blobs = [blob["_aws"]["CloudWatchMetrics"][0] for blob in self.blobs(function)]
        return {f"{blob['Namespace']}/{metric['Name']}" for blob in blobs for metric in blob["Metrics"]}

    def blobs(self, function: str) -> list[dict[str, Any]]:
        """The metrics that a function has written, as CloudWatch reads them: values, dimensions and "_aws"."""
        return [line for line in self._written(function) if "_aws" in line]

    def _written(self, function: str, about: str = "") -> list[dict[str, Any]]:
        pages = self.deployed.client("logs").get_paginator("filter_log_events")
        group = f"/aws/lambda/{self.deployed.name}-{function}"
        found = pages.paginate(logGroupName=group, filterPattern=f'"{about}"' if about else "")
        messages = [event["message"] for page in found for event in page["events"]]
        lines = [line for message in messages for line in message.splitlines()]
        return [json.loads(line) for line in lines if line.startswith("{")]


def wait_for(ask: Callable[[], T | None], what: str) -> T:
    """The result of ask, once it is not None."""
    deadline = time.monotonic() + PATIENCE
    pause = 0.05
    while (answer := ask()) is None:
        if time.monotonic() > deadline:
            raise AssertionError(f"no {what} within {PATIENCE} seconds")
        time.sleep(pause)
        pause = min(1.2 * pause, 0.5)  # each poll costs the emulator time, and reads the whole log in some cases
    return answer
