"""Texts that the patterns of parameters accept or refuse: the shortest, the longest, unusual and wrong ones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Texts:
    """Values for a pattern. right: including unusual ones. wrong: each wrong in one way."""

    shortest: str
    longest: str
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def filled(text: str, end: str, length: int) -> str:
    """The text with its last character repeated before the end, so that it has this length."""
    return text + text[-1] * (length - len(text) - len(end)) + end


BUCKET = Texts(
    shortest="abc",
    longest="b" * 63,
    right=("image-thumbnails-uploadbucket-1a2b3c4d5e6f", "a.b-c"),
    wrong=("", "ab", "Abc", "-bc", "ab-", "a_c", "a/c"),
)

FORMATS = Texts(
    shortest="",
    longest="avif,webp,jpeg",
    right=("avif", "webp,jpeg", "jpeg,webp,avif"),
    wrong=("avif,", ",avif", "avif,avif", "avif,webp,avif", "avif, webp", "AVIF", "png", "avif\n"),
)
BUCKET_OR_NOTHING = Texts("", BUCKET.longest, BUCKET.right, BUCKET.wrong[1:])

_KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
POLICY = Texts(
    shortest="",
    longest=filled("arn:aws:iam::123456789012:policy/a", "", 2048),
    right=("arn:aws:iam::aws:policy/PowerUserAccess", "arn:aws-us-gov:iam::123456789012:policy/teams/Boundary_1"),
    wrong=(
        "Boundary",
        "arn:aws:iam::12345678901:policy/a",
        "arn:aws:iam::123456789012:role/a",
        "arn:aws:iam::aws:policy/",
    ),
)

PATH = Texts(
    shortest="/",
    longest=filled("/a", "/", 512),
    right=("/teams/pictures/", "/a+b=c,d.e@f-g_h/"),
    wrong=("", "teams", "/teams", "teams/", "//", "/a//", "/a b/", "/ä/"),
)

KEY = Texts(
    shortest="",
    longest=f"arn:aws-us-gov:kms:us-gov-west-1234:123456789012:key/{_KEY}",
    right=(
        f"arn:aws:kms:eu-central-1:123456789012:key/{_KEY}",
        f"arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-{'0f' * 16}",
    ),
    wrong=(
        _KEY,
        "arn:aws:kms:eu-central-1:123456789012:alias/pictures",  # logs take no alias
        f"arn:aws:kms:eu-central-1::key/{_KEY}",
        f"arn:aws:kms:eu-central-1:123456789012:key/{_KEY.upper()}",
    ),
)

DELIVERY = {
    "ApiUrl": Texts(
        shortest="https://a/b/",
        longest=filled("https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/v1", "/", 200),
        right=("https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/v1/",),
        wrong=("", "http://a/b/", "https://a/b", "https://a/", "https://a/b/c/"),
    ),
    "UploadBucket": BUCKET,
    "ThumbnailBucket": BUCKET,
    "ServiceRegion": Texts(
        shortest="aa-a-1",
        longest=filled("us-gov-northeast", "-10", 32),
        right=("us-east-1", "ap-southeast-2", "us-gov-west-1"),
        wrong=("", "us-east", "us-1", "US-EAST-1", "us-east-1a", "us_east_1"),
    ),
    "Domain": Texts(
        shortest="",
        longest=filled("pictures.example", ".example.com", 64),
        right=("example.com", "xn--bcher-kva.example.de", "1.a.io"),
        wrong=(
            "example",
            "https://example.com",
            "example.com/",
            "a..com",
            "-a.com",
            "a-.com",
            "A.com",
            "a.c",
            "*.a.com",
        ),
    ),
    "HostedZoneId": Texts(
        shortest="",
        longest=filled("Z0123456789ABCDEFGHIJ", "", 32),
        right=("Z1", "Z0123456789ABCDEFGHIJ"),
        wrong=("Z", "A123", "z123", "/hostedzone/Z123", "Z" + "1" * 32),
    ),
    "CertificateArn": Texts(
        shortest="",
        longest=filled("arn:aws:acm:us-east-1:123456789012:certificate/a", "", 2048),
        right=("arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",),
        wrong=(
            "arn:aws:acm:eu-central-1:123456789012:certificate/a",
            "arn:aws:acm:us-east-1:12345678901:certificate/a",
            "arn:aws:acm:us-east-1:123456789012:certificate/",
            "certificate/a",
        ),
    ),
    "DeliverySecret": Texts(
        shortest="",
        longest="a" * 64,
        right=("aB3_-" * 7, "a" * 32),
        wrong=("a" * 31, "a" * 31 + "*", "a" * 31 + " ", "a" * 31 + "ä", "a" * 31 + "\n"),
    ),
    "SignIn": Texts(
        shortest="",
        longest=filled("client=a token=https://a/b", "", 2000),
        right=(
            "client=2f0k authorize=https://a.example/b?c=d&e=f token=https://a.example:8443/t logout=https://a/ revoke=https://a/",
        ),
        wrong=(
            "client=",
            "client=a",
            "issuer=https://a client=a",
            "client=a token=http://a/",
            "client=a  token=https://a/",
            'client=a token=https://a/"',
            "client=a token=https://a/;script-src",
            "client=<b> token=https://a/",
        ),
    ),
    "SignInOrigins": Texts(
        shortest="",
        longest=filled("https://a", "", 1000),
        right=("https://a.example https://b.example:8443",),
        wrong=("http://a", "https://a/", "https://a; script-src *", "https://a  https://b", "*", "'unsafe-inline'"),
    ),
    "KmsKeyArn": Texts(
        shortest="",
        longest=f"arn:aws-us-gov:kms:us-east-1:123456789012:key/{_KEY}",
        right=(f"arn:aws:kms:us-east-1:123456789012:key/mrk-{'0f' * 16}",),
        wrong=(
            f"arn:aws:kms:eu-central-1:123456789012:key/{_KEY}",
            "arn:aws:kms:us-east-1:123456789012:alias/pictures",
        ),
    ),
}

PIPELINE = {
    "Connection": Texts(
        shortest="arn:aws:codeconnections:eu-central-1:123456789012:connection/a",
        longest=filled("arn:aws:codestar-connections:eu-central-1:123456789012:connection/a", "", 256),
        right=("arn:aws-cn:codeconnections:cn-north-1:123456789012:connection/12345678-abcd",),
        wrong=(
            "",
            "arn:aws:codeconnections:eu-central-1:12345678901:connection/a",
            "arn:aws:codeconnections:eu-central-1:123456789012:connection/",
            "arn:aws:codecommit:eu-central-1:123456789012:connection/a",
            "arn:aws:codeconnections:eu-central-1:123456789012:host/a",
        ),
    ),
    "Repository": Texts(
        shortest="a/a",
        longest=filled("you/a", "", 200),
        right=("you/image-thumbnails", "group/sub.group/name_1"),
        wrong=("", "name", "/name", "owner/", "owner/na me", "https://github.com/you/name"),
    ),
    "Branch": Texts(
        shortest="a",
        longest="a" * 100,
        right=("main", "release/1.x", "dependabot/pip/pillow-13.0.0"),
        wrong=("", "/main", "main/", "ma in", "main*"),
    ),
    "ApproverEmail": Texts(
        shortest="",
        longest=filled("a", "@example.com", 254),
        right=("a@b.c",),
        wrong=("a", "a@b", "@b.c", "a b@c.d", "a@b@c.d"),
    ),
    "PermissionsBoundary": POLICY,
    "RolePath": Texts("/", filled("/a", "/", 503), PATH.right, PATH.wrong),
    "ReleasePolicyArn": POLICY,
    "KmsKeyArn": KEY,
}

AUDIT = {
    "UploadBucket": BUCKET,
    "ThumbnailBucket": BUCKET,
    "LogArchiveBucket": BUCKET_OR_NOTHING,
    "KmsKeyArn": KEY,
}
