"""One signed form, and S3's responses when two runs write the same object."""

from typing import Any

import pytest

from tests.actors.uploader import Form
from tests.material.responses import refused
from thumbs.aws import clients


@pytest.fixture
def conflicts(s3: Any) -> list[str]:
    """The keys whose next write conflicts, as while another writer is in progress."""
    keys: list[str] = []

    def answer(params: dict[str, Any], **_: Any) -> Any:
        key = next((key for key in keys if params["url_path"].endswith(key)), None)
        if key is None:
            return None
        keys.remove(key)
        return refused("ConditionalRequestConflict", 409)

    clients.client("s3").meta.events.register("before-call.s3.PutObject", answer)
    return keys


@pytest.fixture
def form(s3: Any) -> Form:
    return Form(s3)
