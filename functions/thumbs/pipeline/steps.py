"""The steps in their order: this list documents what happens to a picture.

identify    by its first bytes                               nothing else is trusted
open        its header                                       no pixel yet
limit       megapixels, against the setting and memory       before any pixel is decoded
metadata    which kinds the original carries                 for the receipt alone
rights      whose picture it is                              nothing unless they are wanted
decode      the first frame, as small as the format allows
plain       to 8 bits per channel, colours and alpha         nothing for most pictures
resize      to the largest thumbnail
orient      upright                                          nothing for orientation 1
colour      to sRGB                                          nothing without a profile
cascade     each further thumbnail from a larger one
crop        to the focus, or the important part              nothing if the whole picture is requested
enlarge     to the box                                       nothing unless the size says so
pad         to the size of the box, on its background        nothing if neither is requested
encode      in each format, without metadata, but for the rights
placeholder ThumbHash and main colour
animate     the same with every further frame                nothing without the setting Animated
"""

from collections.abc import Iterable

from PIL import Image

from thumbs import formats
from thumbs.errors import Rejected
from thumbs.picture import Original
from thumbs.pipeline import alpha, colour, encode, geometry, limits, metadata, orient, placeholder, readers
from thumbs.pipeline.contract import Conversion, Limits, Rendered, Wanted
from thumbs.pipeline.crop import Box, window
from thumbs.pipeline.enlarge import enlarged
from thumbs.pipeline.pad import padded
from thumbs.pipeline.parts import WHOLE, Part, filled
from thumbs.pipeline.resize import GAP, averaged, from_decoder, resize_multiplied
from thumbs.pipeline.rows import Rows


def prepare(
    accepted: formats.Input, outputs: tuple[formats.Output, ...], rights: bool = False, animated: bool = False
) -> None:
    """Imports what the steps need for these formats, so that a process forked from this one does not have to."""
    readers.reader(accepted)
    for output in outputs:
        encode.prepare(output)
    if rights:
        _carried(())
    if animated:
        from thumbs.pipeline import animation  # here, likewise

        animation.prepare(accepted, outputs)


def _carried(blocks: Iterable[metadata.Block]) -> tuple[tuple[str, ...], bytes]:
    """The names of the rights in these blocks, and the packet that the thumbnails carry."""
    from thumbs.pipeline.metadata import rights, xmp_write  # here, because few want them

    found = rights.of(blocks)
    return found.names, xmp_write.packet(found)


def convert(original: bytes, accepted: formats.Input, wanted: Wanted, allowed: Limits) -> Conversion:
    """Raises Rejected. accepted: what `identify` found."""
    source = readers.opened(accepted, original)
    width, height = orient.as_seen(source.size, source.orientation)
    known: Original = {
        "format": accepted.name,
        "width": width,
        "height": height,
        "bytes": len(original),
        "frames": source.frames,
    }
    # A format without a limit has none for its individual pictures either.
    bytes_per_pixel = accepted.bytes_per_pixel and (source.bytes_per_pixel or accepted.bytes_per_pixel)
    limits.check(bytes_per_pixel, known, source.coded or source.size, wanted.max_megapixels, allowed)

    carried = metadata.kinds(source.metadata)
    kept, packet = _carried(source.metadata) if wanted.copyright else (None, b"")

    targets = [geometry.target((width, height), size) for size in wanted.sizes]
    needed = ((width, height) if target.enlarged else target.scaled for target in targets)
    largest = max(needed, key=lambda size: size[0] * size[1])
    stored = orient.as_seen(largest, source.orientation)
    try:
        with readers.decoding():
            loaded = source.load(from_decoder(source.size, stored))
        canvas, orientation, profile = source.size, source.orientation, source.profile
        part = filled(source.size, loaded.size) if source.divides else WHOLE
        del source  # it holds the decoded picture, the largest object in memory, which is freed once it is averaged
        frames = original if wanted.animated else b""
        del original
        if not isinstance(loaded, Rows):
            loaded = colour.plain(loaded)
        picture = averaged(loaded, stored, resized=part == WHOLE and not colour.is_hdr(profile))  # which decodes rows
    except Rejected as refusal:
        refusal.original = known
        raise

    del loaded
    profile = colour.measured(picture, profile)
    picture = finished(picture, stored, orientation, profile, part, last=True)
    made = cascade(picture, targets, focus=wanted.focus)
    rendered = tuple(
        Rendered(target.size.name, *image.size, output, encode.encode(image, output, wanted.quality, packet))
        for output in wanted.outputs
        for target, image in zip(targets, made, strict=True)
    )
    conversion = Conversion(known, rendered, placeholder.of(picture), carried, kept)
    if not wanted.animated:
        return conversion
    from thumbs.pipeline import animation  # prepared

    windows: dict[int, Box] = {}

    def render(frame: Image.Image) -> list[Image.Image]:
        picture = finished(averaged(frame, stored), stored, orientation, profile)
        return cascade(picture, targets, windows, wanted.focus)

    return animation.animated(conversion, frames, canvas, wanted, allowed, render, packet)


def finished(
    picture: Image.Image,
    stored: tuple[int, int],
    orientation: int,
    profile: colour.Profile | None,
    part: Part = WHOLE,
    *,
    last: bool = False,
) -> Image.Image:
    """The largest thumbnail before it is cropped, from an averaged picture. last: nothing else needs that one."""
    picture = resize_multiplied(picture, stored, part, last=last)
    picture = orient.upright(picture, orientation)
    return colour.to_srgb(picture, profile)


def cascade(
    picture: Image.Image,
    targets: list[geometry.Target],
    windows: dict[int, Box] | None = None,
    focus: tuple[float, float] | None = None,
) -> list[Image.Image]:
    """The thumbnails in the order of their targets, each made from the smallest larger one that suffices, and an
    enlarged one from the picture itself, of which no other is then made.

    windows: what to cut, by a target's index; what it lacks is decided by this picture and added.
    """
    windows = {} if windows is None else windows
    scaled = {picture.size: picture}
    made: dict[int, Image.Image] = {}
    for index, target in sorted(enumerate(targets), key=lambda pair: -pair[1].scaled[0] * pair[1].scaled[1]):
        at_hand = picture.size if target.enlarged else target.scaled
        if at_hand not in scaled:
            enough = [size for size in scaled if size[0] >= GAP * at_hand[0] and size[1] >= GAP * at_hand[1]]
            scaled[at_hand] = resize_multiplied(scaled[min(enough, default=picture.size)], at_hand)
        whole = alpha.straight(scaled[at_hand])
        part: Box | None = None
        if target.size.fit == "crop" and target.output != target.scaled:
            if index not in windows:
                windows[index] = window(whole, target.output, focus, target.scaled)
            part = windows[index]
        if target.enlarged:
            whole = enlarged(whole, target.scaled, part or (0, 0, *target.scaled))
        elif part:
            whole = whole.crop(part)
        made[index] = padded(whole, target) if target.size.fit == "pad" else whole
    return [made[index] for index in range(len(targets))]
