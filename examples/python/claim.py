"""Claims an upload, so that it is kept: TOKEN=… python claim.py API JOB

API: the address of an API with UnclaimedDays. TOKEN, in the environment: the token of the caller, if callers are
identified.
"""

import os
import sys
import time

import requests

TIMEOUT = 60  # seconds for one call
DEADLINE = 600  # seconds for an upload that is still being converted


def claim(api: str, job: str, headers: dict[str, str]) -> None:
    """Returns once the upload is kept. Raises requests.HTTPError: 404 for an upload of somebody else, 410 for one that
    was erased."""
    deadline = time.monotonic() + DEADLINE
    while True:
        answer = requests.post(f"{api.rstrip('/')}/uploads/{job}/claim", headers=headers, timeout=TIMEOUT)
        # 409: it is still being converted. After the others, too, only a repetition shows whether it is kept.
        if answer.status_code not in (409, 429, 502, 503, 504) or time.monotonic() > deadline:
            break
        time.sleep(float(answer.headers.get("Retry-After", 5)))
    answer.raise_for_status()


def main() -> int:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    api, job = sys.argv[1:]
    token = os.environ.get("TOKEN")
    try:
        claim(api, job, {"Authorization": f"Bearer {token}"} if token else {})
    except requests.RequestException as error:
        sys.exit(str(error))
    print(f"{job} is kept.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
