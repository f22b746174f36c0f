"""What always holds, one predicate each. docs/how-it-works.md has the same sentences, under "What always holds"."""

import json
from collections.abc import Callable
from typing import Any

from tests.lifecycle import days
from tests.lifecycle.actors import FINDS, JOB, MANIFEST, ORIGINAL
from tests.lifecycle.stored import Write
from tests.lifecycle.world import THUMBNAILS, UPLOADS, World, manifest_of, parsed
from thumbs.jobs import keys
from thumbs.upkeep import memory

# What a predicate finds wrong; None if it holds.
Verdict = str | None

# What erases has failed for good, and waits for a redrive.
NOT_SWEPT = {"a report was given up", "the eraser gave up", "letters are lost"}

ON_WRITE: dict[str, Callable[[World, Write], Verdict]] = {}
AT_THE_END: dict[str, Callable[[World], Verdict]] = {}


def _on_write(check: Callable[[World, Write], Verdict]) -> Callable[[World, Write], Verdict]:
    ON_WRITE[(check.__doc__ or "").strip()] = check
    return check


def _at_the_end(check: Callable[[World], Verdict]) -> Callable[[World], Verdict]:
    AT_THE_END[(check.__doc__ or "").strip()] = check
    return check


def on_write(world: World, write: Write) -> None:
    """Judge one change of the buckets."""
    if write.bucket != THUMBNAILS:
        return
    for sentence, check in ON_WRITE.items():
        if found := check(world, write):
            world.violated(sentence, found)


def before_a_redrive(world: World) -> None:
    """Check what is left when all have finished, unless a redrive has yet to sweep it."""
    if not NOT_SWEPT & world.flags and (found := _erased(world)):
        world.violated((_erased.__doc__ or "").strip(), found)


def at_the_end(world: World) -> None:
    """Judge the final state, when all actors have finished, the cause is fixed, and everything was redriven."""
    for sentence, check in AT_THE_END.items():
        if found := check(world):
            world.violated(sentence, found)


def _manifests(write: Write) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    if write.key != MANIFEST:
        return None, None
    before, after = (parsed(each.content) if each else None for each in (write.before, write.after))
    return before, after


@_at_the_end
def _ends(world: World) -> Verdict:
    """Every uploaded job ends in exactly one manifest: `done`, `rejected` or `failed`; or it is erased."""
    if not world.posted or {"the tombstone has expired", "the manifest has expired"} & world.flags:
        return None
    if world.letters:
        return "a letter stays, though everything was redriven"
    return None if manifest_of(world, MANIFEST) else "no manifest, and no letter"


@_on_write
def _final(world: World, write: Write) -> Verdict:
    """`done` and `rejected` stay unless the job is converted again or erased; `failed` can only become one of these."""
    before, after = _manifests(write)
    if before is None or after is None:
        return None
    change = (before["status"], after["status"])
    if "asked again" in world.flags:
        allowed = {("done", "done"), ("rejected", "done"), ("rejected", "rejected")}
    else:
        allowed = set()
    allowed |= {("failed", "done"), ("failed", "rejected")}
    is_erased = after["status"] == "erased" and before["status"] != "erased"
    is_claim = after == {**before, "claimed": True}
    return None if change in allowed or is_erased or is_claim else f"{change[0]} → {change[1]}"


@_on_write
def _content(_: World, write: Write) -> Verdict:
    """The content of a key never changes, so a thumbnail may be cached for ever."""
    if write.key in (MANIFEST, keys.binding(JOB)) or write.before is None or write.after is None:
        return None
    return None if write.before.etag == write.after.etag else write.key


@_on_write
def _names(world: World, write: Write) -> Verdict:
    """A manifest names only thumbnails that exist, each with its own content."""
    _, after = _manifests(write)
    named = after or manifest_of(world, MANIFEST)
    if named is None or days.is_over(world, named):
        return None
    for thumbnail in named["thumbnails"]:
        there = world.objects.get((THUMBNAILS, thumbnail["key"]))
        if there is None:
            return f"{thumbnail['key']} is missing"
        extension = thumbnail["key"].rpartition(".")[2]
        if len(there.content) != thumbnail["bytes"] or thumbnail["key"] not in {
            keys.thumbnail(JOB, thumbnail["size"], extension, there.content, batch) for batch in days.batches(world)
        }:
            return f"{thumbnail['key']} holds other content"
    return None


@_on_write
def _picture(world: World, write: Write) -> Verdict:
    """A job is about one picture, however often its form is used and whenever it is converted again."""
    _, after = _manifests(write)
    if after and after["status"] == "done":
        world.pictures.add(json.dumps(after["original"]))
    return "it shows another picture now" if len(world.pictures) > 1 else None


@_on_write
def _conversions(world: World, _: Write) -> Verdict:
    """Only one of the uploads with the same form is converted."""
    return f"{len(world.converted)} were" if len(world.converted) > 1 else None


