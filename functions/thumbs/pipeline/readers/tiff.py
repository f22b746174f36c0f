"""TIFF: only the first directory, whatever follows it or links back to it. Pillow reads the usual layouts of samples,
and returns the picture already turned; `tiff_samples` reads others."""

import struct
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from math import prod

from PIL import Image, ImageFile, ImagePalette, TiffImagePlugin

from thumbs.errors import Reason, Rejected
from thumbs.pipeline.metadata import Block
from thumbs.pipeline.readers import Source, deep, tiff_deep, tiff_directory, tiff_libtiff, tiff_rows, tiff_samples
from thumbs.pipeline.readers.tiff_directory import Directory
from thumbs.pipeline.rows import Picture

_WHITE_IS_ZERO, _YCBCR, _LAB = 0, 6, {8, 9}
_UNSIGNED, _SIGNED = 1, 2  # SampleFormat
_SEPARATE = 2  # planes
_NONE, _OLD_JPEG = 1, 6
_LOSSLESS = {_NONE, 5, 8, 32773, 32946}  # LZW, Deflate, PackBits, Deflate
# Codecs that libtiff has, but not for every layout, nor in every build: this one, ThunderScan, LogLuv and WebP.
_NOT_ALWAYS_READ = {_OLD_JPEG, 32809, 34676, 34677, 50001}
_COEFFICIENTS, _SUBSAMPLING, _PROFILE = 529, 530, 34675


def source(original: bytes) -> Source:
    return _read(original)._replace(metadata=(Block("exif", original),))  # EXIF is a TIFF


def _read(original: bytes) -> Source:
    directory = tiff_directory.read(original)
    photometric = directory.photometric
    compression = directory.value(tiff_directory.COMPRESSION, 1)
    if photometric == _YCBCR and compression == _NONE and _is_for_libtiff(directory):
        return _source(directory, lambda: tiff_libtiff.decoded(directory, {}, "RGB", "RGBX", directory.size))
    if _is_misread(directory, photometric):
        return _with_samples(directory)
    try:
        image = TiffImagePlugin.TiffImageFile(BytesIO(original))
    except (SyntaxError, KeyError):  # Pillow's errors for unknown layouts and compressions
        return _with_samples(directory)
    image.info.pop("xmp", None)  # otherwise Pillow would turn the picture by it if no tag says how (see `orient`)
    colours = directory.values(tiff_directory.COLOUR_MAP)
    if image.palette and max(colours, default=0) < 256:  # some programs write 8 bits where 16 are required
        image.palette = ImagePalette.raw("RGB;L", bytes(colours))

    def load(wanted: tuple[int, int]) -> Picture:
        if meant:
            return tiff_deep.in_srgb(_loaded(image, compression), original, meant, wanted)
        whole = partial(_loaded, image, compression)
        return tiff_rows.rows(image, directory, whole) or whole()

    profile = _profile(directory)  # Pillow's may be a number
    meant = tiff_deep.meant(image, profile)
    return Source(image.size, load, profile=None if meant else profile)


def _loaded(image: TiffImagePlugin.TiffImageFile, compression: int) -> TiffImagePlugin.TiffImageFile:
    """Whole, and turned."""
    if sum(map(_area, image.tile)) < prod(image.size):
        raise Rejected(Reason.DAMAGED, f"a TIFF with {len(image.tile)} strips or tiles, which are too few")
    try:
        image.load()
    except OSError as error:
        if compression in _NOT_ALWAYS_READ:
            raise Rejected(Reason.VARIANT_NOT_SUPPORTED, f"a TIFF of compression {compression}: {error}") from error
        raise
    return image


def _area(tile: ImageFile._Tile) -> int:
    left, top, right, bottom = tile.extents or (0, 0, 0, 0)
    return (right - left) * (bottom - top)


def _is_for_libtiff(directory: Directory) -> bool:
    """Whether libtiff reads this uncompressed YCbCr. Pillow reads it only without subsampling, and with JPEG's
    coefficients and range. Raises Rejected (variant_not_supported) if neither reads it."""
    is_subsampled = directory.values(_SUBSAMPLING, (2, 2)) != (1, 1)
    if set(directory.bits) == {8} and directory.samples == len("RGB") and not _is_separate(directory):
        return is_subsampled or _has_green(directory)
    if is_subsampled:
        raise Rejected(Reason.VARIANT_NOT_SUPPORTED, "a TIFF of subsampled YCbCr with other bits, alpha or planes")
    return False


def _has_green(directory: Directory) -> bool:
    """Whether green contributes to the luma, without which libtiff reads no picture. False for 0 ÷ 0, too."""
    given = directory.copied([_COEFFICIENTS]).get(_COEFFICIENTS)
    if given is None or len(given.content) != 3 * 8:  # three rationals; otherwise libtiff assumes JPEG's
        return True
    return all(struct.unpack_from(f"{directory.order}2I", given.content, 8))


def _is_misread(directory: Directory, photometric: int) -> bool:
    """Whether Pillow reads it, but incorrectly."""
    if photometric != directory.value(tiff_directory.PHOTOMETRIC, _WHITE_IS_ZERO):  # what Pillow assumes
        return True
    bits, kind = directory.bits[0], directory.value(tiff_directory.SAMPLE_FORMAT, _UNSIGNED)
    compression = directory.value(tiff_directory.COMPRESSION, _NONE)
    if bits == 16 and (kind != _UNSIGNED or photometric == _WHITE_IS_ZERO):
        return True
    if bits == 8 and kind == _SIGNED:
        return True
    return bits in {12, 32} or photometric in _LAB or (_is_separate(directory) and compression in _LOSSLESS)


def _is_separate(directory: Directory) -> bool:
    return directory.value(tiff_directory.PLANAR, 1) == _SEPARATE


def _with_samples(directory: Directory) -> Source:
    layout = tiff_samples.Layout(directory)
    layout.check()
    source = _source(directory, layout.picture, layout.bytes_per_pixel)
    meant = deep.of_profile(_profile(directory), 1 if directory.samples < 3 else 3) if layout.has_lower_bits else None
    if meant is None:
        return source

    def load(wanted: tuple[int, int]) -> Image.Image:
        upper, lower = (replace(layout, table=table).picture() for table in (deep.UPPER, deep.LOWER))
        return deep.to_srgb(directory.size, deep.of_halves(upper, lower), meant, wanted)

    return source._replace(load=load, profile=None)


def _source(directory: Directory, picture: Callable[[], Image.Image], bytes_per_pixel: float | None = None) -> Source:
    orientation = directory.value(tiff_directory.ORIENTATION, 1)
    return Source(
        directory.size,
        lambda _: picture(),
        orientation=orientation if orientation in range(1, 9) else 1,
        profile=_profile(directory),
        bytes_per_pixel=bytes_per_pixel,
    )


def _profile(directory: Directory) -> bytes | None:
    if directory.photometric in _LAB:  # already converted to sRGB
        return None
    at, _, count = directory.entries.get(_PROFILE, (0, 0, 0))
    return directory.original[at : at + count] or None
