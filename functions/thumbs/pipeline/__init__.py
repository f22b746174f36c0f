"""From the bytes of an upload to its thumbnails: the one part of the service that touches pictures.

    conversion = pipeline.run(original, pipeline.Wanted(sizes, output, quality=80, max_megapixels=50))

`steps` is the list of what happens to a picture, `readers` opens each format, `sandbox` runs the steps in a process of
their own. Importing this package loads no codec: the first picture does.
"""

from thumbs.pipeline.contract import Conversion, Limits, Rendered, Wanted

__all__ = ["Conversion", "Limits", "Rendered", "Wanted", "run"]

DEFAULT_LIMITS = Limits()


def run(original: bytes, wanted: Wanted, limits: Limits = DEFAULT_LIMITS) -> Conversion:
    """The thumbnails and the placeholder of one picture.

    original: the whole file, of any content; nothing of it is believed. Raises errors.Rejected when the picture cannot
    be accepted, also when reading it would take more memory or time than limits allow, and when a decoder crashes on
    it. Any other exception is a mistake of ours.
    """
    from thumbs.pipeline import sandbox  # here, because it brings in Pillow

    return sandbox.run(original, wanted, limits)
