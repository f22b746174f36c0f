"""A separate run: `python -m tests.fuzz [--seconds 600 | --files N] [--seed N]`.

Files that cause crashes or wrong results are saved in tests/fuzz/crashes/. The test suite tries every file there again,
so commit what you keep.
"""

import argparse
import hashlib
import math
import random
import sys
import time
import traceback
from itertools import islice
from pathlib import Path

from operate.arguments import positive, seconds, whole
from tests.fuzz.trial import harm
from tests.material.mutants import mutants

CRASHES = Path(__file__).parent / "crashes"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=seconds, default=600)
    options.add_argument("--files", type=positive, help="how many to try instead, however long it takes")
    options.add_argument("--seed", type=whole, default=random.SystemRandom().randrange(2**32))
    given = options.parse_args()
    extent = f"{given.files} files" if given.files else f"{given.seconds:.0f} seconds"
    print(f"seed {given.seed}, {extent}")  # noqa: T201  what the command is for
    until = math.inf if given.files else time.monotonic() + given.seconds
    tried = found = 0
    for original in islice(mutants(given.seed), given.files):
        if time.monotonic() > until:
            break
        tried += 1
        try:
            why = harm(original)
        except Exception:
            why = traceback.format_exc()
        if why is not None:
            found += 1
            path = CRASHES / hashlib.sha256(original).hexdigest()[:16]
            path.write_bytes(original)
            print(f"{path}\n{why}\n")  # noqa: T201
    print(f"{tried} files tried, {found} came to harm")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
