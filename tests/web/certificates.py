"""Certificates, right and wrong, of an authority that tests trust and of one that nobody does."""

import ssl
import tempfile
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


class Authority:
    """Issues what a virtual host shows.

    Faults: "expired", "future" (not valid yet), "stranger" (an authority nobody trusts), "self-signed", "elsewhere"
    (another name), "wildcard" (one label too high up).
    """

    def __init__(self) -> None:
        self.ca = trustme.CA()
        self._stranger = trustme.CA()

    def context(self, name: str, fault: str | None = None) -> ssl.SSLContext:
        """What a server shows to clients that ask for `name`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if fault == "self-signed":
            _show_itself(self._stranger, context)
            return context
        issuer = self._stranger if fault == "stranger" else self.ca
        named = {"elsewhere": "another.example", "wildcard": f"*.{name}"}.get(fault or "", name)
        now, day = datetime.now(UTC), timedelta(days=1)
        begin = now + day if fault == "future" else None
        end = now - day if fault == "expired" else None
        issuer.issue_cert(named, not_before=begin, not_after=end).configure_cert(context)
        return context

    def old_tls(self) -> ssl.SSLContext:
        """Speaks TLS 1.1 at most."""
        context = self.context("localhost")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context

    def picky(self) -> ssl.SSLContext:
        """Wants a certificate of the client."""
        return self._by_name(self._wanting)

    def unknowing(self) -> ssl.SSLContext:
        """Knows none of the names it is asked for."""
        context = self.context("localhost")
        context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        return context

    def _by_name(self, make: Callable[[str], ssl.SSLContext]) -> ssl.SSLContext:
        context = make("localhost")
        context.sni_callback = lambda link, name, _: setattr(link, "context", make(name or "localhost"))
        return context

    def _wanting(self, name: str) -> ssl.SSLContext:
        context = self.context(name)
        context.verify_mode = ssl.CERT_REQUIRED
        self.ca.configure_trust(context)
        return context


def _show_itself(authority: trustme.CA, context: ssl.SSLContext) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "own.pem"
        file.write_bytes(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
        context.load_cert_chain(file)
