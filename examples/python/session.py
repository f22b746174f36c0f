"""One picture through the service, from signature to thumbnails: python session.py API PICTURE

API: the address of the API. API_KEY, in the environment: the key, if the API requires one. CHOICES, in the environment:
what the picture gets, such as {"profile": "avatar", "focus": [0.5, 0.2]}.
"""

import json
import mimetypes
import os
import sys
import time
from pathlib import Path
from typing import Any

import requests

TIMEOUT = 60  # seconds for one call
DEADLINE = 600  # seconds for a result; a conversion that fails is reported within this time, too


def upload(api: str, picture: Path, key: str | None = None, **choices: Any) -> dict[str, Any]:
    """The manifest of a picture. choices: its profile or focus.

    Raises requests.HTTPError if a call is refused, and TimeoutError.
    """
    content = picture.read_bytes()
    kind, _ = mimetypes.guess_type(picture, strict=False)  # strictly, Python 3.12 and older do not know WebP
    file = {"name": picture.name, "type": kind or "application/octet-stream", "size": len(content), **choices}
    signed = sign(api, {"files": [file]}, {"x-api-key": key} if key else {})["uploads"][0]

    form = signed["upload"]
    requests.post(form["url"], form["fields"], files={"file": content}, timeout=TIMEOUT).raise_for_status()

    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        answer = requests.get(signed["result"], timeout=TIMEOUT)
        if answer.ok:
            manifest: dict[str, Any] = answer.json()
            return manifest
        if answer.status_code not in (403, 404):  # which S3 says before the manifest exists
            answer.raise_for_status()
        time.sleep(1)
    raise TimeoutError(f"There is no result after {DEADLINE} seconds.")


def sign(api: str, body: Any, headers: dict[str, str]) -> Any:
    """The answer to POST /uploads, after as many tries as a throttled or busy service needs, but at most five."""
    for attempt in range(5):
        answer = requests.post(f"{api.rstrip('/')}/uploads", json=body, headers=headers, timeout=TIMEOUT)
        if answer.status_code not in (429, 503):
            break
        time.sleep(float(answer.headers.get("Retry-After", 2**attempt)))
    if answer.headers.get("Content-Type") == "application/problem+json":
        problem = answer.json()
        [file, *_] = problem.get("errors") or [problem]
        raise requests.HTTPError(f"{answer.status_code}: {file['detail']}", response=answer)
    answer.raise_for_status()
    return answer.json()


def main() -> int:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    api, picture = sys.argv[1:]
    try:
        choices = dict(json.loads(os.environ.get("CHOICES") or "{}"))
    except (ValueError, TypeError):
        sys.exit(f"""CHOICES is not a JSON object such as {{"profile": "avatar"}}: {os.environ["CHOICES"]}""")
    try:
        manifest = upload(api, Path(picture), os.environ.get("API_KEY"), **choices)
    except OSError as error:  # as are all errors of requests, and TimeoutError
        sys.exit(str(error))
    if manifest["status"] != "done":
        reason = manifest["reason"] or {"message": f"This upload was {manifest['status']}."}
        print(reason["message"], file=sys.stderr)
        return 1
    for thumbnail in manifest["thumbnails"]:
        path = Path(thumbnail["size"] + Path(thumbnail["key"]).suffix)
        path.write_bytes(requests.get(thumbnail["url"], timeout=TIMEOUT).content)
        print(f"{thumbnail['size']}  {thumbnail['width']}x{thumbnail['height']}  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
