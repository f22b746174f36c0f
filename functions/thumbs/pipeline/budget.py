"""What an animation may cost (`animation`). One that costs more is shown by its first frame.

docs/decisions/imaging-animated.md has the measurements.
"""

# The formats whose animations are read: names of formats.INPUTS.
ORIGINALS = {"GIF", "PNG", "WEBP"}

FRAMES = 600
PIXELS = 250_000_000  # of the canvas, in all frames together
MADE_PIXELS = 250_000_000  # of all thumbnails, in all frames together
SECONDS = 10.0  # of processor time, of the 20 that a picture has; the first frame needs the others
BYTES = 5_000_000  # of one thumbnail

LOOPS = 65_535  # the most that a WebP can be told
