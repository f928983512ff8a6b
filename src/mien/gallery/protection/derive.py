"""Keys for single purposes, derived from one secret so that none tells anything about another."""

from __future__ import annotations

import hashlib
import hmac

KEY_BYTES = 32


def derive(secret: bytes, purpose: str) -> bytes:
    """32 bytes for a purpose: HKDF-SHA256 (RFC 5869) of the secret, without salt, with the purpose as info.

    The secret must be as hard to guess as a key; nothing here slows down the guessing of a password.
    """
    pseudorandom = hmac.digest(bytes(hashlib.sha256().digest_size), secret, "sha256")
    return hmac.digest(pseudorandom, purpose.encode() + b"\x01", "sha256")
