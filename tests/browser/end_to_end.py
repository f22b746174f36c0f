"""python -m tests.browser.end_to_end: photos dropped on the page of `make run`, and uploads of a client, and which
process took which part of the work."""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import requests
from playwright.sync_api import Page, sync_playwright

from benchmarks import polling
from benchmarks.inputs import CLASSES
from benchmarks.tables import table
from dev.emulator import ROOT
from operate.arguments import positive
from tests.actors import chromium
from tests.browser.processes import Processes
from tests.material.photos import jpeg
from tests.standins.ports import free_port

PATIENCE = 900  # seconds
_AT_ONCE = 20
# The calls of one file, by a part of their address. Waiting for the manifest is asking for it until it is there.
_STAGES = {
    "sign": "/uploads",
    "send to S3": "-uploadbucket-",
    "ask for the result": "/manifest.json",
    "show a thumbnail": ".webp",
}
_SCREEN = 6  # rows that a window shows at once
# Whether every row in the window shows its picture.
_SHOWN = """() => [...document.querySelectorAll(".row")].every((row) => {
    const {top, bottom} = row.getBoundingClientRect();
    const picture = row.querySelector(".picture");
    return bottom < 0 || top > innerHeight || (picture && picture.complete !== false);
})"""


@contextlib.contextmanager
def service() -> Iterator[tuple[str, int]]:
    """`make run`: the page's address and the process. No limits of the API, which protect an account, slow it down."""
    ports = {"PORT": str(free_port()), "EMULATOR_PORT": str(free_port())}
    command = [sys.executable, "-m", "dev", "--set", "RequestsPerSecond=500", "--set", "RequestBurst=1000"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | ports, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Upload page: "):
                threading.Thread(target=process.stdout.read, daemon=True).start()  # a full pipe would stop it
                yield line.removeprefix("Upload page: ").strip(), process.pid
                break
        else:
            raise RuntimeError("make run did not start; see its output above")
    finally:
        process.terminate()
        process.wait()


def _photos(folder: Path, count: int) -> list[Path]:
    """Photos of 12 megapixels, no two of which are the same file."""
    photo = CLASSES["jpeg-12"].path().read_bytes()
    paths = [folder / f"IMG_{number:04}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        comment = f"photo {number}".encode()
        path.write_bytes(photo[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + photo[2:])
    return paths


def drop(page: Page, paths: list[Path]) -> tuple[float, list[list[str]]]:
    """Seconds from the drop until all thumbnails are made and the list has shown a picture in each row, down to the
    last; and a row for each stage."""
    page.evaluate("performance.setResourceTimingBufferSize(100000)")
    began = time.monotonic()
    page.locator("#files").set_input_files(paths)
    title = page.locator("#summary-title").filter(has_text=re.compile(rf"^{len(paths):,} done"))
    title.wait_for(timeout=PATIENCE * 1000)
    for row in page.locator(".row").all()[::_SCREEN]:
        row.evaluate("(row) => row.scrollIntoView()")
        page.wait_for_function(_SHOWN, timeout=PATIENCE * 1000)
    seconds = time.monotonic() - began
    calls: list[dict[str, Any]] = page.evaluate(
        "() => performance.getEntriesByType('resource').map(({name, startTime, duration}) => "
        "({name: new URL(name).pathname, startTime, duration}))"
    )
    return seconds, _stages(calls)


def _stages(calls: list[dict[str, Any]]) -> list[list[str]]:
    rows = []
    for stage, part in _STAGES.items():
        took = [call["duration"] / 1000 for call in calls if part in call["name"]]
        if took:
            rows.append([stage, str(len(took)), f"{median(took):.2f}", f"{max(took):.2f}", f"{sum(took):.1f}"])
    return rows


@cache
def _waits() -> list[float]:
    """Seconds before each poll for a result, as the page waits. The warm-up reads them, so measuring does not."""
    return [after - before for before, after in pairwise([0, *polling.schedule()])]


def uploads(url: str, count: int) -> tuple[float, list[list[str]]]:
    """Uploads small pictures, 20 at once. Returns the seconds until the last manifest, and a row for each stage.

    Raises TimeoutError if a result is missing when the page would give up.
    """
    content = jpeg("small.jpg", 800, 600)["buffer"]
    calls: list[dict[str, Any]] = []
    local = threading.local()

    def timed(stage: str, method: str, address: str, **options: Any) -> requests.Response:
        if not hasattr(local, "session"):
            local.session = requests.Session()
        began = time.monotonic()
        answer: requests.Response = local.session.request(method, address, timeout=PATIENCE, **options)
        calls.append({"name": _STAGES[stage], "duration": (time.monotonic() - began) * 1000})
        return answer

    def one(number: int) -> None:
        wanted = {"files": [{"name": f"{number}.jpg", "type": "image/jpeg", "size": len(content)}]}
        entry = timed("sign", "POST", f"{url}uploads", json=wanted).json()["uploads"][0]
        form = entry["upload"]
        sent = timed("send to S3", "POST", form["url"], data=form["fields"], files={"file": ("picture", content)})
        sent.raise_for_status()
        for wait in _waits():
            time.sleep(wait)
            if timed("ask for the result", "GET", entry["result"]).status_code == 200:
                return
        raise TimeoutError(f"upload {number} has no result after {sum(_waits()):.0f} seconds")

    began = time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(one, range(count)))
    return time.monotonic() - began, _stages(calls)


def _told(title: str, seconds: float, count: int, used: Counter[str], stages: list[list[str]]) -> str:
    whole = sum(used.values())
    rows = [[kind, f"{cpu:.1f}", f"{1000 * cpu / count:.1f}", f"{cpu / whole:.0%}"] for kind, cpu in used.most_common()]
    return "\n\n".join(
        [
            f"### {title}: {seconds:.1f} s, {whole:.1f} s of CPU",
            table(("process", "CPU s", "ms per file", "share"), rows),
            table(("stage", "calls", "median s", "longest s", "sum s"), stages),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.end_to_end", description=__doc__)
    parser.add_argument("--photos", type=positive, default=40)
    parser.add_argument("--uploads", type=positive, default=500)
    options = parser.parse_args()
    with service() as (url, pid), sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        # Both functions are warm afterwards, and Chromium has loaded the page.
        uploads(url, 2)
        browser = playwright.chromium.launch(executable_path=chromium.installed(), args=chromium.FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url)
        page.locator("#terms:not(:empty)").wait_for()
        roots = {pid: "dev server", os.getpid(): "client"}
        paths = _photos(Path(folder), options.photos)
        processes = Processes(roots)
        seconds, stages = drop(page, paths)
        sys.stdout.write(
            _told(f"{options.photos} photos of 3 MB", seconds, options.photos, processes.stop(), stages) + "\n\n"
        )
        browser.close()
        processes = Processes(roots)
        seconds, stages = uploads(url, options.uploads)
        title = f"{options.uploads} uploads, {_AT_ONCE} at once"
        sys.stdout.write(_told(title, seconds, options.uploads, processes.stop(), stages) + "\n")


if __name__ == "__main__":
    main()
