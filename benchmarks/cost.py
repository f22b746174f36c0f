"""What a thousand conversions cost by the memory that the function is given, and which memory that speaks for.

Lambda gives CPU in proportion to memory: one whole vCPU at 1,769 MB (Lambda Developer Guide, "Configure Lambda function
memory"). Up to there a conversion takes as much longer as the memory is less, and the price is the same; beyond, it
takes no less time, because the pipeline has one thread, and costs more. What is waited for S3 costs by the memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import functions, memory, storage, template
from benchmarks.functions import Measured
from benchmarks.inputs import CLASSES
from benchmarks.tables import table

# USD per GB-second and per request, us-east-1, first tier; aws.amazon.com/lambda/pricing, as of 2025-10. Duration is
# charged by the millisecond.
PER_GB_SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
PER_REQUEST = 0.20 / 1e6
WHOLE_VCPU = 1769  # MB
SIZES = (512, 768, 1024, 1280, 1536, WHOLE_VCPU, 2048, 3008)
# Seven calls to S3, one after the other: the manifest that is not there, the claim, the original, three thumbnails, the
# manifest. An assumption of 25 ms for each within a region; nothing here can measure it.
WAITING = 7 * 0.025
_CLASSES = ("jpeg-12", "jpeg-48", "progressive-12", "png-rgb", "webp", "avif", "heic")
_TIMES = 5


@dataclass(frozen=True)
class Price:
    """Of one conversion at one memory size. seconds: how long it runs."""

    seconds: float
    dollars: float


def price(cpu: float, size: float, per_gb_second: float) -> Price:
    """cpu: seconds at a whole vCPU. size: MB of the function."""
    seconds = cpu * WHOLE_VCPU / min(size, WHOLE_VCPU) + WAITING
    return Price(seconds, seconds * size / 1024 * per_gb_second + PER_REQUEST)


def cheapest(peak: float, cpu: float, sizes: Sequence[int] = SIZES) -> int:
    """MB: the size that costs least among those that hold the peak, in MiB. Raises ValueError when none does."""
    return min(
        (size for size in sizes if size >= peak), key=lambda size: price(cpu, size, PER_GB_SECOND["arm64"]).dollars
    )


def warm() -> dict[str, Measured]:
    """The whole function on each class, warm: its handler, boto3 and the pipeline."""
    code, layers = functions.plain(functions.functions_folder()), functions.compiled(functions.packages())
    variables = template.environment(
        "ConvertFunction", MaxUploadMegabytes=template.parameter("MaxUploadMegabytes").most
    )
    measured = {}
    with storage.running() as bucket:
        for name in _CLASSES:
            bucket.original = CLASSES[name].path().read_bytes()
            measured[name] = functions.invoke(
                "convert", functions.CONVERT_EVENT, [code, layers], variables, bucket.url, times=_TIMES
            )
    return measured


def report() -> str:
    measured = {name: one.warm or one.cpu for name, one in warm().items()}
    rows = []
    for name, cpu in measured.items():
        for architecture, rate in PER_GB_SECOND.items():
            prices = [price(cpu, size, rate) for size in SIZES]
            cells = (f"{one.dollars * 1000 * 100:.2f} ({one.seconds:.2f} s)" for one in prices)
            rows.append((f"{name}, {cpu * 1000:.0f} ms, {architecture}", *cells))
    prices_table = table(("US cents per 1,000 (seconds each)", *(f"{size} MB" for size in SIZES)), rows)
    pixels, file = template.parameter("MaxMegapixels"), template.parameter("MaxUploadMegabytes")
    said = []
    for megapixels, megabytes in ((int(pixels.default), int(file.default)), (pixels.most, file.most)):
        peak = max(memory.peaks(megapixels, megabytes), key=lambda one: one.measured.peak)
        mib = peak.measured.peak / 2**20
        said.append(
            f"At {megapixels} megapixels the largest peak is {mib:.0f} MiB ({peak.variant.name}): the cheapest size "
            f"that holds it is {cheapest(mib, measured['jpeg-12'])} MB."
        )
    return (
        "CPU milliseconds are of a warm invocation of the whole function on this machine, and taken to be the same on\n"
        f"both architectures; {WAITING * 1000:.0f} ms of waiting for S3 are assumed; requests to S3 are extra.\n"
        "[Power tuning](power-tuning.md) measures it in your account.\n\n"
        f"{prices_table}\n\n" + "\n".join(said)
    )
