"""Converts a picture in a process of its own, to see how much memory that takes."""

import subprocess
import sys

_CONVERTS = """
import sys
from io import BytesIO
sys.path[:] = sys.argv[2:]
from tests.actors.pipeline import LIMITS, WANTED
from PIL import Image
from thumbs import sizes
WANTED = WANTED._replace(sizes=sizes.parse(sys.argv[1]))
from tests.material import pictures
from thumbs.pipeline import steps
from thumbs.pipeline.identify import identify
def told(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))
original = sys.stdin.buffer.read()
small = pictures.encoded(pictures.quadrants(20, 20), Image.open(BytesIO(original)).format)
steps.convert(small, identify(small), WANTED, LIMITS)
before = told('VmHWM')
steps.convert(original, identify(original), WANTED, LIMITS)
print(1024 * (told('VmHWM') - before), told('Threads'))
"""


def taken(original: bytes, sizes: str) -> tuple[int, int]:
    """Bytes that converting the picture adds to the peak of a process that has converted a small one; and its threads.
    sizes: as in a setting."""
    command = [sys.executable, "-c", _CONVERTS, sizes, *sys.path]
    made = subprocess.run(command, input=original, capture_output=True, check=True)
    added, threads = map(int, made.stdout.split())
    return added, threads
