"""The race: all contenders warm, side by side, one conversion each in turn, so that disturbances affect all of them
alike."""

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from statistics import median

from benchmarks import quality
from benchmarks.contenders import LIMIT, OURS, Contender, Failed, Process
from benchmarks.inputs import ANIMATIONS, Input

# One measurement repeats a conversion for this many seconds: shorter ones drown in the clock's noise.
_LONG_ENOUGH = 0.15
_SIDE = 640  # the thumbnail whose quality is measured


@dataclass
class Result:
    """A contender's result for one class. cpu: seconds per conversion, one value per round; peak: bytes above a bare
    interpreter; decibels: PSNR of the thumbnail of 640 pixels; size: its bytes; frames: of it; worst: PSNR of its
    worst frame. failure: why there is no result."""

    cpu: list[float] = field(default_factory=list)
    peak: int = 0
    decibels: float = 0.0
    size: int = 0
    frames: int = 1
    worst: float = 0.0
    failure: str | None = None

    @property
    def seconds(self) -> float:
        return median(self.cpu)

    def ratios(self, other: "Result") -> list[float]:
        """How many times as long as the other this takes, in each round until one of them stopped."""
        return [mine / theirs for mine, theirs in zip(self.cpu, other.cpu, strict=False)]

    def ratio(self, other: "Result") -> float:
        """The median of `ratios`."""
        return median(self.ratios(other))


Results = dict[Contender, Result]


def run(one: Input, contenders: Iterable[Contender], rounds: int) -> Generator[Results, None, None]:
    """Each contender's result for this class, first after this many rounds, and then after each further one, in which
    only those compete that are close to the fastest by then. OURS must be among them. Raises Failed if it cannot
    convert it."""
    path = one.path()
    results: Results = {}
    with ExitStack() as running:
        racers = {}
        for contender in contenders:
            result = results[contender] = Result()
            if contender == LIMIT and path.suffix != ".jpg":
                result.failure = "for JPEG alone"
                continue
            try:
                process = running.enter_context(Process(contender.command()))
                racers[contender] = process, _warm(process, one, result)
            except (Failed, ValueError) as reason:
                # libvips puts the reason in its last line.
                result.failure = str(reason).strip().splitlines()[-1].strip()
        if results[OURS].failure:
            raise Failed(f"this pipeline cannot convert {one.name}: {results[OURS].failure}")
        for number in count(1):
            for contender, (process, times) in racers.items():
                results[contender].cpu.append(process.ask("convert", times=times))
            if number == rounds:
                racers = {contender: racers[contender] for contender in close(results)}
            if number >= rounds:
                yield results


def _warm(process: Process, one: Input, result: Result) -> int:
    """Converts until everything is loaded, checks the result, and determines the conversions per measurement."""
    _open(process, one)
    process.ask("convert", times=1)
    seconds: float = process.ask("convert", times=1)
    largest = process.thumbnails()[0]
    result.size = len(largest)
    if _moves(one):
        motion = quality.motion(largest, quality.references(one.path(), _SIDE))
        result.frames, result.decibels, result.worst = motion.frames, motion.mean, motion.worst
    else:
        result.decibels = quality.psnr(largest, quality.reference(one.path(), _SIDE))
    return max(1, round(_LONG_ENOUGH / max(seconds, 1e-3)))


def _open(process: Process, one: Input) -> None:
    process.ask("open", path=str(one.path()), moves=_moves(one))


def _moves(one: Input) -> bool:
    """Whether the thumbnails are animations too."""
    return one.name in ANIMATIONS


def weigh(one: Input, results: Results, bare: Callable[[Contender], int]) -> None:
    """Adds the peaks: each of a process that converts once and does nothing else."""
    for contender, result in results.items():
        if result.failure or contender == LIMIT:  # the limit keeps thumbnails in memory
            continue
        with Process(contender.command()) as process:
            _open(process, one)
            process.ask("convert", times=1)
            result.peak = process.ask("peak") - bare(contender)


# Quality counts as equal within this difference, which is invisible.
TOLERANCE = 0.5
CLOSE = 1.5


def comparable(results: Results) -> dict[Contender, Result]:
    """The peers with the same thumbnails, at our quality or better."""
    ours = results[OURS]
    return {
        contender: result
        for contender, result in results.items()
        if contender not in (OURS, LIMIT) and not result.failure and result.decibels >= ours.decibels - TOLERANCE
    }


def close(results: Results) -> list[Contender]:
    """OURS, and the comparable peers that take at most CLOSE times as long as the fastest: further rounds decide
    between these."""
    ours, peers = results[OURS], comparable(results)
    times = {contender: peer.ratio(ours) for contender, peer in peers.items()}
    return [OURS, *(one for one, time in times.items() if time <= CLOSE * min(times.values()))]


def best(results: Results) -> Contender | None:
    """The fastest of the comparable peers."""
    peers = comparable(results)
    return min(peers, key=lambda one: peers[one].ratio(results[OURS]), default=None)


def leanest(results: Results) -> Contender | None:
    """The comparable peer with the least memory, of those that were weighed."""
    peaks = {one: result.peak for one, result in comparable(results).items() if result.peak > 0}
    return min(peaks, key=lambda one: peaks[one], default=None)
