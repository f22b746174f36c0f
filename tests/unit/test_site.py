"""What publishing the page changes in its bucket."""

from operate.site import INDEX, Page, Plan, plan

OLD = "0a1b2c3d4e5f6071"
OLDER = "f6071e5d4c3b2a10"


def test_a_first_page_is_published_whole_and_its_index_last() -> None:
    page = Page()

    changes = plan(page, [], None)

    assert changes.put == [*page.assets, page.index]
    assert (changes.delete, changes.invalidate) == ([], [])


def test_the_same_page_is_not_published_again() -> None:
    """By its content: with a KMS key, the ETag of index.html is not its digest."""
    page = Page()

    assert plan(page, [INDEX, *(file.key for file in page.assets)], page.index.content) == Plan([], [], [])


def test_the_replaced_version_stays_and_older_ones_go() -> None:
    page = Page()
    present = [INDEX, f"{OLD}/page.js", f"{OLDER}/page.js", "robots.txt"]

    changes = plan(page, present, f'<script src="{OLD}/page.js"></script>'.encode())

    assert changes.put[-1] == page.index
    assert changes.delete == [f"{OLDER}/page.js"]
    assert changes.invalidate == ["/", f"/{INDEX}"]
