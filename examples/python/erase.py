"""Erases an upload for good, as its owner: TOKEN=… python erase.py API JOB

API: the address of an API with an Authorizer. TOKEN, in the environment: the token of the caller.
"""

import os
import sys
import time

import requests

TIMEOUT = 60  # seconds for one call


def erase(api: str, job: str, headers: dict[str, str]) -> None:
    """Returns once nothing of the upload is left. Raises requests.HTTPError: 404 for an upload of somebody else."""
    for attempt in range(5):
        answer = requests.delete(f"{api.rstrip('/')}/uploads/{job}", headers=headers, timeout=TIMEOUT)
        if answer.status_code not in (429, 503):  # 503: erasing continues; the repetition shows that it has ended
            break
        time.sleep(float(answer.headers.get("Retry-After", 2**attempt)))
    answer.raise_for_status()


def main() -> int:
    if len(sys.argv) != 3 or "TOKEN" not in os.environ:
        sys.exit(__doc__)
    api, job = sys.argv[1:]
    try:
        erase(api, job, {"Authorization": f"Bearer {os.environ['TOKEN']}"})
    except requests.RequestException as error:
        sys.exit(str(error))
    print(f"{job} was erased.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
