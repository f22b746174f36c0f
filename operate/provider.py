"""Where people sign in from the upload page: what the page's head says about it, which frontend/account.js reads.

It is one line of words: the page's id as a client of the provider, and the addresses of the provider's endpoints:

    client=2f0k… authorize=https://…/oauth2/authorize token=https://…/oauth2/token logout=https://… revoke=https://…
"""

import json
import re
import urllib.error
import urllib.request
from functools import cache
from urllib.parse import urlsplit

SIGN_IN = "sign-in"  # the meta element

_NEEDED = ("client", "authorize", "token")
_OPTIONAL = ("logout", "revoke")
# OpenID Connect Discovery 1.0, RP-Initiated Logout 1.0, and RFC 8414.
_DISCOVERED = {
    "authorize": "authorization_endpoint",
    "token": "token_endpoint",
    "logout": "end_session_endpoint",
    "revoke": "revocation_endpoint",
}
_ADDRESS = re.compile(r"https://[^\s;,\"'<>]+")  # nothing that would end a source in a Content-Security-Policy
_PATIENCE = 10  # seconds for the discovery document


def of_cognito(page: str, client: str) -> str:
    """page: the address of the sign-in page of a user pool, the output SignInUrl of the sign-in stack.

    Amazon Cognito developer guide, "User pool endpoints and managed login reference".
    """
    paths = {"authorize": "oauth2/authorize", "token": "oauth2/token", "logout": "logout", "revoke": "oauth2/revoke"}
    return _written({"client": client} | {name: f"{page}{path}" for name, path in paths.items()})


def resolved(text: str) -> str:
    """The line with `issuer=…` replaced by what the issuer's discovery document says; empty if it is empty.

    Raises ValueError if a word is unknown, missing or no address, and if the document cannot be read.
    """
    if not text.strip():
        return ""
    words = _words(text)
    if issuer := words.pop("issuer", None):
        words = dict(discovered(_address("issuer", issuer))) | words
    if unknown := sorted(words.keys() - {*_NEEDED, *_OPTIONAL}):
        raise ValueError(
            f"A sign-in has no {', '.join(unknown)}. It has {', '.join((*_NEEDED, *_OPTIONAL))}, or issuer."
        )
    if missing := [name for name in _NEEDED if not words.get(name)]:
        raise ValueError(f"A sign-in needs {', '.join(missing)}, such as client=… and issuer=https://….")
    for name in words.keys() - {"client"}:
        _address(name, words[name])
    return _written(words)


def origins_of(text: str) -> list[str]:
    """The origins that the page calls: for the Content-Security-Policy."""
    words = _words(text)
    called = [urlsplit(words[name]) for name in ("token", "revoke") if name in words]
    return sorted({f"{address.scheme}://{address.netloc}" for address in called})


def _words(text: str) -> dict[str, str]:
    return dict(word.partition("=")[::2] for word in text.split())


def _written(words: dict[str, str]) -> str:
    return " ".join(f"{name}={words[name]}" for name in (*_NEEDED, *_OPTIONAL) if words.get(name))


def _address(name: str, text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{name}={text} is not an address that begins with https://.")
    return text


@cache
def discovered(issuer: str) -> tuple[tuple[str, str], ...]:
    """The endpoints of an issuer, by our names, from its discovery document. Raises ValueError if it cannot be read."""
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310 (https, as checked)
            document = json.load(answer)
        return tuple((name, str(document[its])) for name, its in _DISCOVERED.items() if its in document)
    except (urllib.error.URLError, OSError, ValueError, TypeError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise ValueError(f"The issuer's discovery document {url} cannot be read: {error}") from error
