"""WebP: libwebp, called directly for stills, so that it decodes to a smaller size, and through Pillow for animations.

Pillow decodes every WebP as an animation: 15.5 bytes per pixel of the original and twice the time. The libwebp in its
wheel can do better, so it is called directly (https://developers.google.com/speed/webp/docs/api, libwebp 1.6,
src/webp/decode.h). If it cannot be reached, everything goes through Pillow.
"""

import ctypes
from collections.abc import Iterator
from functools import cache
from io import BytesIO

from PIL import Image, WebPImagePlugin, _webp

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import limits, orient
from thumbs.pipeline.metadata import Block
from thumbs.pipeline.readers import Source

# Bytes of memory per pixel of a still: lossless ones take 8.8, those with alpha 7, others 0.1 if they are scaled.
_STILL_BYTES_PER_PIXEL = 10

_RIFF_START, _RIFF_HEADER = 8, 12
# In the first byte of VP8X: undeclared features are ignored (RFC 9649, 2.7).
_HAS_EXIF, _HAS_PROFILE = 0x08, 0x20
_IMAGES = {b"VP8 ", b"VP8L"}
_METADATA = {b"EXIF": "exif", b"XMP ": "xmp", b"C2PA": "other"}
# Maximum chunks of a file with metadata, alpha and one picture; animations have one more per frame.
_MAX_CHUNKS = 100_000


def source(original: bytes) -> Source:
    length = _RIFF_START + int.from_bytes(original[4:8], "little")
    if length < len(original):  # the rest is not part of it
        original = original[:length]
    profile, frames = None, 0
    still, announced = b"", 0
    metadata: list[Block] = []
    for kind, start, end in chunks(original):
        if kind == b"VP8X":
            announced = original[start] if start < len(original) else 0
        elif kind in _METADATA:
            metadata.append(Block(_METADATA[kind], original[start:end]))
        elif kind == b"ICCP" and announced & _HAS_PROFILE and profile is None:
            profile = original[start:end]
        elif kind == b"ANMF":
            frames += 1
        elif kind in _IMAGES and not still:
            still = kind
    exif = [block.content for block in metadata if block.form == "exif" and announced & _HAS_EXIF]
    orientation = orient.of_exif(exif[0]) if exif else 1  # of several, the first counts (2.7.1.5)
    library = _library()
    if frames or library is None:
        return _through_pillow(original, orientation, profile, frames)._replace(metadata=tuple(metadata))

    features = _features(library, original)
    scalable = still == b"VP8 " and not features.has_alpha
    size = features.width, features.height

    def load(at_least: tuple[int, int]) -> Image.Image:
        # Not with alpha, because the scaler would mix invisible colours into the visible ones.
        smaller = at_least[0] < size[0] and at_least[1] < size[1]
        return _decoded(library, original, features, at_least if scalable and smaller else size)

    return Source(
        size,
        load,
        orientation=orientation,
        profile=profile,
        bytes_per_pixel=_STILL_BYTES_PER_PIXEL,
        metadata=tuple(metadata),
    )


def _through_pillow(original: bytes, orientation: int, profile: bytes | None, frames: int) -> Source:
    size = WebPImagePlugin._get_size(original[:30])
    if size is None:
        raise Rejected(Reason.DAMAGED, "a WebP without a size")

    def load(_: tuple[int, int]) -> Image.Image:
        image = WebPImagePlugin.WebPImageFile(BytesIO(original))  # opening allocates its canvas
        if frames:  # a frame may have alpha, and empty surroundings, whether or not the file declares it
            image._mode = image.rawmode = "RGBA"
        image.load()
        return image

    return Source(size, load, orientation=orientation, profile=profile, frames=max(1, frames))


