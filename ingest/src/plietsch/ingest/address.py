"""Where a broker is, who one is there, and whom one trusts there."""

import ssl
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from plietsch.platform import errors
from plietsch.platform.settings import Settings


class Certificates(NamedTuple):
    """PEM files: who may vouch for the broker (None: whom the system trusts), and the own certificate with its key."""

    authorities: Path | None = None
    own: Path | None = None
    key: Path | None = None


_NO_CERTIFICATES = Certificates()


class Address(NamedTuple):
    """Where a broker is, and who one is there."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    user: str | None
    password: str | None

    def __str__(self) -> str:
        """The address as it may be logged: without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


def parse(url: str, certificates: Certificates = _NO_CERTIFICATES) -> Address:
    """Take apart mqtt[s]://[user[:password]@]host[:port]. Raises errors.SettingsInvalid."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unusable() from None  # the error would show the password
    if parts.scheme not in ("mqtt", "mqtts") or not host or port == 0:
        raise _unusable()
    tls = parts.scheme == "mqtts"
    if not tls and any(certificates):
        raise errors.SettingsInvalid(
            "Certificates are given for a broker that is spoken to without TLS.",
            "Its address then begins with mqtts://; the port is mostly 8883.",
        )
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    context = _context(certificates) if tls else None
    return Address(host, port or (8883 if tls else 1883), context, user, password)


def of(given: Settings) -> Address:
    """The broker that the settings name. Raises errors.SettingsInvalid."""
    files = Certificates(given.broker_ca_file, given.broker_certificate_file, given.broker_key_file)
    return parse(given.broker_url, files)


def _unusable() -> errors.SettingsInvalid:
    return errors.SettingsInvalid(
        "The broker's address cannot be used.", "It looks like mqtt://user:password@host:1883."
    )


def _context(certificates: Certificates) -> ssl.SSLContext:
    """The broker must show a certificate for its host name that one of the authorities has signed."""
    for file in filter(None, certificates):
        if not file.is_file():
            raise errors.SettingsInvalid(f"There is no file {file}.", "See PLIETSCH_BROKER_…_FILE in docs/settings.md.")
    context = _trusting(certificates.authorities)
    if certificates.own is not None:
        _show(context, certificates.own, certificates.key)
    elif certificates.key is not None:
        raise errors.SettingsInvalid(
            "A key is given without the certificate that it belongs to.", "Set PLIETSCH_BROKER_CERTIFICATE_FILE, too."
        )
    return context


def _trusting(authorities: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authorities)
    except OSError as error:  # ssl.SSLError is one
        raise errors.SettingsInvalid(
            f"{authorities} holds no certificates of authorities: {error}.", "It must be in PEM format."
        ) from error


def _show(context: ssl.SSLContext, own: Path, key: Path | None) -> None:
    try:
        # With an empty password: OpenSSL would otherwise ask for one on the terminal.
        context.load_cert_chain(own, key, password="")
    except OSError as error:
        raise errors.SettingsInvalid(
            f"The certificate {own} and the key {key or own} cannot be used together: {error}.",
            "Both must be in PEM format, the key unencrypted and the one of that certificate.",
        ) from error
