"""The page's journeys in the other two engines: Firefox and WebKit."""

import base64
import io
import os
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.actors.browsers import ENGINES, PATIENCE, Missing, Tab
from tests.material.photos import jpeg, text
from tests.standins.service import HELD, LIMITS, POST, Standin


@pytest.fixture(scope="module")
def playing() -> Iterator[Standin]:
    standin = Standin()
    yield standin
    standin.stop()


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    name = request.param
    opening = ENGINES[name](tmp_path_factory.mktemp(name))
    try:
        tab = opening.__enter__()
    except Missing as missing:
        if os.environ.get("CI") and name not in os.environ.get("NO_ENGINE", ""):
            pytest.fail(f"{missing}: install it, or name the engine in NO_ENGINE where it cannot be had")
        pytest.skip(f"{missing}: nothing is proved for {name} here")
    yield tab
    opening.__exit__(None, None, None)


@pytest.fixture
def standin(playing: Standin) -> Standin:
    playing.fair()
    return playing


@pytest.fixture
def tab(engine: Tab, standin: Standin) -> Tab:
    """The page, new and ready."""
    engine.open(f"{standin.url}style.css")  # where no page remembers its list once more when it is left
    engine.run("() => sessionStorage.clear()")
    engine.open(standin.url)
    wait(engine, "() => document.querySelector('#terms').textContent !== ''")
    return engine


def wait(tab: Tab, condition: str, *arguments: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not tab.run(condition, *arguments):
        if time.monotonic() > deadline:
            pytest.fail(f"never: {condition} {arguments}; but {tab.run('() => document.body.innerText')}")
        time.sleep(0.1)


def wait_for_stage(tab: Tab, name: str, stage: str) -> None:
    row = "document.querySelector(`[title='${name}']`)?.closest('[role=listitem]')"
    wait(tab, f"(name, stage) => {row}?.dataset.stage === stage", name, stage)


def press(tab: Tab, label: str) -> None:
    tab.run(
        "(label) => [...document.querySelectorAll('#uploads :not(.ghost) > button')]"
        ".find((button) => (button.ariaLabel ?? button.textContent) === label).click()",
        label,
    )


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg()["buffer"])
    return path


def test_a_photo_is_sent_with_its_progress_and_becomes_thumbnails(tab: Tab, standin: Standin, photo: Path) -> None:
    going = threading.Event()
    standin.weather[POST] = lambda _: going.wait(HELD) and ...
    tab.choose("#files", photo)
    wait_for_stage(tab, "photo.jpg", "storing")
    assert tab.run("() => document.querySelector('.row progress').value") == 1
    wait(tab, "() => document.querySelector('.row canvas')?.width > 100")  # a preview of the file itself
    going.set()
    wait_for_stage(tab, "photo.jpg", "done")
    # A single row opens automatically, with its thumbnails at their true sizes.
    widths = "() => [...document.querySelectorAll('.frame img')].map((image) => image.naturalWidth)"
    wait(tab, f"() => ({widths})().join() === '160,320,640'")
    assert tab.run("() => document.documentElement.scrollWidth <= innerWidth")


def test_what_is_no_picture_is_refused_with_its_reason(tab: Tab, tmp_path: Path) -> None:
    letter = tmp_path / "letter.docx"
    letter.write_bytes(text("letter.docx")["buffer"])
    tab.choose("#files", letter)
    wait_for_stage(tab, "letter.docx", "stopped")
    assert "This type of file is not accepted." in tab.run("() => document.querySelector('.row').innerText")
    press(tab, "Remove letter.docx")
    wait(tab, "() => document.querySelectorAll('.row').length === 0")


def test_it_goes_on_by_itself_when_the_network_is_back(tab: Tab, standin: Standin, photo: Path) -> None:
    standin.weather[POST] = lambda _: None
    tab.run("() => { Object.defineProperty(navigator, 'onLine', {value: false, configurable: true}); }")
    tab.choose("#files", photo)
    wait_for_stage(tab, "photo.jpg", "offline")
    standin.weather.clear()
    tab.run("() => { delete navigator.onLine; dispatchEvent(new Event('online')); }")
    wait_for_stage(tab, "photo.jpg", "done")


def test_a_reload_forgets_nothing_that_had_arrived(tab: Tab, standin: Standin, photo: Path) -> None:
    tab.choose("#files", photo)
    wait_for_stage(tab, "photo.jpg", "done")
    tab.open(standin.url)
    wait_for_stage(tab, "photo.jpg", "done")
    press(tab, "Thumbnails of photo.jpg")
    wait(tab, "() => document.querySelector('.frame img')?.naturalWidth === 160")
    assert standin.count(LIMITS) >= 2


def test_all_can_be_taken_away_in_one_archive(tab: Tab, photo: Path) -> None:
    tab.choose("#files", photo)
    wait_for_stage(tab, "photo.jpg", "done")
    tab.run(
        """() => {
            const make = URL.createObjectURL;
            URL.createObjectURL = (blob) => {
                window.archive = blob;
                return make.call(URL, blob);
            };
            HTMLAnchorElement.prototype.click = () => {}; // nobody is there to say where to save it
        }"""
    )
    wait(tab, "() => [...document.querySelectorAll('#summary-actions button')].some((one) => !one.hidden)")
    press(tab, "Download all")
    wait(tab, "() => window.archive !== undefined")
    content = tab.run(
        """async () => {
            const bytes = new Uint8Array(await window.archive.arrayBuffer());
            return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
        }"""
    )
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(content))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["photo-small.webp", "photo-medium.webp", "photo-large.webp"]


def test_a_dropped_file_is_taken(tab: Tab, photo: Path) -> None:
    tab.run(
        """(data) => {
            const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], "dropped.jpg", {type: "image/jpeg"}));
            document.body.dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true}));
        }""",
        base64.b64encode(photo.read_bytes()).decode(),
    )
    wait_for_stage(tab, "dropped.jpg", "done")
