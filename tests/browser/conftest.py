"""A real browser in front of the running stack, and a watch for forbidden behaviour.

`stack`, the whole service, comes from tests/conftest.py; only its `page_url` is used here.
"""

from tests.actors.chromium import (  # noqa: F401 (fixtures)
    blank,
    browser,
    context,
    context_options,
    network,
    page,
    shoot,
    watch,
)
