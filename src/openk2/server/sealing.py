"""Signatures of what a client keeps for us: reasoning that comes back in the history.

HMAC-SHA256 (RFC 2104) under the server's secret. A signature vouches for a text that the client sees; an enclosed text
travels inside of it, compressed and readable, for clients that asked not to be shown it. A history without signatures,
or with another server's, is as good as any: what verifies is certain to be the model's own words, no more.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import zlib

_SIGNED = "k2s1."
_ENCLOSED = "k2e1."


class Seal:
    """Signs with one secret; servers that share it verify each other's signatures."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, text: str) -> str:
        """A signature of the text."""
        return _SIGNED + _base64(self._code(_SIGNED, text.encode()))

    def verifies(self, text: str, signature: str) -> bool:
        """Whether `sign` gave this signature to this very text."""
        return hmac.compare_digest(signature.encode(), self.sign(text).encode())

    def enclose(self, text: str) -> str:
        """A signature that holds its text."""
        held = zlib.compress(text.encode())
        return f"{_ENCLOSED}{_base64(held)}.{_base64(self._code(_ENCLOSED, held))}"

    def disclose(self, signature: str) -> str | None:
        """The text that `enclose` put into a signature; None for any other."""
        held, point, code = signature.removeprefix(_ENCLOSED).partition(".")
        if not signature.startswith(_ENCLOSED) or not point:
            return None
        try:
            packed = base64.urlsafe_b64decode(held)
            given = base64.urlsafe_b64decode(code)
        except (binascii.Error, ValueError):
            return None
        # Only what this server packed is unpacked.
        if not hmac.compare_digest(given, self._code(_ENCLOSED, packed)):
            return None
        return zlib.decompress(packed).decode()

    def _code(self, kind: str, data: bytes) -> bytes:
        return hmac.new(self._secret, kind.encode() + data, hashlib.sha256).digest()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
