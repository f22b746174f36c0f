"""POST /uploads: everything that a browser needs to upload pictures and to read their results, in one response.

Also GET /limits, which returns the limits to a page, and warms up this function before the first file is chosen.
"""

from collections import Counter
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from thumbs import correlation, observe, settings
from thumbs.api import responses, upload_request
from thumbs.api.signing import Signer
from thumbs.jobs import keys


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    match event["httpMethod"], event["resource"]:
        case "POST", "/uploads":
            return _sign(event)
        case "GET", "/limits":
            from thumbs.api import limits  # here, because most cold starts need none of it

            return responses.ok(event, limits.limits(), Cache_Control="public, max-age=300")
        case "OPTIONS", _:
            return responses.preflight(event)
        case _:
            return responses.problem(event, HTTPStatus.NOT_FOUND, "There is nothing here.")


def _sign(event: dict[str, Any]) -> dict[str, Any]:
    current = settings.current()
    asked_as = correlation.of(event)
    observe.correlate(asked_as)
    # In the event, not in its body: the verification of a release invokes the function directly, and the API passes no
    # such member on.
    probe = event.get("probe") is True
    owner = None
    if current.has_owners and not probe:
        from thumbs.api import callers  # here, because most cold starts need none of it

        owner = callers.caller(event).subject
        if owner is None:
            return responses.problem(event, HTTPStatus.UNAUTHORIZED, "Sign in to upload pictures.")
        if not 1 <= len(owner.encode()) <= callers.LONGEST_SUBJECT:
            return responses.problem(
                event, HTTPStatus.FORBIDDEN, "The name of this identity is too long to own uploads."
            )
    try:
        files = upload_request.files(event.get("body"), current)
    except upload_request.Refused as refusal:
        if not probe:
            observe.count("UploadsRefused", max(1, len(refusal.problems)))
        # Without the file's name, because it may be private (surname_passport.pdf).
        problems = [{"code": problem.code, "pointer": problem.pointer} for problem in refusal.problems]
        observe.log().info("refused", problems=problems)
        return responses.problem(event, refusal.status, refusal.detail, refusal.problems)
    signer, now = Signer(current), datetime.now(UTC)
    uploads = [
        _upload(
            keys.new_probe() if probe else keys.new_job(owner),
            file,
            _metadata(owner, file, asked_as),
            signer,
            now,
        )
        for file in files
    ]
    # One line per call, however many files it names, because callers must not determine the cost of logs. No name: it
    # may be private (surname_passport.jpg), and is not stored either.
    types = Counter(file.type for file in files)
    observe.log().info(
        "signed", jobs=[upload["job"] for upload in uploads], types=types, bytes=sum(f.size for f in files)
    )
    if not probe:
        observe.count("UploadsSigned", len(uploads))
    return responses.ok(event, {"uploads": uploads}, HTTPStatus.CREATED)


def _metadata(owner: str | None, file: upload_request.File, asked_as: str | None) -> dict[str, str]:
    """The user-defined metadata of the original. asked_as: the caller's id of this request."""
    if not (owner or file.reference or asked_as or file.sha256 or file.profile or file.focus):
        return {}
    from thumbs.jobs import attribution  # here, because most cold starts need none of it

    whose = attribution.Attribution(owner, file.reference, asked_as).metadata()
    # The digest is also metadata, with which convert compares what S3 has stored.
    digest = {attribution.SHA256: file.sha256} if file.sha256 else {}
    if not (file.profile or file.focus):
        return whose | digest
    from thumbs.jobs.choices import Choices

    return whose | digest | Choices(file.profile, file.focus).metadata()


def _upload(
    job: str, file: upload_request.File, metadata: dict[str, str], signer: Signer, now: datetime
) -> dict[str, Any]:
    current = settings.current()
    post = signer.post(
        current.upload_bucket,
        keys.original(job),
        file.type,
        current.max_upload_bytes,
        current.upload_expiry_seconds,
        now,
        metadata,
        file.sha256,
    )
    return {
        "job": job,
        "upload": {"url": post.url, "fields": post.fields},
        "result": signer.get(current.thumbnail_bucket, keys.manifest(job), current.link_expiry_seconds, now),
        "expires": post.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