@_on_write
def _blame(world: World, write: Write) -> Verdict:
    """A fault of ours is never reported as the uploader's."""
    _, after = _manifests(write)
    if not after or after["status"] != "rejected":
        return None
    at_fault = {
        "replaced": len({*world.posted}) > 1,
        "too_many_pixels": any(len(content) > 5000 for content in world.posted),
        "not_an_image": b"no picture" in world.posted,
    }
    reason = after["reason"]["code"]
    return None if at_fault.get(reason) else f"rejected: {reason}"


@_at_the_end
def _redriven(world: World) -> Verdict:
    """Once the cause is fixed, a redrive converts every parked upload whose original still exists."""
    found = manifest_of(world, MANIFEST)
    if not found or found["status"] != "failed":
        return None
    binding, original = world.objects.get((THUMBNAILS, keys.binding(JOB))), world.objects.get((UPLOADS, ORIGINAL))
    bound = binding and original and json.loads(binding.content)["etag"] == original.etag.strip('"')
    return "it stays failed" if bound else None


@_at_the_end
def _counted(world: World) -> Verdict:
    """Metrics count each job once, by its outcome."""
    if {"asked again", "the manifest has expired"} & world.flags or "erased" in world.statuses or not world.posted:
        return None
    found = manifest_of(world, MANIFEST)
    status = found["status"] if found else None
    wanted = {"Converted": status == "done", "Rejected": status == "rejected", "Failed": "failed" in world.statuses}
    for name, happened in wanted.items():
        number = world.counts[name]
        replaced = name == "Failed" and status != "failed"
        if number > happened or (number < happened and not _hidden(world, replaced)):
            return f"{name} is {number}, and happened {int(happened)} times"
    return None


def _hidden(world: World, replaced: bool) -> bool:
    """Whether an outcome may be missing in the metrics of the run that has written it.

    A process that is killed takes its metrics with it; two faults in a row may do it; and so may a lost response, if
    the manifest was replaced before the run looked at it again.
    """
    faults = [step for step in world.steps if " — " in step]
    return len(faults) > 1 or any("killed" in step or ("lost" in step and replaced) for step in faults)


@_at_the_end
def _erased(world: World) -> Verdict:
    """When a job was erased and its runs have ended within 20 days, nothing remains but its tombstone, for 21 days."""
    # "Within 20 days": docs/decisions/erased-for-good.md, "What remains".
    if not {"answered: erased", "answered: being erased"} & world.flags:
        return None
    expired = "the tombstone has expired" in world.flags
    left = {key for _, key in world.objects} - (set() if expired else {MANIFEST}) - world.outlived - {memory.KEY}
    found = manifest_of(world, MANIFEST)
    if not expired and (found is None or found["status"] != "erased"):
        return f"the tombstone is {found and found['status']}"
    return f"{sorted(left)} left" if left else None


@_at_the_end
def _forgotten(world: World) -> Verdict:
    """With a delivery, its caches forget what was erased."""
    is_due = "answered: erased" in world.flags and "with a delivery" in world.flags
    return f"they send {sorted(world.cached)}" if is_due and world.cached else None


@_on_write
def _whole(world: World, write: Write) -> Verdict:
    """A manifest says that its job was claimed only when nothing that it names can expire as unclaimed."""
    _, after = _manifests(write)
    if not after or not after["claimed"]:
        return None
    named = [MANIFEST, keys.binding(JOB), *(thumbnail["key"] for thumbnail in after["thumbnails"])]
    tagged = [key for key in named if (there := world.objects.get((THUMBNAILS, key))) and there.tags]
    return f"{tagged} can" if tagged else None


@_at_the_end
def _claimed(world: World) -> Verdict:
    """A job that was claimed in time stays claimed and whole, however often it is converted again."""
    if "answered: claimed" not in world.flags or "erased" in world.statuses:
        return None
    found = manifest_of(world, MANIFEST)
    if not found or not found["claimed"]:
        return "it is not claimed any more"
    missing = [each["key"] for each in found["thumbnails"] if (THUMBNAILS, each["key"]) not in world.objects]
    return f"{missing} are missing" if missing else None


@_at_the_end
def _over(world: World) -> Verdict:
    """What nobody has claimed expires as a whole, and does not come back."""
    if "S3 has looked" not in world.flags or {"answered: claimed", "a claim was given up"} & world.flags:
        return None
    is_gone = "the manifest has expired" in world.flags
    kept = {
        key: each
        for (bucket, key), each in world.objects.items()
        if bucket == THUMBNAILS and (is_gone or world.days - each.day > days.UNCLAIMED)
    }
    return f"{sorted(kept)} left" if kept else None


def record(world: World, write: Write) -> None:
    """Before the invariants are checked."""
    _, after = _manifests(write)
    if after:
        world.statuses.append(after["status"])


SENTENCES = [*ON_WRITE, *AT_THE_END, FINDS]
