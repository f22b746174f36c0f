"""The benchmark's verdicts: who leads, and whether the machine was quiet. Nothing is timed here."""

import os
import platform
from pathlib import Path

import pytest

from benchmarks import inputs, machine, quality, quiet, race, standings
from benchmarks.contenders import OURS, Contender
from benchmarks.race import Result


def test_the_fastest_and_the_leanest_peer_need_not_be_the_same() -> None:
    fast, lean, worse = Contender("fast", "a"), Contender("lean", "b"), Contender("worse", "c")
    results = {
        OURS: Result([0.2], peak=60 * 2**20, decibels=36),
        fast: Result([0.1], peak=90 * 2**20, decibels=36),
        lean: Result([0.4], peak=40 * 2**20, decibels=36),
        worse: Result([0.1], peak=10 * 2**20, decibels=35),
    }
    headings, _, row = standings.summary({inputs.CLASSES["gif"]: quiet.Measured(results, 0.01)}).splitlines()
    cells = dict(zip(*([cell.strip() for cell in line.split("|")[1:-1]] for line in (headings, row)), strict=True))
    assert cells["fastest peer"] == "fast"
    assert cells["CPU: ours ÷ best"] == "2.00"
    assert cells["leanest peer"] == "lean (40)"
    assert cells["memory: ours ÷ leanest"] == "1.50"


def measured(ours: list[float], theirs: list[float], others: float = 0.01) -> quiet.Measured:
    return quiet.Measured({OURS: Result(ours), Contender("peer", "a"): Result(theirs)}, others)


CALM = measured([1.0, 1.01, 0.99, 1.0, 1.02], [2.0, 2.02, 2.0, 1.98, 2.0])
UNEVEN = measured([1.0, 1.3, 0.9, 1.2, 1.0], [2.0, 2.0, 2.0, 2.0, 2.0])
CROWDED = measured([1.3, 1.3, 1.3, 1.3, 1.3], [2.6, 2.6, 2.6, 2.6, 2.6], others=0.4)


def test_the_error_is_that_of_the_published_ratio() -> None:
    # The middle half of 0.45 to 0.65 is 0.5 to 0.6, a fifth of the median, and 0.2 x 1.25 / 1.35 / √5 is 0.083.
    assert UNEVEN.error == pytest.approx(0.0828, rel=0.01)
    both_slow_at_once = measured([1.0, 1.5, 1.0, 1.5], [2.0, 3.0, 2.0, 3.0])
    assert both_slow_at_once.error == 0
    assert quiet.error({OURS: Result([1.0])}) == 1, "one round tells nothing"
    assert quiet.error({OURS: Result([1.0, 2.0, 3.0])}) == pytest.approx(0.5 * 1.25 / 1.35 / 3**0.5)


def test_the_error_is_of_those_that_compete_to_the_end() -> None:
    """A far slower one stops early, and what it would have taken then decides nothing."""
    results = {
        OURS: Result([1.0] * 8),
        Contender("close", "a"): Result([1.2] * 8),
        Contender("slow", "b"): Result([2.0, 3.0]),
        Contender("slower", "c"): Result([9.0, 12.0]),
        Contender("worse", "d"): Result([0.5, 0.9], decibels=-3),
    }
    assert [one.name for one in race.close(results)] == [OURS.name, "close"]
    assert quiet.error(results) == 0
    assert results[OURS].ratio(results[Contender("slow", "b")]) == pytest.approx((1 / 2 + 1 / 3) / 2)


def test_more_rounds_make_the_error_smaller() -> None:
    ours, theirs = [1.0, 1.05, 0.95, 1.04, 0.96, 1.08, 0.92], [1.0] * 7
    few, many = measured(ours, theirs), measured(4 * ours, 4 * theirs)
    assert many.error < 0.6 * few.error
    assert (few.is_quiet, many.is_quiet) == (False, True)


def test_further_rounds_are_between_those_that_are_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between those of the first rounds: what is slower later may not come and go, because rounds are compared."""
    seconds = {OURS: [1.0], Contender("close", "a"): [1.4] * 4 + [2.2], Contender("slow", "b"): [2.2]}

    class Fake:
        """A contender that takes known times, and then the last one."""

        def __init__(self, contender: Contender) -> None:
            self._seconds = seconds[contender]
            self._turn = 0

        def __enter__(self) -> "Fake":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def ask(self, what: str, **_: object) -> float | None:
            if what != "convert":
                return None
            self._turn += 1
            return self._seconds[min(self._turn, len(self._seconds)) - 1]

        def thumbnails(self) -> list[bytes]:
            return [b"thumbnail"]

    monkeypatch.setattr(Contender, "command", lambda contender: contender)
    monkeypatch.setattr(race, "Process", Fake)
    monkeypatch.setattr(quality, "reference", lambda *_: None)
    monkeypatch.setattr(quality, "psnr", lambda *_: 36.0)
    monkeypatch.setattr(inputs.Input, "path", lambda _: Path("picture.jpg"))
    raced = race.run(inputs.CLASSES["jpeg-2"], seconds, 2)
    for further in range(6):
        results = next(raced)
        assert [len(result.cpu) for result in results.values()] == [2 + further, 2 + further, 2]
    raced.close()


@pytest.mark.parametrize("busy", [UNEVEN, CROWDED], ids=["uneven", "crowded"])
def test_a_busy_machine_is_named_with_what_to_do(busy: quiet.Measured) -> None:
    quiet.refuse_busy({inputs.CLASSES["gif"]: CALM})
    with pytest.raises(quiet.Busy, match=r"(?s)^jpeg-2: after 5 rounds, .*Close what else runs") as refusal:
        quiet.refuse_busy({inputs.CLASSES["gif"]: CALM, inputs.CLASSES["jpeg-2"]: busy})
    assert "(allowed: 2%), and" in str(refusal.value)
    assert "gif" not in str(refusal.value)


def test_a_disturbed_class_takes_more_rounds_but_not_for_ever() -> None:
    rounds = iter([UNEVEN, CROWDED, CALM, CROWDED])
    assert quiet.insist(rounds, most=9) is CALM
    assert next(rounds) is CROWDED, "what was quiet is not measured again"
    assert quiet.insist(iter([UNEVEN, CALM]), most=5) is UNEVEN


def test_what_others_use_is_what_the_machine_does_beyond_us(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tick = os.sysconf("SC_CLK_TCK")
    stat, clock, own = tmp_path / "stat", [100.0], [7.0]
    monkeypatch.setattr(machine, "_STAT", stat)
    monkeypatch.setattr("benchmarks.machine.time.monotonic", lambda: clock[0])
    monkeypatch.setattr("benchmarks.machine.usage.cpu", lambda: own[0])
    monkeypatch.setattr("benchmarks.machine.os.cpu_count", lambda: 2)
    stat.write_text(f"cpu {10 * tick} 0 0 999 999 0 0 0 5 5\ncpu0 0\n")
    others = machine.Others()
    clock[0], own[0] = 110.0, 16.0  # 10 s of two cores, of which we used 9 s
    stat.write_text(f"cpu {20 * tick} {1 * tick} {1 * tick} 2999 2999 0 0 {1 * tick} 5 5\ncpu0 0\n")
    assert others.share() == pytest.approx((13 - 9) / 20)
    stat.unlink()
    assert machine.Others().share() == 0


def test_the_machine_is_named_with_processor_cores_and_kernel() -> None:
    said = machine.description()
    assert f"{os.cpu_count()} cores" in said
    assert f"{platform.system()} {platform.release().split('-')[0]}" in said
    assert platform.python_version() in said
