"""What convert stores of a golden picture, made by the pipeline alone."""

import json
from datetime import UTC, datetime

from thumbs import errors, formats, pipeline
from thumbs.jobs import manifest
from thumbs.verification import golden

JOB = "0" * 32


def converted(picture: golden.Picture, wanted: golden.Style) -> dict[str, bytes]:
    """The service's results for a picture, by key."""
    chosen = wanted.choices(picture)
    asked_for = wanted.profiles[chosen.profile] if chosen.profile else wanted.sizes
    try:
        kept, moving, most = wanted.copyright, wanted.animated, wanted.max_megapixels
        asked = pipeline.Wanted(asked_for, wanted.outputs, wanted.quality, most, kept, moving, chosen.focus)
        conversion = pipeline.run(picture.content, asked)
    except errors.Rejected as refusal:
        reason = errors.describe(refusal.reason, limit=wanted.max_megapixels, accepted=formats.ACCEPTED_LABELS)
        return stored(manifest.rejected(JOB, reason, refusal.original), {})
    contents = {f"{JOB}/{made.size}.{made.output.extension}": made.content for made in conversion.thumbnails}
    thumbnails = []
    for key, made in zip(contents, conversion.thumbnails, strict=True):
        thumbnail = manifest.Thumbnail(
            size=made.size,
            width=made.width,
            height=made.height,
            type=made.output.content_type,
            bytes=len(made.content),
            key=key,
            url="",
        )
        if made.frames > 1:
            thumbnail["frames"] = made.frames
        thumbnails.append(thumbnail)
    privacy = manifest.receipt(conversion.metadata, datetime.now(UTC), conversion.kept)
    facts = conversion.original, thumbnails, conversion.placeholder
    said = manifest.done(JOB, *facts, privacy=privacy, animation=conversion.animation)
    return stored(said, contents)


def stored(said: manifest.Manifest, contents: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{JOB}/manifest.json": json.dumps(said).encode(), **contents}


def named(file: str) -> golden.Picture:
    (found,) = (picture for picture in golden.pictures() if picture.file == file)
    return found
