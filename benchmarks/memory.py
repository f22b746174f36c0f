"""The maximum memory of convert: the largest accepted picture, in the most demanding variants of each format.

The whole function is measured, in a fresh process that reads the picture from a local S3 and writes the thumbnails.
Decoders' memory depends on the size of a picture and not on its content, so these are enlarged from a small one: their
files stay below MaxUploadMegabytes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from PIL import Image

from benchmarks import functions, pictures, storage, template
from benchmarks.functions import Measured
from benchmarks.inputs import Input, Size, encoded
from benchmarks.tables import mebibytes, table

# The child that decodes would be replaced at once if it has kept much memory, as after a large AVIF, and its peak with
# it: what was measured was the next child, which had decoded nothing.
_STAYS = "from thumbs.pipeline.sandbox import processes; processes._MOST_GROWTH = float('inf')"


def _enlarged(size: Size, mode: str = "RGB") -> Image.Image:
    return pictures.photo(size[0] // 10, size[1] // 10).convert(mode).resize(size, Image.Resampling.NEAREST)


def _jpeg(size: Size) -> bytes:
    return encoded(_enlarged(size), "JPEG", quality=80)


def _progressive(size: Size) -> bytes:
    return encoded(_enlarged(size), "JPEG", quality=80, progressive=True, subsampling="4:4:4")


def _progressive_cmyk(size: Size) -> bytes:
    return encoded(_enlarged(size, "CMYK"), "JPEG", quality=80, progressive=True, subsampling="4:4:4")


def _png(mode: str) -> Callable[[Size], bytes]:
    return lambda size: encoded(_enlarged(size, mode), "PNG")


def _png_16_bit_gray(size: Size) -> bytes:
    return encoded(_enlarged(size, "L").convert("I").point(lambda value: value * 257).convert("I;16"), "PNG")


def _png_palette(size: Size) -> bytes:
    small = pictures.photo(size[0] // 10, size[1] // 10).quantize(255)
    return encoded(small.resize(size, Image.Resampling.NEAREST), "PNG", transparency=bytes(range(255)))


def _webp(size: Size) -> bytes:
    return encoded(_enlarged(size), "WEBP", quality=70, method=0)


def _webp_with_alpha(size: Size) -> bytes:
    return encoded(_enlarged(size, "RGBA"), "WEBP", lossless=True, method=0, exact=True, quality=0)


def _webp_animated(size: Size) -> bytes:
    frames = [_enlarged(size), Image.new("RGB", size, "gray")]
    return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], quality=50, method=0)


def _gif(size: Size) -> bytes:
    small = pictures.photo(size[0] // 10, size[1] // 10).quantize(128)
    return encoded(small.resize(size, Image.Resampling.NEAREST), "GIF")


def _avif(subsampling: str, mode: str) -> Callable[[Size], bytes]:
    return lambda size: encoded(_enlarged(size, mode), "AVIF", quality=60, speed=10, subsampling=subsampling)


def _heic(mode: str, chroma: str) -> Callable[[Size], bytes]:
    return lambda size: encoded(
        _enlarged(size, mode), "HEIF", quality=50, chroma=chroma, enc_params={"preset": "ultrafast"}
    )


def _tiff(mode: str) -> Callable[[Size], bytes]:
    return lambda size: encoded(_enlarged(size, mode), "TIFF", compression="tiff_adobe_deflate")


def _bmp(size: Size) -> bytes:
    """One bit per pixel: with more, a BMP is too large a file long before it has too many pixels."""
    return encoded(_enlarged(size, "1"), "BMP")


@dataclass(frozen=True)
class Variant:
    name: str
    suffix: str
    make: Callable[[Size], bytes]

    def largest(self, megapixels: int) -> Input:
        """A picture with as many pixels as are accepted, in steps of 160x120."""
        steps = int((megapixels * 1e6 / (160 * 120)) ** 0.5)
        name = f"largest-{megapixels}-{self.name.lower().replace(' ', '-').replace(',', '').replace(':', '')}"
        return Input(name, self.suffix, (160 * steps, 120 * steps), self.make, self.name)


VARIANTS = (
    Variant("JPEG", ".jpg", _jpeg),
    Variant("JPEG, progressive 4:4:4", ".jpg", _progressive),
    Variant("JPEG, progressive CMYK", ".jpg", _progressive_cmyk),
    Variant("PNG, RGB", ".png", _png("RGB")),
    Variant("PNG, RGBA", ".png", _png("RGBA")),
    Variant("PNG, 16-bit gray", ".png", _png_16_bit_gray),
    Variant("PNG, palette with alpha", ".png", _png_palette),
    Variant("WebP", ".webp", _webp),
    Variant("WebP, lossless with alpha", ".webp", _webp_with_alpha),
    Variant("WebP, animated", ".webp", _webp_animated),
    Variant("GIF", ".gif", _gif),
    Variant("AVIF, 4:2:0", ".avif", _avif("4:2:0", "RGB")),
    Variant("AVIF, 4:4:4 with alpha", ".avif", _avif("4:4:4", "RGBA")),
    Variant("HEIC, 4:2:0", ".heic", _heic("RGB", "420")),
    Variant("HEIC, 4:4:4 with alpha", ".heic", _heic("RGBA", "444")),
    Variant("TIFF, RGBA", ".tif", _tiff("RGBA")),
    Variant("TIFF, CMYK", ".tif", _tiff("CMYK")),
    Variant("BMP, 1-bit", ".bmp", _bmp),
)


@dataclass(frozen=True)
class Peak:
    """The result for one picture. outcome: done, or the code of the reason for its rejection."""

    variant: Variant
    megabytes: float
    measured: Measured
    outcome: str


@cache
def peaks(megapixels: int, megabytes: int) -> tuple[Peak, ...]:
    """The results of each variant at these settings of MaxMegapixels and MaxUploadMegabytes."""
    return tuple(_peaks(megapixels, megabytes))


def _peaks(megapixels: int, megabytes: int) -> Iterator[Peak]:
    built = functions.built()
    with storage.running() as bucket:
        for variant in VARIANTS:
            bucket.hold(variant.largest(megapixels).path().read_bytes())
            measured = functions.invoke(
                "convert",
                functions.CONVERT_EVENT,
                built,
                template.environment("ConvertFunction", MaxMegapixels=megapixels, MaxUploadMegabytes=megabytes),
                bucket.url,
                first=_STAYS,
            )
            assert bucket.manifest is not None, "a conversion ends in a manifest"
            reason = bucket.manifest["reason"]
            outcome = reason["code"] if reason else str(bucket.manifest["status"])
            yield Peak(variant, len(bucket.original) / 1e6, measured, outcome)


def settings() -> tuple[tuple[int, int, str], ...]:
    """The settings that are measured: MaxMegapixels, MaxUploadMegabytes, and which they are."""
    pixels, file = template.parameter("MaxMegapixels"), template.parameter("MaxUploadMegabytes")
    return (
        (int(pixels.default), int(file.default), "the defaults"),
        (pixels.most, file.most, "the most that can be set"),
    )


def report() -> str:
    size = template.memory_size("ConvertFunction")
    tables = []
    for megapixels, megabytes, which in settings():
        rows = [
            (
                peak.variant.name,
                f"{peak.megabytes:.1f}",
                peak.outcome,
                mebibytes(peak.measured.peak),
                f"{peak.measured.peak / 2**20 / size:.2f}",
                f"{peak.measured.cpu:.2f}",
            )
            for peak in peaks(megapixels, megabytes)
        ]
        headings = (
            f"{megapixels} megapixels, {megabytes} MB ({which})",
            "file MB",
            "outcome",
            "peak MiB",
            "÷ MemorySize",
            "CPU s, cold",
        )
        tables.append(table(headings, rows))
    return (
        f"ConvertFunction has {size} MB. Peaks are of the whole process, with interpreter and the original; "
        f"Python {functions.python_version()}.\n\n" + "\n\n".join(tables)
    )
