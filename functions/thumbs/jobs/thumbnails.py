"""Where the pipeline's thumbnails become objects, with the lines of the manifest about them."""

from thumbs import pipeline, settings
from thumbs.api import links
from thumbs.aws import storage
from thumbs.jobs import manifest


def store(job: str, rendered: pipeline.Rendered) -> manifest.Thumbnail:
    """Put a thumbnail into the bucket; what the manifest says of it."""
    output = settings.current().output
    key = storage.put_thumbnail(job, rendered.size, output, rendered.content)
    return manifest.Thumbnail(
        size=rendered.size,
        width=rendered.width,
        height=rendered.height,
        type=output.content_type,
        bytes=len(rendered.content),
        key=key,
        url=links.to(key),
    )
