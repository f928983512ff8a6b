"""Searches templates in the server, and ranks what it finds again by their exact cosines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError
from mien.gallery.stores.postgres.database import Database, Vector
from mien.gallery.stores.records import Kind, Model
from mien.gallery.templates import Keys, Scales, cosines, unit

if TYPE_CHECKING:
    from mien.gallery.stores.postgres.connections import Connections

SPARE = 32  # rows fetched beyond k, so that a second look is seldom needed
SLACK = 1e-4  # the server sums float32, which is off by less for up to a thousand components
EF = 1000  # candidates that an HNSW search keeps, as many as pgvector allows: a missed person costs more than time
TABLE = {Kind.PERSON: ("means", "person_id"), Kind.FACE: ("templates", "face_id")}


class ServerSearch:
    """See `mien.gallery.stores.base.Searcher`; over every template, or by an HNSW index where one was made."""

    def __init__(self, pool: Connections, model: Model, kind: Kind) -> None:
        self._pool = pool
        self._model = model
        self._table, self._key = TABLE[kind]
        self._kind = kind

    def search(self, queries: npt.ArrayLike, k: int) -> tuple[Keys, Scales]:
        """Keys (q, m) and cosines (q, m), best first, equal cosines by key; m is less than k where there are fewer."""
        units = unit(queries)
        if units.shape[1] != self._model.dim:
            raise ArgumentError(f"Queries have {units.shape[1]} components; expected {self._model.dim}.")
        if k < 1:
            raise ArgumentError(f"k is {k}; expected 1 or more.")
        with self._pool.reading() as db:
            number = self._number(db)
            statement = self._statement(db, number)
            found = [self._best(db, statement, query, k) for query in units]
        width = min(len(keys) for keys, _ in found) if found else 0
        keys = np.array([keys[:width] for keys, _ in found], np.int64).reshape(len(units), width)
        scores = np.array([scores[:width] for _, scores in found], np.float32).reshape(len(units), width)
        return keys, scores

    def _number(self, db: Database) -> int:
        found = db.execute("SELECT id FROM models WHERE sha256 = ?", (self._model.sha256,)).fetchone()
        return int(found[0]) if found else 0

    def _statement(self, db: Database, number: int) -> str:
        """The query for the nearest rows; one that the HNSW index of this gallery fits, where there is one."""
        name = f"hnsw_{self._pool.gallery}_{number}_{self._kind}"  # as `mien.make_hnsw` calls it
        if db.execute("SELECT to_regclass(?) IS NULL", (f"mien.{name}",)).fetchone() == (True,):
            return (
                f"SELECT {self._key}, exact, vec <#> ? AS far FROM {self._table} "
                f"WHERE model_id = {number} ORDER BY far, {self._key} LIMIT ?"
            )
        db.execute(f"SET LOCAL hnsw.ef_search = {EF}")
        db.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        db.execute("SET LOCAL enable_seqscan = off")
        near = f"vec::vector({self._model.dim}) <#> ?"
        return (
            f"SELECT {self._key}, exact, {near} AS far FROM {self._table} "
            f"WHERE gallery = {self._pool.gallery} AND model_id = {number} ORDER BY far, {self._key} LIMIT ?"
        )

    def _best(
        self, db: Database, statement: str, query: npt.NDArray[np.float64], k: int
    ) -> tuple[Keys, Scales]:
        """The best k: enough rows are fetched that none which the server's rounding put too low is missed."""
        vector, n = Vector(query.astype(np.float32)), k + SPARE
        while True:
            rows = db.execute(statement, (vector, n)).fetchall()
            keys = np.array([key for key, _, _ in rows], np.int64)
            exact = np.frombuffer(b"".join(exact for _, exact, _ in rows), "<f4").reshape(-1, len(query))
            scores = cosines(exact, query)
            order = np.lexsort((keys, -scores))[:k]
            if len(rows) < n or -rows[-1][2] < scores[order[-1]] - SLACK:
                return keys[order], scores[order]
            n *= 4
