"""An OpenID Connect provider and its keys, which its discovery document names (OpenID Connect Discovery 1.0, 4)."""

import time
from collections.abc import Callable
from typing import Any

from stacks.authorizer import fetch, keys
from stacks.authorizer.fetch import Unreachable
from stacks.authorizer.keys import Keys, PublicKey
from thumbs import observe

FRESH = 600  # seconds until the keys are fetched again
KEPT = 3600  # seconds for which they count while the provider is unreachable
PAUSE = 60  # seconds at least between two fetches, whatever tokens come
FIRST_PAUSE = 10  # the same while there are no keys at all, when every call fails


class Unknown(Exception):
    """The provider has no such key."""


class Provider:
    """A provider whose keys are cached, in this copy of the function.

    issuer: its identifier, exactly as tokens contain it. document: returns a JSON object of the provider, or raises
    Unreachable. clock: seconds of the wall clock, because a function's other clocks may stand still between calls.
    """

    def __init__(
        self,
        issuer: str,
        document: Callable[[str], dict[str, Any]] = fetch.document,
        clock: Callable[[], float] = time.time,
    ):
        self.issuer, self._document, self._clock = issuer, document, clock
        self._keys: Keys = {}
        self._fetched = self._tried = float("-inf")
        self._failure: str | None = None

    def key(self, kid: str, algorithm: str) -> PublicKey:
        """A key by its id. Raises Unknown, or Unreachable if the provider could not be asked."""
        if self._age() > FRESH or not self._has(kid):
            self._refresh()
        if self._age() <= KEPT and (kid, algorithm) in self._keys:
            return self._keys[kid, algorithm]
        if self._failure and not (self._age() <= KEPT and self._has(kid)):
            raise Unreachable(self._failure)  # the key may be new
        raise Unknown

    def _age(self) -> float:
        return self._clock() - self._fetched

    def _has(self, kid: str) -> bool:
        return any((kid, algorithm) in self._keys for algorithm in keys.ALGORITHMS)

    def _refresh(self) -> None:
        """Fetch the keys, unless that was tried just now."""
        pause = PAUSE if self._keys else FIRST_PAUSE
        if 0 <= self._clock() - self._tried < pause:
            return
        self._tried = self._clock()
        try:
            self._keys = self._read()
        except Unreachable as failure:
            self._failure = str(failure)
            observe.count("ProviderUnreachable")
            observe.log().error("provider unreachable", error=self._failure)
            return
        self._fetched, self._failure = self._clock(), None
        observe.log().info("keys fetched", keys=len(self._keys))

    def _read(self) -> Keys:
        configuration = self._document(self.issuer.removesuffix("/") + "/.well-known/openid-configuration")
        if configuration.get("issuer") != self.issuer:
            raise Unreachable(f"the discovery document of {self.issuer} names another issuer")
        found = keys.usable(self._document(str(configuration.get("jwks_uri"))))
        if not found:
            raise Unreachable(f"{self.issuer} has no key for {' or '.join(keys.ALGORITHMS)}")
        return found
