"""Upkeep with one of its rules switched off. Each rule is needed, because each change is detected."""

from tests.lifecycle.mutations import Mutation

_ENDS = "Every uploaded job ends"
_DIES = "the event of an upload is lost, and so is the conversion that upkeep asks for"

LOST_MUTATIONS = [
    Mutation(
        "upkeep finds nothing",
        "thumbs.upkeep.search",
        "        known.lost[job] = Lost(found.modified, 0, self._now)\n",
        "        pass\n",
        _DIES,
        _ENDS,
    ),
    Mutation(
        "upkeep forgets a lost upload once it was converted again",
        "thumbs.upkeep.search",
        "elif self._has_ended(job):",
        "elif self._has_ended(job) or lost.attempts:",
        _DIES,
        _ENDS,
    ),
    Mutation(
        "upkeep remembers what it has seen, and not what was lost",
        "thumbs.upkeep.memory",
        'if not name.startswith("_")}',
        'if not name.startswith("_")} | {"lost": {}}',
        _DIES,
        _ENDS,
    ),
    Mutation(
        "upkeep never reports an upload as failed",
        "thumbs.upkeep.rescue",
        "    if attempt <= ATTEMPTS:\n",
        "    if True:\n",
        "no conversion that upkeep asks for takes place",
        _ENDS,
    ),
    Mutation(
        "upkeep's events have no time",
        "thumbs.upkeep.rescue",
        "job, time=stored)])",
        "job)])",
        _DIES,
        _ENDS,
    ),
]
