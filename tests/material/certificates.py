"""Certificates of authorities that a test makes, as strict as RFC 5280 (`ssl.VERIFY_X509_STRICT`)."""

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


class Authority:
    """path: of its certificate."""

    def __init__(self, folder: Path, name: str = "authority"):
        self._folder, self._name = folder, name
        self.path = folder / f"{name}.pem"
        made = _certificate(name, name, ca=True, days=(-1, 1))
        self.path.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def issue(self, host: str, days: tuple[int, int] = (-1, 1)) -> Path:
        """A file with a certificate and its key. days: from today, when it becomes valid and when it expires."""
        return _written(self._folder, _certificate(host, self._name, ca=False, days=days), host)


def self_signed(folder: Path, host: str) -> Path:
    """A self-signed certificate and its key, in one file."""
    return _written(folder, _certificate(host, host, ca=False, days=(-1, 1)), host)


def served(certificate: Path) -> ssl.SSLContext:
    """What a server speaks. certificate: with its key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def outdated(certificate: Path) -> ssl.SSLContext:
    """The same with TLS 1.1 alone, which OpenSSL refuses by itself unless told otherwise."""
    context = served(certificate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    return context


@cache
def _key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _certificate(name: str, issuer: str, *, ca: bool, days: tuple[int, int]) -> x509.Certificate:
    today, key = datetime.now(UTC), _key(name).public_key()
    identifiers = [x509.SubjectKeyIdentifier.from_public_key(_key(each).public_key()) for each in (name, issuer)]
    uses = {"key_cert_sign" if ca else "digital_signature"}
    extensions = (
        (x509.BasicConstraints(ca=ca, path_length=None), True),
        (x509.KeyUsage(**{use: use in uses for use in _USES}), True),
        (identifiers[0], False),
        (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifiers[1]), False),
        *(() if ca else ((x509.SubjectAlternativeName([x509.DNSName(name)]), False),)),
    )
    builder = x509.CertificateBuilder(_named(issuer), _named(name), key, x509.random_serial_number())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    start, end = (today + timedelta(days=each) for each in days)
    return builder.not_valid_before(start).not_valid_after(end).sign(_key(issuer), hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _written(folder: Path, made: x509.Certificate, host: str) -> Path:
    pem = serialization.Encoding.PEM
    path = folder / f"{made.serial_number}.pem"
    private = _key(host).private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    return path
