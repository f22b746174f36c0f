"""The golden pictures, which verify releases: `python -m dev.golden` writes them into functions/golden/.

Each contains the same chart of 4 by 4 flat colours, stored in a different way; its thumbnails must always show that
chart. The chart looks different from every side, and every usual mistake moves some of its colours much further than
lossy encoding does: Display P3 taken for sRGB is 59 levels of 255 off. No colour is at the edge of sRGB, where rounding
to 8 bits alone moves it by ten.

expected.json contains the expected results. It is derived from the chart, never from the service's output.
"""

import json
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps
from pillow_heif import register_heif_opener

from dev import golden_png, golden_rights

FOLDER = Path(__file__).parent.parent / "functions" / "golden"
SIZE = 320, 240  # after orientation: small files, yet larger than the smallest thumbnail of the default settings
# Those that are larger, because 640 pixels of them are decoded or averaged by code of ours: JPEG to an eighth and to a
# quarter, LZW, and boxes of 2 by 2. Cells end within blocks of a JPEG, which are thus not flat.
BROAD = 3004, 268
LARGER = {"wide.jpg": (6008, 536), **dict.fromkeys(("broad.jpg", "broad.png", "broad.tiff"), BROAD)}
MARK = "golden metadata"  # which no thumbnail may contain

# sRGB, by rows.
CHART = (
    ((235, 45, 40), (50, 220, 60), (40, 50, 225), (250, 250, 250)),
    ((240, 220, 60), (60, 205, 215), (215, 50, 210), (60, 60, 60)),
    ((130, 70, 20), (180, 230, 130), (90, 130, 240), (250, 140, 40)),
    ((10, 10, 10), (120, 30, 60), (30, 100, 60), (160, 160, 160)),
)
# In alpha.png, the last column is transparent, and the one before it half transparent.
ALPHA = (255, 255, 128, 0)

# Rights that thumbnails may keep, a corner of which crops would show less, and whether a set of sizes is named.
MORE: dict[str, dict[str, Any]] = {
    "progressive.jpg": {"rights": golden_rights.RIGHTS},
    "orientation-6.jpg": {"focus": [0, 1]},
    "orientation-8.jpg": {"profiled": True},
}

# From the upright picture to the stored one, for each orientation (EXIF 2.32, tag 0x0112).
_STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def files() -> dict[str, bytes]:
    """Every golden picture, by file name."""
    register_heif_opener()
    chart = _drawn(CHART)
    gray = _gray(CHART)
    others = [Image.new("RGB", SIZE, (level, 0, 0)) for level in (1, 2)]
    animated: dict[str, Any] = {"save_all": True, "append_images": others, "duration": 100, "loop": 0}
    return {
        **{f"orientation-{number}.jpg": _turned(chart, number) for number in _STORED},
        "progressive.jpg": _encoded(chart, "JPEG", quality=90, progressive=True, **golden_rights.carried(MARK)),
        "gain-map.jpg": _with_gain_map(chart),
        "wide.jpg": _encoded(_larger(chart, "wide.jpg"), "JPEG", quality=60, optimize=True),
        "broad.jpg": _encoded(_larger(chart, "broad.jpg"), "JPEG", quality=60, optimize=True),
        "broad.png": _encoded(_larger(chart, "broad.png"), "PNG", optimize=True),
        "broad.tiff": _encoded(_larger(chart, "broad.tiff"), "TIFF", compression="tiff_lzw", tiffinfo={317: 2}),
        "display-p3.jpg": _encoded(_in_display_p3(chart), "JPEG", quality=95, icc_profile=display_p3()),
        "cmyk.jpg": _encoded(_in_cmyk(chart), "JPEG", quality=95),
        "16-bit.png": golden_png.in_16_bits(chart),
        "16-bit-gray.png": _encoded(_in_16_bits(gray), "PNG", optimize=True),
        "alpha.png": _encoded(_with_alpha(chart), "PNG", optimize=True),
        "animated.gif": _encoded(chart.quantize(16), "GIF", **animated),
        "animated.webp": _encoded(chart, "WEBP", lossless=True, **animated),
        "animated.png": _encoded(chart, "PNG", optimize=True, **animated),
        "still.webp": _encoded(chart, "WEBP", quality=90),
        "still.tiff": _encoded(chart.quantize(16), "TIFF", compression="tiff_adobe_deflate"),
        "still.heic": _encoded(chart, "HEIF", quality=90),
        "still.avif": _encoded(chart, "AVIF", quality=90, max_threads=1),
        "text.jpg": b"This is a text, whatever its name says.\n",
        "bomb.png": golden_png.bomb(20_000, 20_000),  # 400 megapixels; no setting allows more than 100
    }


def expected() -> dict[str, Any]:
    """The expected result of each file. Colours are [red, green, blue, alpha] by rows."""
    formats = {".jpg": "JPEG", ".png": "PNG", ".gif": "GIF", ".webp": "WEBP", ".tiff": "TIFF"}
    formats |= {".heic": "HEIF", ".avif": "AVIF"}
    reasons = {"text.jpg": "not_an_image", "bomb.png": "too_many_pixels"}
    charts = {"16-bit-gray.png": "gray", "alpha.png": "alpha"}
    pictures: list[dict[str, Any]] = []
    for name in files():
        if name in reasons:
            pictures.append({"file": name, "reason": reasons[name]})
        else:
            frames = 3 if name.startswith("animated") else 1
            size = dict(zip(("width", "height"), LARGER.get(name, SIZE), strict=True))
            seen = {"format": formats[Path(name).suffix], **size, "frames": frames}
            pictures.append(
                {"file": name, "original": seen, "chart": charts.get(name, "colours"), **MORE.get(name, {})}
            )
    return {
        "charts": {
            "colours": [[[*colour, 255] for colour in row] for row in CHART],
            "gray": [[[shade] * 3 + [255] for shade in row] for row in _gray(CHART)],
            "alpha": [[[*colour, alpha] for colour, alpha in zip(row, ALPHA, strict=True)] for row in CHART],
        },
        "pictures": pictures,
    }


