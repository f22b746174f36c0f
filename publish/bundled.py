"""The native libraries that wheels bundle: which file is which library, and where to read its version.

A wheel names only its own version. A library's version is read from one of three sources: the bytes of the file, its
name if the project puts the version there, or the SBOM in the wheel (PEP 770: dist-info/sboms).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyclonedx.model.component_evidence import AnalysisTechnique

_PROJECT = Path(__file__).parent.parent


class Unknown(Exception):
    """A file that is not described here, or a version that cannot be read. The message says which."""


@dataclass(frozen=True)
class Found:
    """A version, how it was found, and in what."""

    version: str
    technique: AnalysisTechnique
    witness: str


@dataclass(frozen=True)
class InBytes:
    """pattern: of the file's bytes; its group is the version. Two versions are as useless as none."""

    pattern: bytes

    def find(self, file: Path, _distribution: Path) -> Found | None:
        versions = {match[1].decode() for match in re.finditer(self.pattern, file.read_bytes())}
        if len(versions) != 1:
            return None
        return Found(versions.pop(), AnalysisTechnique.BINARY_ANALYSIS, f"the bytes of {file.name}")


@dataclass(frozen=True)
class InName:
    """The version follows .so. in the name. In most libraries, that is the number of an interface instead."""

    def find(self, file: Path, _distribution: Path) -> Found | None:
        match = re.search(r"\.so\.(\d+\.\d+\.\d+)$", file.name)
        return Found(match[1], AnalysisTechnique.FILENAME, f"the name {file.name}") if match else None


@dataclass(frozen=True)
class InSbom:
    """name: of a component in the wheel's SBOM."""

    name: str

    def find(self, _file: Path, distribution: Path) -> Found | None:
        for component, witness in in_sboms(distribution):
            if component["name"] == self.name and component.get("version"):
                return Found(component["version"], AnalysisTechnique.MANIFEST_ANALYSIS, witness)
        return None


@dataclass(frozen=True)
class InText:
    """path: of a text in the wheel. pattern: its group is the version."""

    path: str
    pattern: str

    def find(self, _file: Path, distribution: Path) -> Found | None:
        text = distribution.parent / self.path
        match = re.search(self.pattern, text.read_text(), re.MULTILINE) if text.is_file() else None
        return Found(match[1], AnalysisTechnique.MANIFEST_ANALYSIS, self.path) if match else None


@dataclass(frozen=True)
class InLock:
    """path: of a lock file of this project. package: the one that has the library's version."""

    path: str
    package: str

    def find(self, _file: Path, _distribution: Path) -> Found | None:
        match = re.search(rf"^{self.package}==([\w.]+)", (_PROJECT / self.path).read_text(), re.MULTILINE)
        return Found(match[1], AnalysisTechnique.MANIFEST_ANALYSIS, self.path) if match else None


@dataclass(frozen=True)
class Library:
    """A native library.

    source: its repository, without https://. version: None if nothing in the wheel reveals it. file: a pattern of the
    names of its shared objects; None if it is only linked into others. inside: libraries that are linked into it.
    """

    name: str
    source: str
    version: InBytes | InName | InSbom | InText | InLock | None
    file: str | None = None
    inside: tuple["Library", ...] = ()

    def found(self, file: Path, distribution: Path) -> Found | None:
        """None if nothing reveals the version. Raises Unknown if its source does not."""
        if self.version is None:
            return None
        if not (found := self.version.find(file, distribution)):
            raise Unknown(f"{file.name} does not tell the version of {self.name} as publish/bundled.py expects.")
        return found


_AVIF = (  # as in Pillow's wheels: decoder, encoder and conversion are linked into it
    Library("dav1d", "code.videolan.org/videolan/dav1d", InBytes(rb"(?<![\d.])(\d+\.\d+\.\d+)-\d+-g[0-9a-f]{7,}\0")),
    Library("libaom", "aomedia.googlesource.com/aom", InBytes(rb"AOMedia Project AV1 Encoder (\d+\.\d+\.\d+)")),
    Library("libyuv", "chromium.googlesource.com/libyuv/libyuv", None),
)
_WEBP = "github.com/webmproject/libwebp"

# What libvips's wheel links into one file, by THIRD-PARTY-NOTICES.md of github.com/kleisauke/libvips-packaging as of
# libvips 8.18.3. This list leaves out libvips itself, libnsgif, which is a part of libvips's source, and proxy-libintl,
# which only musl and macOS need. Only libraries that write their version into the file can be checked for advisories.
_IN_LIBVIPS = (
    Library("cairo", "gitlab.freedesktop.org/cairo/cairo", None),
    Library("cgif", "github.com/dloebl/cgif", None),
    Library("expat", "github.com/libexpat/libexpat", None),
    Library("fontconfig", "gitlab.freedesktop.org/fontconfig/fontconfig", None),
    Library("freetype", "github.com/freetype/freetype", None),
    Library("fribidi", "github.com/fribidi/fribidi", None),
    Library("glib", "gitlab.gnome.org/GNOME/glib", InBytes(rb"<!-- GDBus (\d+\.\d+\.\d+) -->")),
    Library("harfbuzz", "github.com/harfbuzz/harfbuzz", None),
    Library("highway", "github.com/google/highway", None),
    Library("lcms2", "github.com/mm2/little-cms", None),
    Library("libaom", "aomedia.googlesource.com/aom", InBytes(rb"AOMedia Project AV1 Encoder v(\d+\.\d+\.\d+)")),
    Library("libarchive", "github.com/libarchive/libarchive", InBytes(rb"libarchive (\d+\.\d+\.\d+)\0")),
    Library("libexif", "github.com/libexif/libexif", None),
    Library("libffi", "github.com/libffi/libffi", None),
    Library("libheif", "github.com/strukturag/libheif", None),
    Library("libimagequant", "github.com/lovell/libimagequant", None),
    Library("libpng", "github.com/pnggroup/libpng", InBytes(rb"\0(1\.6\.\d+)\0")),
    Library("librsvg", "gitlab.gnome.org/GNOME/librsvg", None),
    Library("libtiff", "gitlab.com/libtiff/libtiff", None),
    Library("libultrahdr", "github.com/google/libultrahdr", None),
    Library("libwebp", _WEBP, None),
    Library("libxml2", "gitlab.gnome.org/GNOME/libxml2", None),
    Library("mozjpeg", "github.com/mozilla/mozjpeg", InBytes(rb"mozjpeg version (\d+\.\d+\.\d+)")),
    Library("pango", "gitlab.gnome.org/GNOME/pango", None),
    Library("pixman", "gitlab.freedesktop.org/pixman/pixman", None),
    Library("zlib-ng", "github.com/zlib-ng/zlib-ng", None),
)

