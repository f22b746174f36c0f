"""A request to the provider: whom it trusts, and when it gives up."""

import pytest

from stacks.authorizer import fetch
from stacks.authorizer.fetch import Unreachable
from tests.material.tokens import Ask
from tests.standins.openid_provider import JWKS, Provider


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    provider: Provider, environment: pytest.MonkeyPatch
) -> None:
    environment.delenv("SSL_CERT_FILE")

    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        fetch.document(provider.url + JWKS)
    assert not provider.asked


def test_a_certificate_for_another_name_is_not_trusted(provider: Provider) -> None:
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        fetch.document(provider.url.replace("localhost", "127.0.0.1") + JWKS)


def test_a_version_of_tls_before_1_2_is_refused(provider: Provider) -> None:
    provider.speak_outdated_tls()

    with pytest.raises(Unreachable, match=r"SSLError.*(version|protocol)"):
        fetch.document(provider.url + JWKS)
    assert not provider.asked


def test_a_closed_port_is_no_reason_to_wait() -> None:
    with pytest.raises(Unreachable, match="ConnectionRefusedError"):
        fetch.document("https://localhost:1/keys")


def test_a_slow_answer_ends_although_each_byte_comes_in_time(
    provider: Provider, ask: Ask, environment: pytest.MonkeyPatch
) -> None:
    environment.setattr(fetch, "PATIENCE", 0.3)
    provider.pause = 0.05

    with pytest.raises(Unreachable, match="TimeoutError"):
        ask(f"Bearer {provider.token()}")


def test_a_document_that_is_too_large_is_not_read_to_its_end(provider: Provider) -> None:
    """Spaces after it would do no harm to a parser."""
    provider.answers[JWKS] = b'{"keys": []}' + b" " * fetch.LARGEST

    with pytest.raises(Unreachable, match=f"more than {fetch.LARGEST} bytes"):
        fetch.document(provider.url + JWKS)
