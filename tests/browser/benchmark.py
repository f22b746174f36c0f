"""python -m tests.browser.benchmark: the page with many files, in Chromium, against a server that plays the service."""

import contextlib
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.actors import chromium
from tests.material.photos import jpeg
from tests.standins.service import Standin

COUNTS = (100, 1_000, 5_000)
PATIENCE = 900  # seconds

# Long tasks as the browser reports them (50 ms and longer), and the time spent in session storage.
_WATCH = """() => {
    window.tasks = [];
    window.storing = 0;
    // Before it tells the page of them, the browser looks at each chosen file: that part of the task is not the page's.
    let chosen = 0;
    addEventListener("change", () => { chosen = performance.now(); }, {capture: true});
    const own = ({startTime, duration}) => {
        const end = startTime + duration;
        return end - Math.max(startTime, Math.min(chosen, end));
    };
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(own))).observe({type: "longtask"});
    for (const name of ["setItem", "removeItem"]) {
        const original = Storage.prototype[name];
        Storage.prototype[name] = function (...given) {
            const began = performance.now();
            original.apply(this, given);
            window.storing += performance.now() - began;
        };
    }
}"""


def files(folder: Path, count: int) -> list[Path]:
    head = jpeg("any.jpg", 320, 240)["buffer"]
    paths = [folder / f"IMG_{number:05}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(head + str(number).encode())
    return paths


def _longest(page: Page) -> float:
    """Milliseconds of the longest task since the last call; 0 when none took 50."""
    page.wait_for_timeout(300)
    longest: float = page.evaluate("() => { const all = window.tasks.splice(0); return Math.max(0, ...all); }")
    return longest


def _children(pid: int) -> set[int]:
    """All processes that this one has started, and their descendants."""
    parents = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(process.name)] = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


class Memory:
    """The maximum memory of the page's renderer, in MB: of all renderers, the one that grows. Read from /proc."""

    def __init__(self) -> None:
        self._ours = _children(os.getpid())
        self._before = self._now()
        self.most = 0.0
        self._going = True
        threading.Thread(target=self._watch, daemon=True).start()

    def _now(self) -> dict[int, float]:
        held = {}
        for pid in self._ours:
            process = Path(f"/proc/{pid}")
            with contextlib.suppress(OSError, ValueError):
                if b"--type=renderer" in (process / "cmdline").read_bytes():
                    held[pid] = int((process / "statm").read_text().split()[1]) * 4096 / 1e6
        return held

    def _watch(self) -> None:
        while self._going:
            grown = [now - self._before.get(pid, 0) for pid, now in self._now().items() if pid in self._before]
            self.most = max([self.most, *grown])
            time.sleep(0.5)

    def stop(self) -> float:
        self._going = False
        return self.most


def measure(page: Page, paths: list[Path]) -> list[str]:
    count, title = len(paths), page.locator("#summary-title")
    memory = Memory()

    def wait(text: str) -> float:
        began = time.monotonic()
        title.filter(has_text=text).wait_for(timeout=PATIENCE * 1000)
        return time.monotonic() - began

    page.evaluate(_WATCH)
    began = time.monotonic()
    page.locator("#files").set_input_files(paths)
    page.wait_for_function("(count) => document.querySelectorAll('.row').length === count", arg=count)
    shown, adding = time.monotonic() - began, _longest(page)
    page.mouse.move(640, 600)
    for _ in range(10):
        page.mouse.wheel(0, 3_000)
        page.wait_for_timeout(200)
    wait(f"{count:,} done")
    ran, running = time.monotonic() - began, _longest(page)
    stored = 100 * page.evaluate("window.storing") / 1000 / ran
    page.context.add_init_script(f"({_WATCH})()")
    reloaded = time.monotonic()
    page.reload()
    page.wait_for_function("(count) => document.querySelectorAll('.row').length === count", arg=count)
    back, reload = time.monotonic() - reloaded, _longest(page)
    # Not by its role and name, because that would traverse all rows in the page, and use its memory.
    page.locator("#summary-actions button").filter(has_text="Clear list").click()
    page.wait_for_function("() => document.querySelectorAll('.row').length === 0")
    clearing = _longest(page)
    tasks = [f"{task:.0f}" if task else "< 50" for task in (adding, running, reload, clearing)]
    return [f"{count:,}", *tasks, f"{shown:.1f}", f"{ran:.0f}", f"{back:.1f}", f"{stored:.2f}", f"{memory.stop():.0f}"]


def main(counts: tuple[int, ...] = COUNTS) -> None:
    rows: list[list[str]] = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        for count in counts:
            standin = Standin()
            browser: Any = playwright.chromium.launch(executable_path=chromium.installed(), args=chromium.FLAGS)
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            page = context.new_page()
            page.goto(standin.url)
            page.locator("#terms:not(:empty)").wait_for()
            rows.append(measure(page, files(Path(folder), count)))
            sys.stderr.write(f"{json.dumps(rows[-1])}\n")
            browser.close()
            standin.stop()
    heads = [
        "Files",
        "adding",
        "running",
        "reload",
        "clearing",
        "rows shown",
        "all done",
        "rows back",
        "storing",
        "memory",
    ]
    units = ["", *["longest task, ms"] * 4, "s", "s", "s", "% of the time", "MB more"]
    named = [f"{head}, {unit}".strip(", ") for head, unit in zip(heads, units, strict=True)]
    lines = [" | ".join(named), " | ".join(["---:"] * len(heads)), *(" | ".join(row) for row in rows)]
    sys.stdout.writelines(f"| {line} |\n" for line in lines)


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or COUNTS)