SHARED = (
    Library("brotli", "github.com/google/brotli", InName(), r"libbrotli(common|dec)-"),
    Library(
        "freetype",
        "github.com/freetype/freetype",
        InSbom("FreeType"),
        "libfreetype-",
        inside=(Library("bzip2", "gitlab.com/bzip2/bzip2", InBytes(rb"\0(\d+\.\d+\.\d+), \d+-[A-Z][a-z]{2}-\d{4}\0")),),
    ),
    Library("harfbuzz", "github.com/harfbuzz/harfbuzz", InSbom("HarfBuzz"), "libharfbuzz-"),
    Library("lcms2", "github.com/mm2/little-cms", InSbom("Little CMS 2"), "liblcms2-"),
    Library("libavif", "github.com/AOMediaCodec/libavif", InSbom("libavif"), "libavif-", inside=_AVIF),
    Library("libde265", "github.com/strukturag/libde265", InBytes(rb"\0(\d+\.\d+\.\d+)\0"), "libde265-"),
    Library("libheif", "github.com/strukturag/libheif", InName(), "libheif-"),
    Library(
        "libjpeg-turbo",
        "github.com/libjpeg-turbo/libjpeg-turbo",
        InBytes(rb"libjpeg-turbo version (\d+\.\d+\.\d+)"),
        "libjpeg-",
    ),
    Library("libpng", "github.com/pnggroup/libpng", InBytes(rb"libpng version (\d+\.\d+\.\d+)"), "libpng16-"),
    Library("libsharpyuv", _WEBP, InSbom("libwebp"), "libsharpyuv-"),  # part of libwebp, and released with it
    Library("libtiff", "gitlab.com/libtiff/libtiff", InBytes(rb"LIBTIFF, Version (\d+\.\d+\.\d+)"), "libtiff-"),
    Library("libvips", "github.com/libvips/libvips", InBytes(rb"\0(8\.\d+\.\d+)\0"), "libvips-", inside=_IN_LIBVIPS),
    Library("libwebp", _WEBP, InSbom("libwebp"), r"libwebp(demux|mux)?-"),
    Library("libXau", "gitlab.freedesktop.org/xorg/lib/libxau", InSbom("libXau"), "libXau-"),
    Library("libxcb", "gitlab.freedesktop.org/xorg/lib/libxcb", InSbom("libxcb"), "libxcb-"),
    Library("openjpeg", "github.com/uclouvain/openjpeg", InName(), "libopenjp2-"),
    Library(
        "x265",
        "bitbucket.org/multicoreware/x265_git",
        InBytes(rb"(?<![\d.])(\d+\.\d+\+\d+-[0-9a-f]{7,})\0"),
        "libx265-",
    ),
    Library("xz", "github.com/tukaani-project/xz", InName(), "liblzma-"),
    Library("zstd", "github.com/facebook/zstd", InName(), "libzstd-"),
)

_ISA_L = Library("isa-l", "github.com/intel/isa-l", InText("isal/isa-l/Release_notes.txt", r"^v(\d+\.\d+\.\d+) "))

# Modules that layers/Makefile compiles from this project's source, which belong to no wheel. The compiler links parts
# of its standard library and of compiler_rt into each.
OURS = {f"_{source.stem}.abi3.so" for source in (_PROJECT / "layers" / "imaging").glob("*.zig")}
_ZIG = Library("zig", "github.com/ziglang/zig", InLock("layers/compiler.txt", "ziglang"))

# Libraries that are linked into extension modules. By a pattern of the module's path.
EXTENSIONS = {
    r"PIL/_imagingft\.": (Library("raqm", "github.com/HOST-Oman/libraqm", InSbom("raqm")),),
    r"isal/": (_ISA_L,),
    "|".join(map(re.escape, sorted(OURS))): (_ZIG,),
}


def in_sboms(distribution: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """The components in the SBOMs of a wheel, each with the path of its SBOM."""
    for document in sorted(distribution.glob("sboms/*.json")):
        for component in json.loads(document.read_text()).get("components", []):
            yield component, f"{distribution.name}/sboms/{document.name}"


def shared(file: Path) -> Library:
    """The library of a shared object. Raises Unknown."""
    for library in SHARED:
        if library.file and re.match(library.file, file.name):
            return library
    raise Unknown(f"{file.name} is not a library that publish/bundled.py describes: add it there.")
