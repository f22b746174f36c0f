"""A format whose decoder misbehaves as each of its files says."""

import pytest

from tests.material import wicked
from thumbs import formats


@pytest.fixture(autouse=True)
def _wicked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "INPUTS", (*formats.INPUTS, wicked.FORMAT))
