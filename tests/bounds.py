"""The least and the most of every parameter of template.yaml, and what lies just outside.

Numbers and choices are read off the template. What a pattern takes no program can tell: TEXTS says it for each, and a
parameter with a pattern that is not there is a KeyError.
"""

from dataclasses import dataclass
from typing import Any

Parameter = dict[str, Any]


@dataclass(frozen=True)
class Texts:
    """What a pattern takes. right: also the odd ones between. wrong: each wrong in one way."""

    shortest: str
    longest: str
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def _filled(text: str, end: str, length: int) -> str:
    """The text with its last character repeated before the end, so that it has this length."""
    return text + text[-1] * (length - len(text) - len(end)) + end


# Ten sizes, as many as there may be, in as many characters as there may be: the largest that fits a side, the largest
# box, and the thinnest.
_TEN_SIZES = "longest=4096,box=4096x4096,line=4096x1,dot=1," + "a=640x480,b=320x32,c=160x90,d=80x8,e=40x40,ff=20"

TEXTS = {
    "ThumbnailSizes": Texts(
        shortest="a=1",
        longest=_filled(_TEN_SIZES.removesuffix("ff=20") + "f", "=20", 100),
        right=(
            "small=160,medium=320,large=640",
            f"{'n' * 32}=160",  # the longest name
            "x5000=160,x5000x=160",  # names that look like sides
            "a=1,aa=1,a-a=1,1a=1",  # names that are parts of others
            ",".join(f"{letter}=4096" for letter in "abcdefghij"),
        ),
        wrong=(
            "",
            "a",
            "a=",
            "=1",
            "a=0",
            "a=1x0",
            "A=1",
            "-a=1",
            "a=1,",
            "a=1,,b=1",
            "a=1, b=1",
            "a=1x",
            "a=1x1x1",
            "a=1.5",
            f"{'n' * 33}=1",
            ",".join(f"s{number}=1" for number in range(11)),
            *(f"a={side}" for side in (4097, 4100, 5000, 9999, 10000, 40960)),
            "a=4097x1",
            "a=1x4097",
            "b=1,a=1x4097,c=1",
            "a=1,a=2",
            "b=1,a=1,c=1x1,a=1",
        ),
    ),
    "AllowedOrigins": Texts(
        shortest="*",
        longest=_filled("https://photos.example.com,http://localhost:3000,https://w", ".example.org", 100),
        right=("https://a.example", "http://localhost:3000,https://a.example"),
        wrong=(
            "",
            "a.example",
            "ftp://a.example",
            "https://",
            "https://a.example/",
            "https://*.example",
            "*,https://a.example",
            "https://a, https://b",
            "https://a,",
        ),
    ),
    "ContactEmail": Texts(
        shortest="",
        longest=_filled("somebody@m", ".example.com", 254),
        right=("a@b.c", "first.last+thumbnails@mail.example.com"),
        wrong=("a", "a@b", "@b.example", "a@", "a@b.", "a b@c.example", "a@b@c.example"),
    ),
    "DeliveryDomain": Texts(
        shortest="",
        longest=_filled("d111111abcdef8", ".cloudfront.net", 100),
        right=("d111111abcdef8.cloudfront.net", "localhost:4566"),
        wrong=("https://a.example", "a/b", "a b", "a_b.example"),
    ),
    "DeliveryDistribution": Texts(
        shortest="",
        longest=_filled("E1A2B3C4D5E6F7", "", 32),
        right=("E1A2B3C4D5E6F7", "E1A2B3C4"),
        wrong=("E1A2B3C", "E1A2B3C4" * 4 + "E", "e1a2b3c4d5e6f7", "d111111abcdef8.cloudfront.net"),
    ),
}


def least(name: str, parameter: Parameter) -> str:
    return legal(name, parameter)[0]


def most(name: str, parameter: Parameter) -> str:
    return legal(name, parameter)[1 if "AllowedPattern" in parameter else -1]


def legal(name: str, parameter: Parameter) -> list[str]:
    """Values that CloudFormation takes, the least first. Raises KeyError for a parameter without bounds."""
    if "AllowedValues" in parameter:
        return [str(value) for value in parameter["AllowedValues"]]
    if parameter["Type"] == "Number":
        return [str(parameter["MinValue"]), str(parameter["MaxValue"])]
    texts = TEXTS[name]
    return [texts.shortest, texts.longest, *texts.right]


def outside(name: str, parameter: Parameter) -> list[str]:
    """Values that CloudFormation refuses, most of them by a hair."""
    if parameter["Type"] == "Number":
        values = [int(value) for value in parameter.get("AllowedValues", ())] or [
            parameter["MinValue"],
            parameter["MaxValue"],
        ]
        return [str(min(values) - 1), str(max(values) + 1), f"{max(values)}.1", "", "many"]
    if "AllowedValues" in parameter:
        first = str(parameter["AllowedValues"][0])
        return ["", "something else", first.swapcase(), f"{first} "]
    longest = TEXTS[name].longest
    # One character more, in a place where the pattern would take it.
    longer = longest.replace("a", "aa", 1) if "MaxLength" in parameter else f"{longest}X"
    return [longer, *TEXTS[name].wrong]
