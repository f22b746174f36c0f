"""Validates a child's answer against the job, because its decoder may be under the control of the file's author.

The answer is data, a JSON header and the files. None of it is executed, and nothing that was not requested is kept.
"""

import json
import re
from itertools import product
from string import Formatter
from typing import Any, NoReturn, cast, get_args

from thumbs import formats
from thumbs.errors import SENTENCES, Reason, Rejected
from thumbs.picture import KINDS, RIGHTS, Animation, Original, Stillness
from thumbs.pipeline import budget, geometry
from thumbs.pipeline.contract import Conversion, Rendered
from thumbs.pipeline.sandbox.wire import HEADER, Job

NONSENSE = "the sandbox answered nonsense"

# The reasons for which the steps may reject a picture; `identify`, which runs here, has the others.
REASONS = frozenset({Reason.DAMAGED, Reason.TOO_MANY_PIXELS, Reason.TOO_COMPLEX, Reason.VARIANT_NOT_SUPPORTED})

_MOST_HEADER = 64 * 2**10
_MOST_DETAIL = 500
_MOST_NUMBER = 2**53 - 1  # the largest integer that every JSON parser reads exactly
_THUMBHASH = re.compile(r"[A-Za-z0-9+/]{1,40}={0,2}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


class SandboxError(RuntimeError):
    """The steps raised an unexpected error, or the sandbox does not work: our fault, and worth a retry."""


def understood(answer: bytes, job: Job) -> Conversion:
    """Raises Rejected, also (damaged) for everything that cannot be the answer to this job, and SandboxError."""
    try:
        length = int.from_bytes(answer[:HEADER], "big")
        _expect(length <= _MOST_HEADER)
        header = json.loads(answer[HEADER : HEADER + length], parse_constant=_refuse)
        contents = memoryview(answer)[HEADER + length :]
        match header:
            case {"raised": str(trace)} if len(header) == 1:
                raise SandboxError(trace)
            case {"rejected": [reason, str(detail), original, dict(facts)]} if len(header) == 1:
                raise _rejected(job, reason, detail, original, facts)
            case {
                "original": original,
                "thumbnails": list(made),
                "placeholder": placeholder,
                "metadata": list(kinds),
                "kept": kept,
                "animation": animation,
                "frames": list(frames),
            }:
                _expect(len(header) == 7)
                conversion = _conversion(job, original, made, placeholder, contents)
                conversion = conversion._replace(metadata=_known(kinds, KINDS), kept=_kept(job, kept))
                return _moving(job, conversion, animation, frames)
        raise ValueError(header)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise Rejected(Reason.DAMAGED, NONSENSE) from error


def _conversion(job: Job, original: Any, thumbnails: list[Any], placeholder: Any, contents: memoryview) -> Conversion:
    seen = _original(job, original)
    _expect(seen["width"] * seen["height"] <= job.wanted.max_megapixels * 1_000_000)
    signatures = {one.name: one for one in formats.INPUTS}
    rendered = []
    asked = product(job.wanted.outputs, job.wanted.sizes)
    for (output, wanted), (name, width, height, count) in zip(asked, thumbnails, strict=True):
        target = geometry.target((seen["width"], seen["height"]), wanted)
        _expect((name, _number(width), _number(height)) == (wanted.name, *target.output))
        content, contents = bytes(contents[: _number(count)]), contents[count:]
        _expect(len(content) == count and signatures[output.name.upper()].matches(content[:64]))
        rendered.append(Rendered(name, width, height, output, content, target.has_margin))
    _expect(not contents)
    match placeholder:
        case {"thumbhash": str(thumbhash), "color": str(colour)} if len(placeholder) == 2:
            _expect(bool(_THUMBHASH.fullmatch(thumbhash) and _COLOUR.fullmatch(colour)))
            return Conversion(seen, tuple(rendered), {"thumbhash": thumbhash, "color": colour})
    raise ValueError(placeholder)


def _moving(job: Job, conversion: Conversion, told: Any, frames: list[Any]) -> Conversion:
    """With its animation, only if one is wanted, and within its budgets."""
    thumbnails = tuple(
        one._replace(frames=_number(count)) for one, count in zip(conversion.thumbnails, frames, strict=True)
    )
    animated = [one for one in thumbnails if one.frames > 1]
    _expect(job.wanted.animated or told is None)
    _expect(all(one.frames <= budget.FRAMES and len(one.content) <= budget.BYTES for one in animated))
    _expect(bool(animated) == (told is not None and told["animated"] is True))
    return conversion._replace(thumbnails=thumbnails, animation=_animation(told))


def _animation(told: Any) -> Animation | None:
    match told:
        case None:
            return None
        case {"animated": True, "reason": None | "too_large" as reason, "duration": duration, "loop": loop}:
            _expect(len(told) == 4 and type(loop) is int and 0 <= loop <= budget.LOOPS)
            return {"animated": True, "reason": reason, "duration": _number(duration), "loop": loop}
        case {"animated": False, "reason": str(reason), "duration": None, "loop": None}:
            _expect(len(told) == 4 and reason in get_args(Stillness))
            return {"animated": False, "reason": cast("Stillness", reason), "duration": None, "loop": None}
    raise ValueError(told)


def _known(told: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    """Only known names, each once and in their order."""
    _expect(isinstance(told, list))
    known = tuple(name for name in names if name in told)
    _expect([*known] == told)
    return known


def _kept(job: Job, told: Any) -> tuple[str, ...] | None:
    _expect((told is not None) == job.wanted.copyright)
    return None if told is None else _known(told, RIGHTS)


def _original(job: Job, told: Any) -> Original:
    original: Original = {
        "format": job.accepted.name,
        "width": _number(told["width"]),
        "height": _number(told["height"]),
        "bytes": len(job.original),
        "frames": _number(told["frames"]),
    }
    _expect(told == original and type(told["bytes"]) is int)
    return original


def _rejected(job: Job, reason: Any, detail: str, original: Any, facts: dict[str, Any]) -> Rejected:
    _expect(reason in REASONS)
    _expect(facts.keys() <= {name for _, name, _, _ in Formatter().parse(SENTENCES[Reason(reason)].text)})
    seen = None if original is None else _original(job, original)
    numbers = {name: _number(fact) for name, fact in facts.items()}
    return Rejected(Reason(reason), detail[:_MOST_DETAIL], original=seen, **numbers)


def _number(value: Any) -> int:
    """A whole number above 0."""
    _expect(type(value) is int and 0 < value <= _MOST_NUMBER)
    number: int = value
    return number


def _expect(condition: bool) -> None:
    if not condition:
        _refuse(condition)


def _refuse(what: object) -> NoReturn:
    raise ValueError(what)
