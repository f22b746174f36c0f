"""The cost of waiting for a result: the page polls S3 for the manifest, on the schedule of frontend/result.js, instead
of calling an API and its function."""

import json
import subprocess
from itertools import accumulate
from pathlib import Path
from shutil import which

from benchmarks.cost import PER_GB_SECOND, PER_REQUEST
from benchmarks.tables import table

_RESULT = Path(__file__).resolve().parent.parent / "frontend" / "result.js"
# USD, us-east-1, first tier, as of 2025-10: aws.amazon.com/s3/pricing (GET, S3 Standard; answers of 403 and 404 to a
# signed request count), aws.amazon.com/api-gateway/pricing (REST).
PER_GET = 0.0004 / 1000
PER_API_CALL = 3.50 / 1e6
# GET /uploads/{job}: 512 MB for 30 ms (assumed), which requests the manifest from S3 and lists the original.
_FUNCTION_SECONDS, _FUNCTION_GB = 0.030, 0.5
PER_LIST = 0.005 / 1000
PER_API_POLL = (
    PER_API_CALL + PER_REQUEST + _FUNCTION_SECONDS * _FUNCTION_GB * PER_GB_SECOND["arm64"] + PER_GET + PER_LIST
)
_AFTER = (0.5, 1, 2, 5, 10, 30, 180)  # seconds until the manifest exists: warm, cold, busy, and after two retries


class NoNode(RuntimeError):
    """The schedule is in JavaScript."""


def schedule() -> list[float]:
    """Seconds after the upload at which the page polls, without the random part. Raises NoNode."""
    node = which("node")
    if node is None:
        raise NoNode("the schedule is the page's own, and it takes node to read it; node is not installed")
    script = f"import {{schedule}} from {json.dumps(_RESULT.as_uri())};\n" + (
        "const waits = []; let sum = 0;"
        "for (const wait of schedule({random: () => 0.5})) { waits.push(wait); if ((sum += wait) >= 600_000) break; }"
        "console.log(JSON.stringify(waits))"
    )
    done = subprocess.run([node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    return [at / 1000 for at in accumulate(json.loads(done.stdout))]


def polls(after: float, times: list[float]) -> int:
    """How often the page polls until it finds a manifest that was written this many seconds after the upload."""
    return next((count for count, at in enumerate(times, 1) if at >= after), len(times))


def report() -> str:
    times = schedule()
    rows = []
    for after in _AFTER:
        count = polls(after, times)
        rows.append(
            (
                f"after {after:g} s",
                count,
                f"{max(0.0, times[count - 1] - after):.1f}",
                f"{count * PER_GET * 1e6:.2f}",
                f"{count * PER_API_POLL * 1e6:.2f}",
                f"{PER_API_POLL / PER_GET:.0f}",
            )
        )
    headings = (
        "The manifest is there",
        "polls",
        "delay, s",
        "USD per million, S3",
        "the same through an API",
        "times",
    )
    return table(headings, rows)
