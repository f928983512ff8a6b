"""Seals what a gallery keeps, so that its file tells nothing to whoever lacks the key.

    the user's key ─ wraps ─► master key ─ wraps ─► a data key for each person and each face ─ seals ─► the data
                              master key ─ derives ─► keys for look-ups, for signatures, for the rotation

A change of the user's key wraps one thing again and touches no data. A data key that is deleted turns
whatever it sealed into noise, wherever copies of that lie (crypto-shredding).

All sealing is AES-256 in Galois/Counter Mode (NIST SP 800-38D), each message with a random nonce of 96 bits
before it and a tag of 128 bits behind it: `OVERHEAD` bytes longer than what is sealed.

`Plain` has the methods of `Sealed` and passes bytes through: a gallery without a key takes the same path.
"""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING, Protocol

from mien.errors import GalleryCorrupt, KeyUnusable, WrongKey
from mien.gallery.protection.derive import KEY_BYTES, derive

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
TAG = 16
OVERHEAD = NONCE + TAG
FORMAT = b"\x01"  # begins a wrapped master key; another number will mean another way of wrapping
CHECK = 8  # bytes by which a key is told from others; they say nothing else about it


class DataKey(Protocol):
    """Seals what belongs to one person or one face."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """The bytes sealed; context says what they are and must be given again to unseal them."""

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """What was sealed in that context; GalleryCorrupt where either was changed."""


class Envelope(Protocol):
    """What a store needs to protect its rows; threads may share it."""

    @property
    def sealing(self) -> bool:
        """Whether anything is sealed."""

    def new_data_key(self) -> bytes:
        """A data key of its own for a person or a face, wrapped so that it may be stored beside them."""

    def opened(self, wrapped: bytes) -> DataKey:
        """The data key that was wrapped, ready for use; GalleryCorrupt where it was changed or deleted."""

    def blind(self, text: bytes) -> bytes:
        """What to store and look up instead of the text: equal for equal texts, and telling no more than that."""

    def sign(self, message: bytes) -> bytes:
        """32 bytes that only this gallery can make for the message (HMAC-SHA256)."""

    def secret(self, purpose: str) -> bytes:
        """32 secret bytes of this gallery for a purpose, the same whenever it is opened."""


def create(key: bytes) -> tuple[bytes, Sealed]:
    """(wrapped master key, envelope) for a new gallery under the user's key of 32 bytes. KeyUnusable."""
    master = os.urandom(KEY_BYTES)
    return _wrap(master, key), Sealed(master)


def open_master(wrapped: bytes, key: bytes) -> Sealed:
    """The envelope of a gallery under the user's key; WrongKey, GalleryCorrupt or KeyUnusable."""
    return Sealed(_unwrap(wrapped, key))


def rewrap(wrapped: bytes, old: bytes, new: bytes) -> bytes:
    """The wrapped master key under a new key of the user's. WrongKey, GalleryCorrupt or KeyUnusable."""
    return _wrap(_unwrap(wrapped, old), new)


def key_check(key: bytes) -> bytes:
    """(8,) bytes that name a key without giving it away; a wrapped master key carries those of its key."""
    return derive(key, "mien 1 key check")[:CHECK]


class Sealed:
    """The envelope of a gallery that has a key."""

    sealing = True

    def __init__(self, master: bytes) -> None:
        self._master = master
        self._wrapping = _Box(derive(master, "mien 1 data keys"))
        self._blinding = derive(master, "mien 1 blind index")
        self._signing = derive(master, "mien 1 signatures")

    def new_data_key(self) -> bytes:
        """See `Envelope`; 60 bytes."""
        return self._wrapping.seal(os.urandom(KEY_BYTES), b"data key")

    def opened(self, wrapped: bytes) -> DataKey:
        """See `Envelope`."""
        return _Box(self._wrapping.unseal(wrapped, b"data key"))

    def blind(self, text: bytes) -> bytes:
        """See `Envelope`; 32 bytes."""
        return hmac.digest(self._blinding, text, "sha256")

    def sign(self, message: bytes) -> bytes:
        """See `Envelope`."""
        return hmac.digest(self._signing, message, "sha256")

    def secret(self, purpose: str) -> bytes:
        """See `Envelope`."""
        return derive(self._master, f"mien 1 secret {purpose}")


class Plain:
    """The envelope of a gallery without a key: everything stays as it is, and signatures prove less.

    secret: 32 random bytes that the gallery keeps in the clear. Whoever can write its file can sign with them.
    """

    sealing = False

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._signing = derive(secret, "mien 1 signatures")

    def new_data_key(self) -> bytes:
        """Nothing, as nothing is sealed."""
        return b""

    def opened(self, wrapped: bytes) -> DataKey:
        """See `Envelope`."""
        if wrapped:
            raise GalleryCorrupt(
                "A row of this gallery is sealed, and the gallery has no key; it was put together from two."
            )
        return _Open()

    def blind(self, text: bytes) -> bytes:
        """The text."""
        return text

    def sign(self, message: bytes) -> bytes:
        """See `Envelope`."""
        return hmac.digest(self._signing, message, "sha256")

    def secret(self, purpose: str) -> bytes:
        """See `Envelope`."""
        return derive(self._secret, f"mien 1 secret {purpose}")


class _Box:
    """AES-256-GCM under one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher, self._refusal = _cipher(key)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, context)

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], context)
        except (self._refusal, ValueError) as error:  # a ValueError where less than a nonce is left
            raise GalleryCorrupt(
                f"The {context.decode('utf-8', 'replace')} of this gallery does not unseal: {len(sealed)} bytes "
                "that were changed, cut off or moved from elsewhere. Restore the gallery from a backup."
            ) from error


class _Open:
    """Passes bytes through."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        return plain

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        return sealed


def _cipher(key: bytes) -> tuple[AESGCM, type[Exception]]:
    try:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ModuleNotFoundError as error:
        raise KeyUnusable(
            "A gallery with a key needs the package cryptography, which is not installed; "
            "run: pip install 'mien[secure]'."
        ) from error
    return AESGCM(key), InvalidTag


def _wrap(master: bytes, key: bytes) -> bytes:
    check = key_check(_checked(key))
    return FORMAT + check + _Box(derive(key, "mien 1 master key")).seal(master, b"master key")


def _unwrap(wrapped: bytes, key: bytes) -> bytes:
    check, sealed = wrapped[1 : 1 + CHECK], wrapped[1 + CHECK :]
    if wrapped[:1] != FORMAT or len(sealed) != KEY_BYTES + OVERHEAD:
        raise GalleryCorrupt(
            f"The wrapped master key of this gallery has {len(wrapped)} bytes in a format that is not known. "
            "Restore the gallery from a backup, or open it with the version of Mien that wrote it."
        )
    given = key_check(_checked(key))
    if given != check:
        raise WrongKey(
            f"This gallery is sealed with the key {check.hex()}; the key given is {given.hex()}. "
            "Give the key that the gallery was created with, or that it was last re-keyed to."
        )
    return _Box(derive(key, "mien 1 master key")).unseal(sealed, b"master key")


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise KeyUnusable(f"A key of {len(key)} bytes; expected {KEY_BYTES}.")
    return key
