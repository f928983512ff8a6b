"""Store, index and sidecar agree with a dictionary and brute force through any sequence of changes."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mien.errors import PersonExists, PersonNotFound
from mien.gallery import index as index_module
from mien.gallery import repair
from mien.gallery.index import Index
from mien.gallery.stores.records import Kind, Model, NewFace
from mien.gallery.stores.sqlite import SQLiteStore
from mien.gallery.templates import cosines, unit
from tests.gallery.whole import problems


class StoreAgainstDict(RuleBasedStateMachine):
    """Random changes through two store objects on one file, against a dictionary and a brute-force search."""

    names = st.sampled_from(["Ada", "Grace", "Eileen", "Zoë"])

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "x.mien"
        self.stores = [SQLiteStore.open(path, create=True) for _ in range(2)]
        self.model = Model("m", "1", "ab" * 32, 16)
        self.known = {}
        self.turn = 0
        self.indexes = [Index(store, self.model, kind) for store, kind in zip(self.stores, Kind, strict=True)]

    def store(self):
        self.turn += 1
        return self.stores[self.turn % 2]

    def face(self, seed):
        embedding = np.random.default_rng(seed).standard_normal(16).astype(np.float32)
        return NewFace({self.model: embedding}, str(seed), "", (0, 0, 1, 1), 1.0)

    @rule(name=names, seeds=st.lists(st.integers(0, 999), min_size=1, max_size=3))
    def enroll(self, name, seeds):
        self.store().enroll(name, [self.face(seed) for seed in seeds])
        self.known.setdefault(name, []).extend(str(seed) for seed in seeds)

    @rule(name=names)
    def forget(self, name):
        if name in self.known:
            assert self.store().forget(name).faces == len(self.known.pop(name))
        else:
            with pytest.raises(PersonNotFound):
                self.store().forget(name)

    @rule(old=names, new=names)
    def rename(self, old, new):
        if old not in self.known:
            expected = PersonNotFound
        elif new in self.known and new != old:
            expected = PersonExists
        else:
            repair.name(self.store(), old, new)
            self.known[new] = self.known.pop(old)
            return
        with pytest.raises(expected):
            repair.name(self.store(), old, new)

    @rule(name=names, which=st.integers(0, 5))
    def remove_face(self, name, which):
        faces = self.store().faces(name) if name in self.known else []
        if faces:
            self.store().remove_face(faces[which % len(faces)].id)
            del self.known[name][which % len(faces)]

    @invariant()
    def all_agree(self):
        store = self.store()
        assert {p.name: [f.source for f in store.faces(p.name)] for p in store.people()} == self.known
        query = unit(np.random.default_rng(5).standard_normal((1, 16)))
        for index, kind in zip(self.indexes, Kind, strict=True):
            expected = store.fetch(self.model, kind, range(store.seq() + 1))
            assert len(index) == len(expected) == store.count(self.model, kind)
            keys, scores = index.search(query, max(1, len(expected)))
            assert scores[0].tolist() == sorted(cosines(expected.exact, query[0]).tolist(), reverse=True)
            assert sorted(keys[0].tolist()) == expected.keys.tolist()

    def teardown(self):
        if hasattr(self, "stores"):
            path = self.stores[0].cache
            for store in self.stores:
                store.close()
            assert problems(path) == []
            self.folder.cleanup()


class SidecarsOften(StoreAgainstDict):
    """The same while every other change writes a new sidecar."""

    @initialize()
    def begin(self):
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(index_module, "FEW", 1)
        super().begin()

    @rule()
    def reopen(self):
        self.indexes = [Index(store, self.model, kind) for store, kind in zip(self.stores, Kind, strict=True)]

    def teardown(self):
        super().teardown()
        self.patch.undo()


machine = settings(max_examples=25, stateful_step_count=20, deadline=None, derandomize=True)
TestStoreAgainstDict = StoreAgainstDict.TestCase
TestStoreAgainstDict.settings = machine
TestSidecarsOften = SidecarsOften.TestCase
TestSidecarsOften.settings = machine
