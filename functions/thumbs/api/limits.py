"""GET /limits: what callers may upload, and what they get."""

from typing import Any

from thumbs import formats, settings
from thumbs.api import upload_request


def limits() -> dict[str, Any]:
    """The members of the answer (docs/api.md). Those of optional settings are there only if these are set."""
    current = settings.current()
    answer = {
        "maxFiles": upload_request.MAX_FILES,
        "maxUploadBytes": current.max_upload_bytes,
        "maxMegapixels": current.max_megapixels,
        "types": {content_type: accepted.extensions for accepted in formats.INPUTS for content_type in accepted.types},
        "accepted": formats.ACCEPTED_LABELS,
        "sizes": [size.described for size in current.sizes],
        "keepOriginalsDays": current.keep_originals_days,
    }
    days = {"keepThumbnailsDays": current.keep_thumbnails_days, "unclaimedDays": current.unclaimed_days}
    answer |= {name: value for name, value in days.items() if value}
    if current.copyright:
        answer["keepsCopyright"] = True  # thumbnails carry the original's
    if profiles := current.profiles:
        answer["profiles"] = {name: [size.described for size in sizes] for name, sizes in profiles.items()}
    if current.has_owners:
        answer["erasable"] = True  # DELETE /uploads/{job} exists
    return answer
