"""Values of ThumbnailSizes and Profiles: see Texts."""

from tests.material.texts import Texts

# Ten sizes, the maximum, in the maximum number of characters: the largest that fits a side, the largest box, the
# thinnest, and names of the maximum length.
_TEN_SIZES = ",".join(
    (
        "longest=4096,box=4096x4096,line=4096x1,dot=1",
        *(f"{letter * 32}={side}x40" for letter, side in zip("bcde", (40, 32, 16, 80), strict=True)),
        f"{'g' * 32}=9:pad:fff,aa=640",
    )
)

SIZES = Texts(
    shortest="a=1",
    longest=_TEN_SIZES,
    right=(
        "small=160,medium=320,large=640",
        f"{'n' * 32}=160",  # the longest name
        "x5000=160,x5000x=160",  # names that look like sides
        "a=1,aa=1,a-a=1,1a=1",  # names that are parts of others
        "a=9:fit,b=9:crop,c=9:pad,d=9x8:fit,e=9x8:crop,f=9x8:pad,g=9x8:pad:fff,h=9:pad:0a1b2C",
        "a=9:enlarge,b=9x8:enlarge,c=9:fit:enlarge,d=9:crop:enlarge,e=9:pad:enlarge,f=9x8:pad:fff:enlarge",
        "enlarge=1:enlarge",
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
        "a=1:",
        "a=1:fill",
        "a=1:PAD",
        "a=1:pad:",
        "a=1:pad:ff",
        "a=1:pad:ffff",
        "a=1:pad:fffffff",
        "a=1:pad:white",
        "a=1:pad:#fff",
        "a=1:pad(fff)",
        "a=1:fit:fff",
        "a=1:crop:fff",
        "a=1:pad:pad",
        "a=1:enlarge:crop",
        "a=1:pad:enlarge:fff",
        "a=1:enlarge:enlarge",
        "a=1:enlarge:",
        "a=1:Enlarge",
        "a=1enlarge",
        "a=4097:enlarge",
        "a=4097:pad",
        "a=1:pad,a=1:pad:fff",
        "a=4097x1",
        "a=1x4097",
        "b=1,a=1x4097,c=1",
        "a=1,a=2",
        "b=1,a=1,c=1x1,a=1",
    ),
)

PROFILES = Texts(
    shortest="",
    longest=f"p:{_TEN_SIZES};q:{_TEN_SIZES.replace('e' * 32, 'e' * 27)}",
    right=(
        ";".join(
            f"{name}:" + ",".join(f"w{side}={side}x{3 * side // 4}" for side in range(160, 1760, 160))
            for name in ("avatar", "post", "gallery")
        ),
        "avatar:small=64,large=256x256;post:card=400x300,wide=1200",
        "a:a=1;b:a=1",  # a name of a size in two sets, and of a set
        ";".join(f"{letter}:a=1:pad:fff" for letter in "abcdefgh"),
        "a:a=1:enlarge,b=1:pad:enlarge;b:a=9x8:crop:enlarge",
    ),
    wrong=(
        "a=1",
        "a:",
        "a:b",
        "a:b=1;",
        "a:b=1;;c:d=1",
        "A:b=1",
        "a:b=1; c:d=1",
        "a:b=1:enlarge:fit",
        "a:b=1:enlarge;a:c=1",
        "a:b=4097",
        "a:b=1;c:d=1x5000",
        "a:b=1,b=2",
        "a:c=1;d:b=1,c=2,b=3",
        "a:b=1;a:c=1",
        "c:a=1;a:b=1:pad:fff;a:c=1",
        f"{'n' * 33}:a=1",
        "a:" + ",".join(f"s{number}=1" for number in range(11)),
        ";".join(f"{letter}:a=1" for letter in "abcdefghi"),
    ),
)
