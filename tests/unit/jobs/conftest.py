"""One signed form, and S3's responses when two runs write the same object."""

from typing import Any

import pytest

from tests.actors.uploader import Form
from tests.standins.wire import Response, Sent, Wire, refused


@pytest.fixture
def conflicts(s3: Any, wire: Wire) -> list[str]:
    """The keys whose next write conflicts, as while another writer is in progress."""
    keys: list[str] = []

    def answer(sent: Sent) -> Response | None:
        key = next((key for key in keys if sent.path.endswith(key)), None)
        if key is None:
            return None
        keys.remove(key)
        return refused("ConditionalRequestConflict", 409)

    wire.before("PutObject", answer)
    return keys


@pytest.fixture
def form(s3: Any) -> Form:
    return Form(s3)