def _larger(chart: Image.Image, name: str) -> Image.Image:
    return chart.resize(LARGER[name], Image.Resampling.NEAREST)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    made = files()
    for gone in {path.name for path in FOLDER.iterdir()} - made.keys():
        FOLDER.joinpath(gone).unlink()
    for name, content in made.items():
        FOLDER.joinpath(name).write_bytes(content)
    FOLDER.joinpath("expected.json").write_text(written(expected()))
    print(f"{len(made)} golden pictures, {sum(map(len, made.values()))} bytes")


def written(content: dict[str, Any]) -> str:
    """JSON with one line per picture and per row of a chart."""
    charts = ",\n".join(
        f'  "{name}": [\n' + ",\n".join(f"   {json.dumps(row)}" for row in rows) + "\n  ]"
        for name, rows in content["charts"].items()
    )
    pictures = ",\n".join(f"  {json.dumps(picture)}" for picture in content["pictures"])
    return f'{{\n "charts": {{\n{charts}\n }},\n "pictures": [\n{pictures}\n ]\n}}\n'


def _drawn(cells: Any, mode: str = "RGB") -> Image.Image:
    """The chart as a picture."""
    small = Image.new(mode, (4, 4))
    small.putdata([cell for row in cells for cell in row])
    return small.resize(SIZE, Image.Resampling.NEAREST)


def _gray(chart: Any) -> list[list[int]]:
    """The luma of each colour (ITU-R BT.601)."""
    return [[round(0.299 * red + 0.587 * green + 0.114 * blue) for red, green, blue in row] for row in chart]


def _encoded(picture: Image.Image, format_: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, format_, **options)
    return file.getvalue()


def _turned(picture: Image.Image, orientation: int) -> bytes:
    """A JPEG as a camera in that orientation stores it, with every kind of metadata that a JPEG may have."""
    turn = _STORED[orientation]
    stored = picture if turn is None else picture.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = MARK
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)  # the latitude
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{MARK}</x:xmpmeta>'.encode()
    return _encoded(stored, "JPEG", quality=90, optimize=True, exif=exif.tobytes(), xmp=xmp, comment=MARK)


def _with_gain_map(picture: Image.Image) -> bytes:
    """A JPEG of phones with HDR: behind it follows a map of how much brighter each pixel is to shine (ISO 21496-1)."""
    brighter = ImageOps.invert(picture.convert("L"))
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" hdrgm:Version="1.0"/>'
    return _encoded(picture, "MPO", quality=90, optimize=True, xmp=xmp, save_all=True, append_images=[brighter])


def _in_display_p3(picture: Image.Image) -> Image.Image:
    """The same colours in Display P3."""
    profile = ImageCms.ImageCmsProfile(BytesIO(display_p3()))
    converted = ImageCms.profileToProfile(picture, ImageCms.createProfile("sRGB"), profile)
    assert converted is not None
    return converted


def display_p3() -> bytes:
    """The smallest profile of Display P3 (ICC.1:2022): a matrix and the curve of sRGB as a formula.

    The colorants are those of Apple's own profile: Display P3's primaries, adapted to D50 by Bradford's method.
    """
    white = (0.9642, 1.0, 0.8249)
    colorants = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
    # y = ((x + 0.055) / 1.055) ^ 2.4, and x / 12.92 below 0.04045 (IEC 61966-2-1), as function type 3.
    curve = (
        b"para" + struct.pack(">4xHxx", 3) + b"".join(map(_fixed, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)))
    )
    tags = {b"wtpt": _xyz(white), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    tags |= {name: _xyz(values) for name, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants, strict=True)}
    contents = list(dict.fromkeys(tags.values()))
    start = 128 + 4 + 12 * len(tags)
    places = {content: start + sum(map(len, contents[:index])) for index, content in enumerate(contents)}
    directory = struct.pack(">I", len(tags))
    for name, content in tags.items():
        directory += name + struct.pack(">II", places[content], len(content))
    size = start + sum(map(len, contents))
    header = struct.pack(">I4xI", size, 0x04400000) + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    return header + b"".join(map(_fixed, white)) + bytes(48) + directory + b"".join(contents)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(65536 * value))


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, values))


def _in_cmyk(picture: Image.Image) -> Image.Image:
    """Without a profile, as colour = (1 - ink) * (1 - black), as in browsers. With half of the possible black."""
    cells = []
    for colour in (cell for row in CHART for cell in row):
        light = 255 - (255 - max(colour)) // 2
        cells.append((*(255 - round(255 * value / light) for value in colour), 255 - light))
    small = Image.new("CMYK", (4, 4))
    small.putdata(cells)
    return small.resize(picture.size, Image.Resampling.NEAREST)


def _in_16_bits(gray: list[list[int]]) -> Image.Image:
    return _drawn([[shade * 257 for shade in row] for row in gray], "I;16")


def _with_alpha(picture: Image.Image) -> Image.Image:
    alpha = Image.new("L", (4, 1))
    alpha.putdata(ALPHA)
    result = picture.copy()
    result.putalpha(alpha.resize(picture.size, Image.Resampling.NEAREST))
    return result


if __name__ == "__main__":
    main()
