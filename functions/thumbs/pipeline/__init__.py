"""From the bytes of an upload to its thumbnails: the only part of the service that touches pictures.

    conversion = pipeline.run(original, pipeline.Wanted(sizes, outputs, quality=80, max_megapixels=50))

`steps` lists what happens to a picture, `readers` opens each format, `sandbox` runs the steps in a process of their
own. Importing this package loads no codec; the first picture does.
"""

from thumbs.pipeline.contract import Conversion, Limits, Rendered, Wanted

__all__ = ["Conversion", "Limits", "Rendered", "Wanted", "enforced", "run", "start"]

DEFAULT_LIMITS = Limits()


def run(original: bytes, wanted: Wanted, limits: Limits = DEFAULT_LIMITS) -> Conversion:
    """The thumbnails and the placeholder of one picture.

    original: the whole file, untrusted. Raises errors.Rejected if the picture cannot be accepted, also if reading it
    would take more memory or processor time than limits allow, and if a decoder crashes on it. Any other exception is
    our fault, also for a crash after the decoder, and worth a retry.
    """
    from thumbs.pipeline.sandbox import parent  # here, because the child process needs none of it

    return parent.run(original, wanted, limits)


def start() -> None:
    """Starts loading the decoders in their process without waiting. Otherwise the first `run` loads them."""
    from thumbs.pipeline.sandbox import parent

    parent.start()


def enforced() -> list[str]:
    """What the kernel enforced in the last conversion: processor, memory, files, seccomp (see sandbox.confinement)."""
    from thumbs.pipeline.sandbox import parent

    return parent.enforced()
