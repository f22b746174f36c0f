"""The cost of a thousand conversions by the function's memory, and the best memory size.

Lambda gives CPU in proportion to memory: one whole vCPU at 1,769 MB (Lambda Developer Guide, "Configure Lambda function
memory"). Below that, a conversion takes proportionally longer with less memory, and costs the same; above, it takes no
less time, because the pipeline has one thread, and costs more. Waiting for S3 costs in proportion to memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks import functions, memory, storage, template
from benchmarks.inputs import CLASSES
from benchmarks.tables import table

# USD per GB-second and per request, us-east-1, first tier; aws.amazon.com/lambda/pricing, as of 2025-10. Duration is
# charged per millisecond.
PER_GB_SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
PER_REQUEST = 0.20 / 1e6
WHOLE_VCPU = 1769  # MB
SIZES = (512, 768, 1024, 1280, 1536, WHOLE_VCPU, 2048, 3008)
# Seconds for one call to S3 within a region. An assumption: nothing here can measure it.
PER_CALL = 0.025
_ABOUT = """\
The CPU time is that of a warm invocation of the whole function on this machine, and is assumed to be the same on both
architectures. A conversion makes {calls} calls to S3, one after the other; each is assumed to take {milliseconds:.0f}
ms. What S3 charges for them is not included. [Power tuning](power-tuning.md) measures the cost in your account.
"""
_CLASSES = ("jpeg-12", "jpeg-48", "progressive-12", "png-rgb", "webp", "avif", "heic")
_TIMES = 5


@dataclass(frozen=True)
class Price:
    """The cost of one conversion at one memory size. seconds: its duration."""

    seconds: float
    dollars: float


@dataclass(frozen=True)
class Conversion:
    """What the memory does not change. cpu: seconds at a whole vCPU. calls: to S3, one after the other."""

    cpu: float
    calls: int

    @property
    def waiting(self) -> float:
        """Seconds."""
        return self.calls * PER_CALL


def price(conversion: Conversion, size: float, per_gb_second: float) -> Price:
    """size: MB of the function."""
    seconds = conversion.cpu * WHOLE_VCPU / min(size, WHOLE_VCPU) + conversion.waiting
    return Price(seconds, seconds * size / 1024 * per_gb_second + PER_REQUEST)


def cheapest(peak: float, conversion: Conversion, sizes: Sequence[int] = SIZES) -> int:
    """MB: the cheapest size that holds the peak, in MiB. Raises ValueError if none does."""
    return min(
        (size for size in sizes if size >= peak),
        key=lambda size: price(conversion, size, PER_GB_SECOND["arm64"]).dollars,
    )


def warm() -> dict[str, Conversion]:
    """The whole function on each class, warm: its handler, its calls of S3 and the pipeline."""
    built = functions.built()
    variables = template.environment(
        "ConvertFunction", MaxUploadMegabytes=template.parameter("MaxUploadMegabytes").most
    )
    conversions = {}
    with storage.running() as bucket:
        for name in _CLASSES:
            bucket.hold(CLASSES[name].path().read_bytes())
            measured = functions.invoke("convert", functions.CONVERT_EVENT, built, variables, bucket.url, times=_TIMES)
            calls, rest = divmod(bucket.calls, 1 + _TIMES)
            if rest:
                raise RuntimeError(f"{bucket.calls} calls to S3 in {1 + _TIMES} invocations: not all did the same")
            conversions[name] = Conversion(measured.warm or measured.cpu, calls)
    return conversions


def report() -> str:
    conversions = warm()
    said = []
    for megapixels, megabytes, _ in memory.settings():
        peak = max(memory.peaks(megapixels, megabytes), key=lambda one: one.measured.peak)
        mib = peak.measured.peak / 2**20
        said.append(
            f"At {megapixels} megapixels the largest peak is {mib:.0f} MiB ({peak.variant.name}): the cheapest size "
            f"that holds it is {cheapest(mib, conversions['jpeg-12'])} MB."
        )
    return f"{explained(conversions)}\n\n" + "\n".join(said)


def explained(conversions: Mapping[str, Conversion]) -> str:
    """The assumptions, and the table of prices. conversions: by class of input."""
    rows = []
    for name, conversion in conversions.items():
        for architecture, rate in PER_GB_SECOND.items():
            prices = [price(conversion, size, rate) for size in SIZES]
            cells = (f"{one.dollars * 1000 * 100:.2f} ({one.seconds:.2f} s)" for one in prices)
            rows.append((f"{name}, {conversion.cpu * 1000:.0f} ms, {architecture}", *cells))
    calls = " or ".join(map(str, sorted({one.calls for one in conversions.values()})))
    headings = ("US cents per 1,000 (seconds each)", *(f"{size} MB" for size in SIZES))
    return f"{_ABOUT.format(calls=calls, milliseconds=PER_CALL * 1000)}\n{table(headings, rows)}"
