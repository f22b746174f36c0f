"""Which jobs a caller of the API may see. Without an authorizer, anybody who knows a job may see it."""

from typing import Any

from thumbs import settings
from thumbs.api import callers
from thumbs.jobs import keys


def may_see(event: dict[str, Any], job: str, owner: str | None = None) -> bool:
    """Whether the caller of an API event may see a job: its owner, and members of the group of administrators.

    owner: the owner that the job's manifest names, if the manifest exists. Before that, the job's id shows whether it
    is the caller's. Refuse other callers as for an unknown job, before anything is read: both then take the same time.
    """
    current = settings.current()
    if not current.has_owners or (event.get("probe") is True and keys.is_probe(job)):
        return True
    who = callers.caller(event)
    if who.subject is None:
        return False
    if current.admin_group is not None and current.admin_group in who.groups:
        return True
    return keys.is_of(job, who.subject) and owner in (None, who.subject)


def is_own(event: dict[str, Any], job: str) -> bool:
    """Whether a job was created for the caller of an API event, as far as its id shows."""
    subject = callers.caller(event).subject
    return subject is not None and keys.is_of(job, subject)
