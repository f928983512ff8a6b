"""The address of a gallery on a server: what the server is to be given, which gallery, and what may be shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from mien.errors import ArgumentError

DEFAULT = "main"  # the gallery of a server where the address names none
LONGEST = 200  # characters of a gallery's name


@dataclass(frozen=True)
class Address:
    """server: for libpq, with whatever password there is; shown: for people, without."""

    server: str
    gallery: str
    shown: str

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"


def parse(url: str) -> Address:
    """The parts of `postgresql://[user[:password]@]host[:port]/database[?gallery=NAME&…]`; ArgumentError.

    All that libpq knows may stand in it: several hosts, sockets, `sslmode`, `target_session_attrs`.

    >>> parse("postgresql://ann:secret@db/faces?gallery=family")
    Address('postgresql://ann@db/faces?gallery=family')
    """
    parts = urlsplit(url)
    options = parse_qsl(parts.query, keep_blank_values=True)
    gallery = dict(options).get("gallery", DEFAULT)
    if not 0 < len(gallery) <= LONGEST or not gallery.isprintable():
        raise ArgumentError(
            f"The name of a gallery has {len(gallery)} characters; expected 1 to {LONGEST} that can be printed."
        )
    rest = [(name, value) for name, value in options if name != "gallery"]
    server = urlunsplit(parts._replace(query=urlencode(rest, quote_via=quote)))
    login, at, host = parts.netloc.rpartition("@")
    known = [(name, value) for name, value in rest if name in ("host", "port", "dbname", "user")]
    shown = parts._replace(
        netloc=login.partition(":")[0] + at + host,
        query=urlencode([*known, ("gallery", gallery)], safe="/", quote_via=quote),
        fragment="",
    )
    return Address(server, gallery, urlunsplit(shown))
