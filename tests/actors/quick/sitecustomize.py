"""Runs in each Python that starts with this folder in PYTHONPATH.

A program that ends soon needs no garbage collection. SAM parses templates with PyYAML's loader in Python, although
there is one in C. Both take half of the time of `sam package`.
"""

import contextlib
import gc

gc.disable()
with contextlib.suppress(ImportError):
    import yaml

    yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[misc, assignment]
