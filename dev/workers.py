"""What the emulator does for each process of a function, done once or not at all: a test starts hundreds of them."""

import hashlib
import shutil
import tempfile
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_COUNTS_CALLS = "\n    _ms_install_invoke_depth()\n"
_WRITES_NOTHING = "import sys\nsys.dont_write_bytecode = True\n"  # into the package, which processes share


def lighten() -> None:
    """Make the emulator in this process unpack each package once, and start functions without botocore.

    It imports botocore in order to send a counter with each call, by which it stops functions that call each other for
    ever. sign_upload, get_upload, claim and convert make no call with botocore, so the counter would stop nothing.

    Raises RuntimeError if the emulator works differently.
    """
    from ministack.core import lambda_runtime

    before, found, after = lambda_runtime._PYTHON_WORKER_SCRIPT.partition(_COUNTS_CALLS)
    if not found:
        raise RuntimeError("The emulator starts functions differently: compare dev/workers.py with it.")
    lambda_runtime._PYTHON_WORKER_SCRIPT = f"{_WRITES_NOTHING}{before}\n{after}"
    lambda_runtime.zipfile = SimpleNamespace(**vars(zipfile) | {"ZipFile": _UnpackedOnce})


class _UnpackedOnce(zipfile.ZipFile):
    """A package that is unpacked into a folder that its processes share: no function writes to its code, which it could
    not on AWS."""

    def extractall(self, path: Any = None, *_: Any) -> None:
        """path: of an empty folder, which a link to the shared one replaces."""
        assert self.filename is not None
        shared = Path(tempfile.gettempdir(), "packages", hashlib.sha256(Path(self.filename).read_bytes()).hexdigest())
        if not shared.exists():
            shared.parent.mkdir(exist_ok=True)
            part = Path(tempfile.mkdtemp(dir=shared.parent))
            super().extractall(part)
            try:
                part.rename(shared)
            except OSError:  # another process of the function was faster
                shutil.rmtree(part)
        Path(path).rmdir()
        Path(path).symlink_to(shared)
