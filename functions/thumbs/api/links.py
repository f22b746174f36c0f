"""The address of a thumbnail: permanent through the delivery domain if the stack has one, otherwise signed."""

from functools import cache

from thumbs import settings
from thumbs.api.signing import Signer


def to(key: str) -> str:
    current = settings.current()
    if current.delivery_domain:
        return f"https://{current.delivery_domain}/t/{key}"
    return _signer().get(current.thumbnail_bucket, key, current.link_expiry_seconds)


@cache
def _signer() -> Signer:
    return Signer(settings.current())
