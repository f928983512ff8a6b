"""Keys for single purposes."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from mien.gallery.protection.derive import derive


def test_the_published_vector():
    """RFC 5869, appendix A.3: no salt and no info; the first 32 of its 42 bytes."""
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    assert derive(b"\x0b" * 22, "").hex() == expected


@given(st.binary(min_size=1, max_size=64), st.text(max_size=40))
def test_it_is_the_hkdf_of_another_implementation(secret, purpose):
    assert derive(secret, purpose) == HKDF(SHA256(), 32, None, purpose.encode()).derive(secret)
