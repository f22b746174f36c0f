"""Cold starts: what the first invocation of a function costs above a bare interpreter, in a fresh process each time.

On Lambda the interpreter and the start of the machine are additional; they are the same for every variant.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import functions, storage, template
from benchmarks.functions import Measured
from benchmarks.inputs import CLASSES
from benchmarks.tables import table

# Everything that Pillow and pillow-heif can read, loaded before the first picture.
_ALL_CODECS = (
    "from PIL import Image; Image.init(); from pillow_heif import register_heif_opener; register_heif_opener()"
)
_ROUNDS = 7
# The event of each function, its name in the template, and the status of its answer.
_KINDS: dict[str, tuple[dict[str, Any], str, int | None]] = {
    "sign_upload": (functions.SIGN_EVENT, "SignUploadFunction", HTTPStatus.CREATED),
    "get_upload": (functions.GET_EVENT, "GetUploadFunction", HTTPStatus.OK),
    "convert": (functions.CONVERT_EVENT, "ConvertFunction", None),
}
_MANIFEST = {"job": functions.JOB, "status": "done", "thumbnails": []}


@dataclass(frozen=True)
class Variant:
    """A function in one state. name: in the table. path: the folders of its code and its packages."""

    name: str
    module: str
    path: tuple[Path, ...]
    first: str = ""

    def measured(self, storage_url: str) -> Measured:
        event, function, status = _KINDS[self.module]
        variables = template.environment(function)
        measured = functions.invoke(self.module, event, self.path, variables, storage_url, first=self.first)
        if status and measured.answer["statusCode"] != status:
            raise RuntimeError(f"{self.name} did not answer with {status}: {measured.answer}")
        return measured


def _variants() -> list[Variant]:
    source, naive, layers = functions.functions_folder(), functions.naive_folder(), functions.packages()
    built, none_compiled = functions.built(), (functions.plain(source), functions.plain(layers))
    naive_built = functions.plain(naive), built[1]
    naive_uncompiled = naive_built[0], none_compiled[1]
    return [
        Variant("sign_upload, as built", "sign_upload", built),
        Variant("sign_upload, no .pyc at all", "sign_upload", none_compiled),
        Variant("sign_upload, naive (API resolver, boto3 client)", "sign_upload", naive_built),
        Variant("sign_upload, naive, no .pyc", "sign_upload", naive_uncompiled),
        Variant("get_upload, as built", "get_upload", built),
        Variant("get_upload, no .pyc at all", "get_upload", none_compiled),
        Variant("get_upload, naive (API resolver, boto3 client)", "get_upload", naive_built),
        Variant("get_upload, naive, no .pyc", "get_upload", naive_uncompiled),
        Variant("convert, as built (codecs loaded when needed)", "convert", built),
        Variant("convert, no .pyc at all", "convert", none_compiled),
        Variant("convert, all codecs loaded first", "convert", built, _ALL_CODECS),
        Variant("convert, all codecs loaded first, no .pyc", "convert", none_compiled, _ALL_CODECS),
        Variant("convert, naive (all codecs, naive Pillow)", "convert", naive_built),
        Variant("convert, naive, no .pyc", "convert", naive_uncompiled),
    ]


def report(rounds: int = _ROUNDS) -> str:
    """A table: CPU and wall milliseconds, medians; convert's include a first picture of 2 megapixels (JPEG)."""
    figures: dict[Variant, list[Measured]] = {}
    with storage.running() as bucket:
        bucket.original = CLASSES["jpeg-2"].path().read_bytes()
        variants = _variants()
        for _ in range(rounds):
            for variant in variants:
                bucket.standing = json.dumps(_MANIFEST).encode() if variant.module == "get_upload" else b""
                figures.setdefault(variant, []).append(variant.measured(bucket.url))
    rows = [
        (
            variant.name,
            f"{median(one.cpu for one in measured) * 1000:.0f}",
            f"{median(one.wall for one in measured) * 1000:.0f}",
        )
        for variant, measured in figures.items()
    ]
    return (
        f"Python {functions.python_version()}, medians of {rounds} fresh processes, above a bare interpreter: import "
        "and\nfirst invocation. That of convert reads a JPEG of 2 megapixels from a local S3, and writes its "
        "thumbnails there.\n\n" + table(("First invocation", "CPU ms", "wall ms"), rows)
    )
