"""From the bytes of an upload to its thumbnails: the one part of the service that touches pictures.

    conversion = pipeline.run(original, pipeline.Wanted(sizes, output, quality=80, max_megapixels=50))

`steps` is the list of what happens to a picture, `readers` opens each format, `sandbox` runs the steps in a process of
their own. Importing this package loads no codec: the first picture does.
"""

from thumbs.pipeline.contract import Conversion, Limits, Rendered, Wanted

__all__ = ["Conversion", "Limits", "Rendered", "Wanted", "enforced", "run", "start"]

DEFAULT_LIMITS = Limits()


def run(original: bytes, wanted: Wanted, limits: Limits = DEFAULT_LIMITS) -> Conversion:
    """The thumbnails and the placeholder of one picture.

    original: the whole file, of any content; nothing of it is believed. Raises errors.Rejected when the picture cannot
    be accepted, also when reading it would take more memory or processor time than limits allow, and when a decoder
    crashes on it. Any other exception is ours, and worth another attempt.
    """
    from thumbs.pipeline.sandbox import parent  # here, because the child's own process needs none of it

    return parent.run(original, wanted, limits)


def start() -> None:
    """Has the decoders loaded in the process in which they run, and does not wait for it; else the first `run` does."""
    from thumbs.pipeline.sandbox import parent

    parent.start()


def enforced() -> list[str]:
    """What the kernel held the last conversion to: processor, memory, files, seccomp (see sandbox.confinement)."""
    from thumbs.pipeline.sandbox import parent

    return parent.enforced()
