"""Rows of photographs that were looked through, whether or not they had a face."""

from __future__ import annotations

from collections.abc import Sequence

from mien.gallery.stores.records import Photograph
from mien.gallery.stores.sql import faces
from mien.gallery.stores.sql.faces import EncodedFace
from mien.gallery.stores.sql.session import Session


def known(s: Session, sha256s: Sequence[str]) -> set[str]:
    """Which of these pictures were looked through before."""
    digests = {faces.digest(s, sha256): sha256 for sha256 in sha256s}
    found = s.among("SELECT digest FROM photographs WHERE digest IN ({})", list(digests))
    return {digests[bytes(digest)] for (digest,) in found}


def add(s: Session, photographs: Sequence[tuple[Photograph, Sequence[EncodedFace]]]) -> int:
    """How many were added with their faces, which belong to nobody yet; those known are skipped."""
    before = known(s, [photograph.sha256 for photograph, _ in photographs])
    new = {one.sha256: (one, encoded) for one, encoded in photographs if one.sha256 not in before}
    s.insert(
        "photographs",
        "digest, source, faces, problem, seen",
        [
            (
                digest,
                s.key.seal(photograph.source.encode(), b"photograph " + digest),
                len(encoded),
                photograph.problem,
                s.now,
            )
            for photograph, encoded in new.values()
            for digest in [faces.digest(s, photograph.sha256)]
        ],
    )
    faces.add(s, [(None, face) for _, encoded in new.values() for face in encoded])
    return len(new)


def forget_empty(s: Session, digests: Sequence[bytes]) -> None:
    """Drop where these pictures lie if no face of theirs is left; that they were seen stays, so none comes back."""
    kept = {bytes(d) for (d,) in s.among("SELECT DISTINCT digest FROM faces WHERE digest IN ({})", digests)}
    gone = [(digest,) for digest in digests if digest not in kept]
    s.db.executemany("UPDATE photographs SET source = NULL WHERE digest = ?", gone)
