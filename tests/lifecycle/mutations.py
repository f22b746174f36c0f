"""The protocol with one fault, made by a change of the source text. Each breaks an invariant, and is found."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FUNCTIONS = Path(__file__).parents[2] / "functions"


@dataclass(frozen=True)
class Mutation:
    """name: the fault. module, before, after: the change. scenario: the one that reveals it. breaks: the beginning of
    the invariant's sentence.
    """

    name: str
    module: str
    before: str
    after: str
    scenario: str
    breaks: str


@contextmanager
def mutated(mutation: Mutation) -> Iterator[None]:
    """The module with the change, then unchanged again. Raises AssertionError unless the text occurs exactly once."""
    module = importlib.import_module(mutation.module)
    path = _FUNCTIONS / f"{mutation.module.replace('.', '/')}.py"
    source = path.read_text()
    assert source.count(mutation.before) == 1, f"{path.name} has no longer what {mutation.name!r} changes"
    unchanged = dict(vars(module))
    try:
        exec(compile(source.replace(mutation.before, mutation.after), str(path), "exec"), vars(module))
        yield
    finally:
        vars(module).clear()
        vars(module).update(unchanged)


_TWICE = "an event comes twice"
_REDRIVEN = "a conversion fails for good, is reported, fixed and redriven"

MUTATIONS = [
    Mutation(
        "the manifest is written before the thumbnails",
        "convert",
        "    stored = thumbnails.store(job, conversion.thumbnails, claimed)\n",
        "    create, thumbnails.s3.create = thumbnails.s3.create, lambda *_, **__: True\n"
        "    stored = thumbnails.store(job, conversion.thumbnails)\n"
        "    thumbnails.s3.create = create\n"
        "    ledger.end(manifest.done(job, conversion.original, stored, conversion.placeholder))\n"
        "    thumbnails.store(job, conversion.thumbnails)\n",
        "a picture is converted while its page waits",
        "A manifest names",
    ),
    Mutation(
        "the manifest is written whatever is there",
        "thumbs.jobs.ledger",
        "            **condition,\n",
        "",
        _TWICE,
        "`done` and `rejected` stay",
    ),
    Mutation(
        "a failed manifest is replaced, though it may be another one by now",
        "thumbs.jobs.ledger",
        '{"IfMatch": replacing.etag} if replacing',
        "{} if replacing",
        "a parked conversion is redriven twice at once while its page waits",
        "`done` and `rejected` stay",
    ),
    Mutation(
        "a thumbnail is written over whatever has its key, which says nothing of its content",
        "thumbs.jobs.thumbnails",
        "output.extension, content, retention.batch(claimed))\n",
        'output.extension, b"")\n    s3.write(bucket, key, rendered.content)\n',
        "a done job is converted again with other sizes while its page waits",
        "A manifest names",
    ),
    Mutation(
        "a thumbnail is written in two steps",
        "thumbs.jobs.thumbnails",
        "    s3.create(bucket, key, rendered.content, **options, **retention.tagging(claimed))\n",
        "    s3.write(bucket, key, rendered.content[:-1], **options)\n"
        "    s3.write(bucket, key, rendered.content, **options)\n",
        "a picture is converted while its page waits",
        "The content of a key",
    ),
    Mutation(
        "a report of failure replaces what is there",
        "thumbs.jobs.ledger",
        '"done": (set(), {"done"}),',
        '"done": ({"failed"}, {"done"}),',
        _REDRIVEN,
        "`done` and `rejected` stay",
    ),
    Mutation(
        "a run that meets a report of failure leaves",
        "thumbs.jobs.ledger",
        "if not _may_replace(first.standing, outcome, again and was_claimed):",
        "if True:",
        _REDRIVEN,
        "Once the cause is fixed",
    ),
    Mutation(
        "a letter is deleted before the conversion is handed over",
        "redrive",
        "        parked.convert_again(notices.event(uploads))\n        parked.delete(letter)\n",
        "        parked.delete(letter)\n        parked.convert_again(notices.event(uploads))\n",
        "a parked conversion is redriven twice at once while its page waits",
        "Once the cause is fixed",
    ),
    Mutation(
        "an attempt that failed is not tried again",
        "convert",
        "    if failures:\n        raise ",
        "    if failures:\n        return\n        raise ",
        "a picture is converted while its page waits",
        "Every uploaded job ends",
    ),
    Mutation(
        "a job whose original has gone is left without a manifest",
        "thumbs.jobs.ledger",
        '    None: ({"done", "rejected", "failed"}, set()),\n',
        '    None: ({"done", "rejected"}, set()),\n',
        "a conversion and its report fail for good, the original expires, and the letter is redriven",
        "Every uploaded job ends",
    ),
    Mutation(
        "an upload is converted though another was bound",
        "convert",
        "and not binding.admits(upload):",
        "and False:",
        "a form is posted twice with the same picture",
        "Only one of the uploads",
    ),
    Mutation(
        "the original is read whatever its ETag",
        "thumbs.aws.s3",
        """ | ({"if-match": f'"{etag}"'} if etag else {})""",
        "",
        "a done job gets another picture by its form and is converted again",
        "A job is about one picture",
    ),
    Mutation(
        "any trouble with reading the original is taken for the uploader's doing",
        "thumbs.jobs.originals",
        "except s3.Changed as error:",
        "except s3.ERRORS as error:",
        "a picture is converted while its page waits",
        "A fault of ours",
    ),
    Mutation(
        "a commit is taken for another run's when its answer was lost",
        "thumbs.jobs.ledger",
        "if standing and standing.commit == own and",
        "if False and",
        "a picture is converted while its page waits",
        "Metrics count each job once",
    ),
    Mutation(
        "a failure is counted before it is known",
        "report_failure",
        "    observe.log().append_keys(job=job)\n",
        '    observe.log().append_keys(job=job)\n    observe.count("Failed")\n',
        _REDRIVEN,
        "Metrics count each job once",
    ),
    Mutation(
        "a lowered limit takes thumbnails away",
        "thumbs.jobs.ledger",
        '"done": (set(), {"done"}),',
        '"done": (set(), {"done", "rejected"}),',
        "a big picture is done, limits are lowered, and it is asked for again twice",
        "`done` and `rejected` stay",
    ),
    Mutation(
        "GET /uploads looks for the manifest once",
        "thumbs.jobs.lookup",
        "    found = found or ledger.find(job)\n",
        "",
        "an original expires while it is converted and asked for",
        "`GET /uploads/{job}` finds",
    ),
]
