"""Exact search that follows a gallery: what any process committed is found, what it removed is not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from mien.gallery import sidecar
from mien.gallery.search import Cosines, ExactSearch, split
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Change, Kind, Model, What
from mien.gallery.templates import Keys

FEW = 1024  # changed templates that are replayed at each opening rather than written to a sidecar

logger = logging.getLogger(__name__)


@dataclass
class View:
    """A matrix and the moment of the store that it shows.

    seq, time: of the last change in it; pending: how many templates differ from the sidecar's;
    mapped: whether a sidecar is under it.
    """

    search: ExactSearch
    seq: int
    time: float
    pending: int
    mapped: bool


class Index:
    """The templates of one model in a store, by person (their means) or by face; threads may share it.

    cache: path to which suffixes may be added for disposable files, None for no files.

    Opens from the sidecar where a fitting one is, and replays the changes since; otherwise it is read from
    the store. There is no reloading later: each search first catches up with the store.

    >>> index = Index(store, model)                                     # doctest: +SKIP
    >>> person_ids, cosines = index.search(embeddings, k=2)             # doctest: +SKIP
    """

    def __init__(
        self, store: Store, model: Model, kind: Kind = Kind.PERSON, cache: Path | None = None
    ) -> None:
        self._store = store
        self._model = model
        self._kind = kind
        self._uuid = store.info().uuid
        self._following = threading.Lock()
        self._cache = cache
        self._trouble = "" if cache else "this gallery has no place for a file"
        self._view = self._opened() or self._built()
        with self._following:
            self._renew_when_due()

    def __len__(self) -> int:
        return len(self._followed().search)

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What is searched: model, rows, the last change seen, and whether a sidecar is used or why not."""
        view = self._view
        return {
            "kind": str(self._kind),
            "model": self._model.sha256,
            "rows": len(view.search),
            "seq": view.seq,
            "sidecar": view.mapped,
            "trouble": self._trouble,
        }

    def search(self, queries: npt.ArrayLike, k: int) -> tuple[Keys, Cosines]:
        """The best k templates for each query, as `ExactSearch.search`; keys are person or face ids.

        All that was committed before the call is seen; who is forgotten during the call is not.
        """
        while True:
            view = self._followed()
            seq = view.seq
            found = view.search.search(queries, k)
            if not sidecar.removed(self._news(seq), self._kind):
                return found

    def _news(self, seq: int) -> list[Change]:
        return self._store.changes_since(seq) if self._store.seq() != seq else []

    def _followed(self) -> View:
        """The view after it caught up with the store."""
        if self._store.seq() != self._view.seq:
            with self._following:
                self._catch_up(self._view)
                self._renew_when_due()
        return self._view

    def _catch_up(self, view: View) -> None:
        while changes := self._news(view.seq):
            keys = touched(changes, self._kind)
            view.search.change(added=self._store.fetch(self._model, self._kind, keys), removed=keys)
            view.pending += len(keys)
            view.time = changes[-1].time.timestamp()
            view.seq = changes[-1].seq

    def _built(self) -> View:
        """A view read from the store."""
        view = View(ExactSearch(self._model.dim), 0, 0.0, 0, mapped=False)
        last = self._store.changes_since(self._store.seq() - 1)
        if last:
            view.seq, view.time = last[-1].seq, last[-1].time.timestamp()
        for batch in self._store.templates(self._model, self._kind):
            view.search.change(added=batch)
            view.pending += len(batch)
        self._catch_up(view)
        return view

    def _opened(self) -> View | None:
        """A view over the sidecar, or None where none fits the store as it is."""
        if self._cache is None:
            return None
        found = sidecar.read(sidecar.path_of(self._cache, self._model, self._kind))
        if found is None:
            return None
        stamp, rows = found
        model = self._model
        if (stamp.uuid, stamp.sha256, stamp.kind, stamp.dim) != (
            self._uuid,
            model.sha256,
            self._kind,
            model.dim,
        ):
            return None
        since = self._store.changes_since(stamp.seq - 1)
        if not since or (since[0].seq, since[0].time.timestamp()) != (stamp.seq, stamp.time):
            return None  # of a gallery that has since been put back to an older state
        view = View(ExactSearch(model.dim), stamp.seq, stamp.time, 0, mapped=True)
        view.search.load(split(rows))
        if sidecar.removed(since[1:], self._kind):
            sidecar.scrub(self._cache, self._store.changes_since)
        self._catch_up(view)
        whole = len(view.search) == self._store.count(model, self._kind) or bool(self._news(view.seq))
        return view if whole else None

    def _renew_when_due(self) -> None:
        """Use a newer sidecar, or write one, when too much differs from the one in use."""
        if self._trouble or not self._due(self._view):
            return
        newer = self._opened()
        if newer is None or self._due(newer):
            self._write()
            newer = self._opened()
        self._view = newer or self._view

    def _due(self, view: View) -> bool:
        return view.pending > max(FEW, len(view.search) // 10)

    def _write(self) -> None:
        assert self._cache is not None  # otherwise there is trouble already
        path = sidecar.path_of(self._cache, self._model, self._kind)
        view = self._view
        try:
            new = sidecar.reserve(path)
            self._catch_up(view)  # after the file is there: see the module `sidecar`
            stamp = sidecar.Stamp(
                self._uuid, self._model.sha256, self._kind, self._model.dim, view.seq, view.time
            )
            sidecar.write(new, path, stamp, view.search.blocks)
        except FileNotFoundError:
            return  # somebody was forgotten meanwhile, or another process writes one too: next time
        except OSError as error:
            self._trouble = f"{path}: {error.strerror}"
            logger.warning("%s; the gallery is searched in memory, which opens more slowly", self._trouble)


def touched(changes: Sequence[Change], kind: Kind) -> list[int]:
    """Keys of the templates of a kind that the changes added, altered or removed."""
    if kind is Kind.FACE:
        return sorted({change.face_id for change in changes if change.face_id is not None})
    return sorted(
        {c.person_id for c in changes if c.person_id is not None and c.what is not What.PERSON_ADDED}
    )