def chunks(original: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's type, and the start and end of its data."""
    at = _RIFF_HEADER
    for _ in range(_MAX_CHUNKS):
        kind = original[at : at + 4]
        if len(kind) < 4:
            return
        size = int.from_bytes(original[at + 4 : at + 8], "little")
        yield kind, at + 8, at + 8 + size
        at += 8 + size + size % 2
    raise Rejected(Reason.TOO_COMPLEX, f"a WebP of more than {_MAX_CHUNKS} chunks")


# libwebp


class _Features(ctypes.Structure):
    """WebPBitstreamFeatures"""

    _fields_ = (
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("has_alpha", ctypes.c_int),
        ("has_animation", ctypes.c_int),
        ("format", ctypes.c_int),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Buffer(ctypes.Structure):
    """WebPDecBuffer, whose union is as large as WebPYUVABuffer: 4 pointers, 4 strides, 4 sizes."""

    _fields_ = (
        ("colorspace", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("is_external_memory", ctypes.c_int),
        ("rgba", ctypes.c_void_p),
        ("stride", ctypes.c_int),
        ("size", ctypes.c_size_t),
        ("rest_of_union", ctypes.c_uint8 * (4 * 8 + 4 * 4 + 4 * 8 - 3 * 8)),
        ("pad", ctypes.c_uint32 * 4),
        ("private_memory", ctypes.c_void_p),
    )


class _Options(ctypes.Structure):
    """WebPDecoderOptions"""

    _fields_ = (
        ("bypass_filtering", ctypes.c_int),
        ("no_fancy_upsampling", ctypes.c_int),
        ("use_cropping", ctypes.c_int),
        ("crop", ctypes.c_int * 4),
        ("use_scaling", ctypes.c_int),
        ("scaled_width", ctypes.c_int),
        ("scaled_height", ctypes.c_int),
        ("use_threads", ctypes.c_int),
        ("dithering_strength", ctypes.c_int),
        ("flip", ctypes.c_int),
        ("alpha_dithering_strength", ctypes.c_int),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Config(ctypes.Structure):
    """WebPDecoderConfig"""

    _fields_ = (("input", _Features), ("output", _Buffer), ("options", _Options))


_ABI = 0x0209  # WEBP_DECODER_ABI_VERSION; the library accepts any with the same first byte
_MODE_RGBA = 1
_OUT_OF_MEMORY = 1  # VP8_STATUS_OUT_OF_MEMORY


@cache
def _library() -> ctypes.CDLL | None:
    """libwebp, found through the Pillow module that is linked to it; None if its functions cannot be reached."""
    try:
        library = ctypes.CDLL(_webp.__file__)
        functions = library.WebPInitDecoderConfigInternal, library.WebPGetFeaturesInternal, library.WebPDecode
    except (OSError, AttributeError):
        return None
    for function in functions:
        function.restype = ctypes.c_int
    library.WebPInitDecoderConfigInternal.argtypes = [ctypes.POINTER(_Config), ctypes.c_int]
    library.WebPGetFeaturesInternal.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.POINTER(_Features),
        ctypes.c_int,
    ]
    library.WebPDecode.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Config)]
    return library if library.WebPInitDecoderConfigInternal(ctypes.byref(_Config()), _ABI) else None


_library()  # while libraries can still be opened: in the sandbox, the first picture is too late


def _features(library: ctypes.CDLL, original: bytes) -> _Features:
    features = _Features()
    status = library.WebPGetFeaturesInternal(original, len(original), ctypes.byref(features), _ABI)
    if status:
        raise Rejected(Reason.DAMAGED, f"libwebp answers {status} to the header")
    return features


def _decoded(library: ctypes.CDLL, original: bytes, features: _Features, size: tuple[int, int]) -> Image.Image:
    width, height = size
    pixels = bytearray(width * height * 4)
    config = _Config()
    library.WebPInitDecoderConfigInternal(ctypes.byref(config), _ABI)
    config.input = features
    config.output.colorspace = _MODE_RGBA
    config.output.is_external_memory = 1
    config.output.rgba = ctypes.addressof(ctypes.c_char.from_buffer(pixels))
    config.output.stride = width * 4
    config.output.size = len(pixels)
    if size != (features.width, features.height):
        config.options.use_scaling = 1
        config.options.scaled_width, config.options.scaled_height = size
    status = library.WebPDecode(original, len(original), ctypes.byref(config))
    if status:
        # libwebp reports missing memory for broken alpha, too.
        short = status == _OUT_OF_MEMORY and limits.is_short_of(_STILL_BYTES_PER_PIXEL * width * height)
        reason = Reason.TOO_COMPLEX if short else Reason.DAMAGED
        raise Rejected(reason, f"libwebp answers {status}")
    mode, raw = ("RGBA", "RGBA") if features.has_alpha else ("RGB", "RGBX")
    return Image.frombuffer(mode, size, pixels, "raw", raw, 0, 1)
