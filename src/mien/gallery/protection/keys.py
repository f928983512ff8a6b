"""Where a gallery's key is kept: a file, an environment variable or the key store of the operating system.

A place is written as `file:PATH`, `env:NAME` or `keyring:SERVICE/USER` (`keyring:SERVICE` means the user "mien").
A key is 32 random bytes, written as 64 hexadecimal digits or in base64; a file may also hold the bare bytes.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

from mien.errors import KeyUnusable
from mien.gallery.protection.derive import KEY_BYTES

LONGEST_FILE = 1024  # bytes; whatever is longer is no key
FEWEST_VALUES = 12  # different bytes among the 32 of a key; by chance fewer come once in 10^24 keys
PLACES = "file:PATH, env:NAME or keyring:SERVICE/USER"
FORM = "32 random bytes as 64 hexadecimal digits or in base64"


def new_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def load_key(where: str) -> bytes:
    """The key (32 bytes) that is kept at a place; KeyUnusable where there is none, or no proper one."""
    kind, rest = _place(where)
    if kind == "file":
        return _key(_read(Path(rest)), where)
    if kind == "env":
        text = os.environ.get(rest)
    else:
        with _keyring(where) as ring:
            text = ring.get_password(*_service_and_user(rest))
    if not text:
        raise KeyUnusable(f"{where}: there is nothing; expected a key, {FORM}.")
    return _key(text.encode(), where)


def key_at(where: str | None = None) -> bytes | None:
    """The key at a place, by default the one that the environment variable MIEN_KEY names; None without any."""
    place = where or os.environ.get("MIEN_KEY")
    return load_key(place) if place else None


def save_key(where: str, key: bytes) -> None:
    """Keep a key in a new file or a free place of the key store; KeyUnusable where that cannot be."""
    kind, rest = _place(where)
    if kind == "file":
        write_key_file(Path(rest), key)
    elif kind == "env":
        raise KeyUnusable(f"{where}: Mien cannot keep a key there; give file:PATH or keyring:SERVICE/USER.")
    else:
        service, user = _service_and_user(rest)
        with _keyring(where) as ring:
            if ring.get_password(service, user):
                raise KeyUnusable(
                    f"{where}: there is a key already, and it is not replaced; choose another place."
                )
            ring.set_password(service, user, key.hex())


def write_key_file(path: Path, key: bytes) -> None:
    """Write a key, as hexadecimal digits, to a new file that its owner alone may read; KeyUnusable."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(descriptor)
    except FileExistsError as error:
        raise KeyUnusable(f"{path}: the file exists, and is not overwritten; choose another name.") from error
    except OSError as error:
        raise KeyUnusable(f"{path}: the key could not be written ({error.strerror}).") from error


def _place(where: str) -> tuple[str, str]:
    kind, _, rest = where.partition(":")
    if kind not in ("file", "env", "keyring") or not rest:
        # What was given is not repeated: it may be the key itself.
        raise KeyUnusable(f"The place of a key is not one of {PLACES}.")
    return kind, rest


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if os.name == "posix" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyUnusable(
                    f"{path}: others than its owner may use this file (mode {stat.S_IMODE(status.st_mode):04o}); "
                    f"run: chmod 600 {path}"
                )
            return file.read(LONGEST_FILE)
    except OSError as error:
        raise KeyUnusable(f"{path}: the key could not be read ({error.strerror}).") from error


def _key(data: bytes, where: str) -> bytes:
    key = data if len(data) == KEY_BYTES else _decoded(data.strip())
    if len(key) != KEY_BYTES:
        raise KeyUnusable(f"{where}: {len(data)} bytes that are no key; expected {FORM}.")
    if len(set(key)) < FEWEST_VALUES or (key.isascii() and key.decode().isprintable()):
        raise KeyUnusable(f"{where}: these bytes were not drawn at random; expected {FORM}.")
    return key


def _decoded(text: bytes) -> bytes:
    with suppress(binascii.Error):
        if len(text) == 2 * KEY_BYTES:
            return binascii.unhexlify(text)
        return base64.b64decode(text.translate(bytes.maketrans(b"-_", b"+/")), validate=True)
    return b""


def _service_and_user(rest: str) -> tuple[str, str]:
    service, _, user = rest.partition("/")
    return service, user or "mien"


@contextmanager
def _keyring(where: str) -> Iterator[ModuleType]:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ModuleNotFoundError as error:
        raise KeyUnusable(
            f"{where}: the package keyring is not installed; run: pip install 'mien[secure]' (or use file:PATH)."
        ) from error
    try:
        yield keyring
    except KeyringError as error:
        raise KeyUnusable(
            f"{where}: the key store of this system cannot be used ({error}); use file:PATH or env:NAME instead."
        ) from error
