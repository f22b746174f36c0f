"""Bytecode of the functions for this interpreter, compiled once for each text of a module.

The emulator unpacks the code again for every process of a function. Without bytecode in it, each process would compile
all that it imports.
"""

import hashlib
import py_compile
import sys
from pathlib import Path, PurePosixPath

from dev.emulator import ROOT

CACHE = ROOT / ".cache" / "functions"


def compiled(module: Path) -> bytes | None:
    """The content of a module's .pyc file, or None if the module cannot be compiled.

    Whenever Python loads it, it compares it with the text next to it (PEP 552, "checked hash-based"), so that a text
    that was changed later never runs as before.
    """
    text = module.read_bytes()
    cached = CACHE / f"{hashlib.sha256(text + sys.version.encode()).hexdigest()}.pyc"
    if not cached.exists():
        try:
            py_compile.compile(
                str(module), str(cached), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
            )
        except py_compile.PyCompileError:
            return None
    return cached.read_bytes()


def place(module: PurePosixPath) -> PurePosixPath:
    """Where this interpreter looks for a module's bytecode."""
    return module.parent / "__pycache__" / f"{module.stem}.{sys.implementation.cache_tag}.pyc"
