"""A real browser in front of the running stack, and a watch over what it may never do.

`stack`, the whole service, comes from tests/conftest.py; here only its `page_url` is used.
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
