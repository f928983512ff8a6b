"""Keys in files, in the environment and in a key store."""

import base64
import os
import sys

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from mien.errors import KeyUnusable
from mien.gallery.protection import keys

KEY = bytes.fromhex("f0e1d2c3b4a5968778695a4b3c2d1e0f00112233445566778899aabbccddeeff")
posix = pytest.mark.skipif(os.name != "posix", reason="files have no mode here")

FORMS = {
    "bytes": KEY,
    "hexadecimal": KEY.hex().encode(),
    "capitals and a line end": KEY.hex().upper().encode() + b"\r\n",
    "base64": base64.b64encode(KEY) + b"\n",
    "base64 for addresses": base64.urlsafe_b64encode(KEY),
}
NO_KEYS = {
    "nothing": b"",
    "too short": KEY[:31],
    "too long": KEY + b"\0",
    "half in hexadecimal": KEY[:16].hex().encode(),
    "a word": b"correct horse battery staple",
    "a sentence of 32 characters": b"correct horse, battery, stapling",
    "zeros": bytes(32),
    "zeros in hexadecimal": b"0" * 64,
    "64 letters": b"z" * 64,
    "a key between others": b"key = " + KEY.hex().encode(),
    "something large": bytes(10_000_000),
}


class Memory(KeyringBackend):
    """A key store that keeps its keys in memory."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password


@pytest.fixture
def use():
    """Puts a key store in the place of the system's."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def written(path, data, mode=0o600):
    path.write_bytes(data)
    path.chmod(mode)
    return f"file:{path}"


@pytest.mark.parametrize("form", FORMS)
def test_a_file_in_each_form(tmp_path, form):
    assert keys.load_key(written(tmp_path / "key", FORMS[form])) == KEY


@given(st.binary(min_size=32, max_size=32).filter(lambda key: len(set(key)) >= keys.FEWEST_VALUES))
def test_every_key_survives_every_form(key):
    for text in (key.hex(), base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode()):
        assert keys._decoded(text.encode()) == key


@pytest.mark.parametrize("content", NO_KEYS)
def test_what_is_no_key_is_refused_without_being_repeated(tmp_path, content):
    with pytest.raises(KeyUnusable, match="64 hexadecimal digits") as caught:
        keys.load_key(written(tmp_path / "key", NO_KEYS[content]))
    assert str(tmp_path) in str(caught.value)
    assert not any(word in str(caught.value) for word in ("correct", KEY.hex()))


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o644])
def test_a_file_that_is_open_to_others_is_refused(tmp_path, mode):
    with pytest.raises(KeyUnusable, match=f"{mode:04o}.*chmod 600"):
        keys.load_key(written(tmp_path / "key", KEY, mode))


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(KeyUnusable, match="No such file"):
        keys.load_key(f"file:{tmp_path / 'none'}")
    with pytest.raises(KeyUnusable, match="could not be read"):
        keys.load_key(f"file:{tmp_path}")


def test_a_key_is_written_once_for_its_owner(tmp_path):
    path = tmp_path / "key"
    keys.save_key(f"file:{path}", KEY)
    assert keys.load_key(f"file:{path}") == KEY
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyUnusable, match="not overwritten"):
        keys.write_key_file(path, keys.new_key())
    assert keys.load_key(f"file:{path}") == KEY
    with pytest.raises(KeyUnusable, match="could not be written"):
        keys.write_key_file(tmp_path / "no" / "folder", KEY)


def test_the_environment(monkeypatch):
    monkeypatch.setenv("FAMILY_KEY", KEY.hex())
    assert keys.load_key("env:FAMILY_KEY") == KEY
    monkeypatch.delenv("FAMILY_KEY")
    with pytest.raises(KeyUnusable, match="env:FAMILY_KEY: there is nothing"):
        keys.load_key("env:FAMILY_KEY")
    with pytest.raises(KeyUnusable, match="cannot keep"):
        keys.save_key("env:FAMILY_KEY", KEY)


def test_a_key_store(use):
    use(store := Memory())
    with pytest.raises(KeyUnusable, match="keyring:mien/family: there is nothing"):
        keys.load_key("keyring:mien/family")
    keys.save_key("keyring:mien/family", KEY)
    keys.save_key("keyring:mien", other := keys.new_key())
    assert keys.load_key("keyring:mien/family") == KEY
    assert keys.load_key("keyring:mien/mien") == other
    with pytest.raises(KeyUnusable, match="not replaced"):
        keys.save_key("keyring:mien/family", other)
    assert store.kept["mien", "family"] == KEY.hex()


def test_a_system_without_a_key_store(use, monkeypatch):
    use(NoKeyring())
    for work in (lambda: keys.load_key("keyring:mien"), lambda: keys.save_key("keyring:mien", KEY)):
        with pytest.raises(KeyUnusable, match="file:PATH or env:NAME instead"):
            work()
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(KeyUnusable, match=r"pip install 'mien\[secure\]'"):
        keys.load_key("keyring:mien")


@pytest.mark.parametrize("where", ["", "file:", "key.txt", "vault:x", KEY.hex()])
def test_places_that_are_none(where):
    with pytest.raises(KeyUnusable, match="file:PATH, env:NAME or keyring:SERVICE/USER") as caught:
        keys.load_key(where)
    assert KEY.hex() not in str(caught.value)


def test_new_keys_differ_and_pass():
    made = {keys.new_key() for _ in range(1000)}
    assert len(made) == 1000
    assert all(keys._key(key, "here") == key for key in made)
