"""What publishing the page changes in its bucket."""

import pytest

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


def test_what_the_head_says_is_published_without_another_version() -> None:
    page, plain = Page(head={"sign-in": 'client=a authorize=https://a/?b&c="<'}), Page()

    assert page.version == plain.version
    before, after = plain.index.content.decode().splitlines(), page.index.content.decode().splitlines()
    assert [line.strip() for line in after if line not in before] == [
        '<meta name="sign-in" content="client=a authorize=https://a/?b&amp;c=&quot;&lt;">'
    ]
    assert plan(page, [INDEX, *(file.key for file in page.assets)], plain.index.content).put == [page.index]
    assert Page(head={"sign-in": ""}).index == plain.index
    with pytest.raises(ValueError, match="no meta element sign-on"):
        _ = Page(head={"sign-on": "a"}).index
