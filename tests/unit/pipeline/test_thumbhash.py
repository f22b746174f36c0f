"""ThumbHash against the reference implementation."""

import pytest

from thumbs.pipeline import thumbhash

# Made with rgbaToThumbHash of the npm package thumbhash 0.1.1, of the pictures that `pixel` describes. They have no
# regular shapes, in which terms of exactly 0 are encoded as 7.5, and the order of summing decides which way it goes.
REFERENCE = [
    (7, 5, "opaque", "HegJDYQwZYkU1XdoXWZpeJ1QwnCP"),
    (32, 24, "opaque", "H/gBDYJgyIBndnOZRqWEhn/BJg9q"),
    (24, 32, "clear", "H/iBBAAI0FiXrIma9kRt9LYGVUR1OFdzBw=="),
    (100, 75, "opaque", "H/gBBYChQWRGSZVXVzAqkaUbnxDW"),
    (75, 100, "clear", "H/iBBAAHd3FZBaea9nGmC0T0opfCNjppBw=="),
    (100, 2, "opaque", "H/gBCYKIEJW4oX14B7J3EHo="),
    (1, 9, "opaque", "1tctGQoIhWqYiIh3mI+Cjvg="),
    (100, 100, "clear", "H/iBBQAHogZLK1DZV8sO/VJD2LBY1IWoRg=="),
]


def pixel(kind: str, x: int, y: int) -> tuple[int, int, int, int]:
    def mixed(a: int, b: int, c: int) -> int:
        return (x * x * a + y * y * b + x * y * c + x * 29 + y * 13) % 256

    return mixed(3, 5, 2), mixed(1, 7, 3), mixed(2, 3, 5), mixed(5, 1, 1) if kind == "clear" else 255


@pytest.mark.parametrize(("width", "height", "kind", "expected"), REFERENCE)
def test_the_hash_is_that_of_the_reference_implementation(width: int, height: int, kind: str, expected: str) -> None:
    rgba = bytes(value for y in range(height) for x in range(width) for value in pixel(kind, x, y))
    assert thumbhash.encode(width, height, rgba) == expected


def test_one_colour_has_no_waves() -> None:
    # The reference implementation's result for 1x1 and (200, 100, 50, 255), except for rounding of its sums.
    assert thumbhash.encode(1, 1, bytes((200, 100, 50, 255))).startswith("Hcs6")


def test_what_cannot_be_seen_has_a_hash_of_its_own() -> None:
    assert thumbhash.encode(16, 16, bytes((10, 20, 30, 0)) * 256) == "AAiCBQAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="


def test_a_picture_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        thumbhash.encode(101, 1, bytes(404))
