"""Texts that the patterns of stacks/sign_in.yaml accept or refuse."""

from tests.material.texts import KEY, PATH, POLICY, Texts, filled

SIGN_IN = {
    "PageUrls": Texts(
        shortest="",
        longest=filled("https://pictures.example.com/a", "/", 1000),
        right=("https://a.example.com/", "http://localhost/,http://localhost:3000/,https://a.example.com/b/"),
        wrong=(
            "https://a.example.com",
            "http://a.example.com/",
            "https://*.example.com/",
            "https://a.example.com/#a/",
            "https://a.example.com/, https://b.example.com/",
            "https://a.example.com/,",
        ),
    ),
    "SignInName": Texts(
        shortest="",
        longest="a" * 63,
        right=("a", "example-company", "7"),
        wrong=("-a", "a-", "A", "a_b", "a.b", "a\n"),
    ),
    "Issuer": Texts(
        shortest="",
        longest=filled("https://example.com/a", "", 200),
        right=(
            "https://accounts.google.com",
            "https://example.eu.auth0.com/",
            "https://login.microsoftonline.com/12345678-1234-1234-1234-123456789012/v2.0",
            "https://id.example.com:8443/realms/pictures",
            "https://example.okta.com/oauth2/aus1",
        ),
        wrong=(
            "http://id.example.com",
            "id.example.com",
            "https://",
            "https:///realm",
            "https://id.example.com?tenant=a",
            "https://id.example.com/#a",
            "https://user@id.example.com",
            "https://id.example.com/a b",
            "https://id.example.com\n",
            "https://-id.example.com",
            "https://id.example.com:https",
            "https://[::1]",
        ),
    ),
    "Audience": Texts(
        shortest="",
        longest="a" * 255,
        right=("0oa1b2c3", "api://pictures", "1234-abc.apps.googleusercontent.com"),
        wrong=(" ", "a b", "a\n", "ä"),
    ),
    "GroupsClaim": Texts(
        shortest="a",
        longest="a" * 100,
        right=("groups", "roles", "cognito:groups", "https://example.com/groups"),
        wrong=("", "a b", "a\n", "ä"),
    ),
    "AuthorizerPackage": Texts(
        shortest="",
        longest="authorizer-0123456789abcdef.zip",
        wrong=(
            "authorizer.zip",
            "authorizer-0123456789ABCDEF.zip",
            "authorizer-0123456789abcdefzzip",
            "a/authorizer.zip",
        ),
    ),
    "ServiceName": Texts(
        shortest="a",
        longest="a" * 128,
        right=("image-thumbnails-prod", "A1"),
        wrong=("", "1a", "-a", "a_b", "a.b"),
    ),
    "Alarms": Texts(
        shortest="",
        longest=filled("arn:aws:sns:eu-central-1:123456789012:a", "", 300),
        right=("arn:aws-us-gov:sns:us-gov-west-1:123456789012:image-thumbnails-Alarms-1A2B3C4D5E6F",),
        wrong=("Alarms", "arn:aws:sqs:eu-central-1:123456789012:a", "arn:aws:sns:eu-central-1:12345678901:a"),
    ),
    "AdminGroup": Texts(
        shortest="", longest="a" * 16, right=("admins", "A-1_b"), wrong=("a b", "ä", "a,b", "[admins]", "admins\n")
    ),
    "PermissionsBoundary": POLICY,
    "RolePath": PATH,
    "KmsKeyArn": KEY,
}
