"""Sealing: what goes in comes out, nothing else does, and nothing can be changed unseen."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import GalleryCorrupt, KeyUnusable, WrongKey
from mien.gallery.protection import envelope
from mien.gallery.protection.envelope import OVERHEAD, Plain, Sealed

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
CONTEXT = b"face 12 template"
SEALED = Sealed(bytes(range(100, 132)))
PLAIN = Plain(bytes(range(100, 132)))
DATA_KEY = SEALED.opened(SEALED.new_data_key())

both = pytest.mark.parametrize("keeper", [SEALED, PLAIN], ids=["sealed", "plain"])


@both
@given(plain=st.binary(max_size=2000), context=st.binary(max_size=50))
def test_what_is_sealed_unseals(keeper, plain, context):
    wrapped = keeper.new_data_key()
    sealed = keeper.opened(wrapped).seal(plain, context)
    assert keeper.opened(wrapped).unseal(sealed, context) == plain


@given(st.binary(min_size=16, max_size=300))
def test_sealed_bytes_hold_nothing_of_the_plain_ones(plain):
    sealed = DATA_KEY.seal(plain, CONTEXT)
    assert len(sealed) == len(plain) + OVERHEAD
    assert not any(plain[i : i + 8] in sealed for i in range(len(plain) - 7))  # by chance once in 2^64


def test_no_two_sealings_are_equal():
    sealed = {DATA_KEY.seal(b"the same", CONTEXT) for _ in range(1000)}
    assert len({s[:12] for s in sealed}) == len({s[12:] for s in sealed}) == 1000


def test_every_changed_bit_shows():
    sealed = DATA_KEY.seal(os.urandom(40), CONTEXT)
    for place in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(GalleryCorrupt, match="face 12 template"):
            DATA_KEY.unseal(bytes(changed), CONTEXT)


@given(st.data())
def test_what_is_cut_off_shows(data):
    sealed = DATA_KEY.seal(b"something longer than a tag", CONTEXT)
    length = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises(GalleryCorrupt, match=f"{length} bytes"):
        DATA_KEY.unseal(sealed[:length], CONTEXT)


def test_what_is_moved_elsewhere_shows():
    sealed = DATA_KEY.seal(b"Grace", b"person 1 name")
    with pytest.raises(GalleryCorrupt, match="person 2 name"):
        DATA_KEY.unseal(sealed, b"person 2 name")
    with pytest.raises(GalleryCorrupt):
        SEALED.opened(SEALED.new_data_key()).unseal(sealed, b"person 1 name")


def test_without_its_data_key_nothing_unseals():
    for lost in (b"", SEALED.new_data_key()[:-1], Sealed(OTHER).new_data_key()):
        with pytest.raises(GalleryCorrupt, match="data key"):
            SEALED.opened(lost)


def test_a_gallery_opens_with_its_key_alone():
    wrapped, keeper = envelope.create(KEY)
    data_key = keeper.new_data_key()
    sealed = keeper.opened(data_key).seal(b"Grace", CONTEXT)
    assert envelope.open_master(wrapped, KEY).opened(data_key).unseal(sealed, CONTEXT) == b"Grace"
    with pytest.raises(WrongKey) as caught:
        envelope.open_master(wrapped, OTHER)
    for key in (KEY, OTHER):
        assert envelope.key_check(key).hex() in str(caught.value)
        assert key.hex() not in str(caught.value)


def test_a_changed_master_key_never_opens():
    wrapped, _ = envelope.create(KEY)
    assert KEY not in wrapped
    for place in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[place] ^= 1
        with pytest.raises((WrongKey, GalleryCorrupt)):
            envelope.open_master(bytes(changed), KEY)
        with pytest.raises(GalleryCorrupt, match="format"):
            envelope.open_master(wrapped[:place], KEY)


def test_a_new_key_of_the_users_changes_the_wrapping_alone():
    wrapped, keeper = envelope.create(KEY)
    data_key = keeper.new_data_key()
    sealed = keeper.opened(data_key).seal(b"Grace", CONTEXT)
    again = envelope.rewrap(wrapped, KEY, OTHER)
    renewed = envelope.open_master(again, OTHER)
    assert renewed.opened(data_key).unseal(sealed, CONTEXT) == b"Grace"
    assert renewed.blind(b"Grace") == keeper.blind(b"Grace")
    assert renewed.secret("rotation") == keeper.secret("rotation")
    with pytest.raises(WrongKey):
        envelope.open_master(again, KEY)
    with pytest.raises(WrongKey):
        envelope.rewrap(wrapped, OTHER, KEY)


def test_keys_of_another_length_are_refused():
    wrapped, _ = envelope.create(KEY)
    for use in (lambda k: envelope.create(k), lambda k: envelope.open_master(wrapped, k)):
        with pytest.raises(KeyUnusable, match="16 bytes; expected 32"):
            use(bytes(16))


def test_galleries_under_one_key_have_nothing_in_common():
    (_, one), (_, two) = envelope.create(KEY), envelope.create(KEY)
    assert one.blind(b"Grace") != two.blind(b"Grace")
    assert one.sign(b"Grace") != two.sign(b"Grace")
    assert one.secret("rotation") != two.secret("rotation")


@both
def test_purposes_have_nothing_in_common(keeper):
    made = [keeper.blind(b"x"), keeper.sign(b"x"), keeper.secret("x"), keeper.secret("y")]
    assert len(set(made)) == 4
    assert made == [keeper.blind(b"x"), keeper.sign(b"x"), keeper.secret("x"), keeper.secret("y")]


@given(st.lists(st.binary(max_size=40), unique=True, min_size=2, max_size=20))
def test_looking_up_tells_texts_apart(texts):
    assert len({SEALED.blind(text) for text in texts}) == len(texts)
    assert [PLAIN.blind(text) for text in texts] == texts


def test_a_sealed_row_in_a_gallery_without_a_key():
    with pytest.raises(GalleryCorrupt, match="put together from two"):
        PLAIN.opened(SEALED.new_data_key())


def test_the_format_is_that_of_the_standard():
    """Nonce, ciphertext, tag, as any other implementation of AES-GCM reads them."""
    key = bytes(range(32))
    sealed = envelope._Box(key).seal(b"Grace", CONTEXT)
    assert AESGCM(key).decrypt(sealed[:12], sealed[12:], CONTEXT) == b"Grace"


def test_threads_share_an_envelope():
    def work(n):
        key = SEALED.opened(wrapped)
        return all(
            DATA_KEY.unseal(DATA_KEY.seal(b"%d" % n, CONTEXT), CONTEXT) == b"%d" % n
            and key.unseal(sealed, CONTEXT) == b"Grace"
            for _ in range(300)
        )

    wrapped = SEALED.new_data_key()
    sealed = SEALED.opened(wrapped).seal(b"Grace", CONTEXT)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(16)))


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(KeyUnusable, match=r"pip install 'mien\[secure\]'"):
        envelope.create(KEY)
    assert Plain(KEY).opened(b"").seal(b"Grace", CONTEXT) == b"Grace"  # needs no package
