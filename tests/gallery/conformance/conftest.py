"""Each test meets a new gallery of each kind of store."""

import os
from collections.abc import Callable, Sequence

import pytest

from mien.gallery import repair
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Kind, Model, Move, Person, Photograph, Step
from tests.gallery.conformance.factories import FACTORIES


@pytest.fixture(scope="session")
def own_database(postgres_server):
    """An empty database: what other tests read at the same time would keep removed rows from being cleaned."""
    import psycopg

    name = f"conformance_{os.getpid()}"
    with psycopg.connect(postgres_server, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    return postgres_server.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=FACTORIES, ids=lambda factory: factory.name)
def factory(request):
    return request.param


@pytest.fixture
def place(factory, request):
    """Where there is no gallery yet."""
    return factory.new(request.getfixturevalue(factory.needs))


@pytest.fixture
def reopen(factory, place) -> Callable[..., Store]:
    """Opens the gallery at `place` as another process would."""

    def opened(**options) -> Store:
        return factory.open(place, factory.key, **options)

    return opened


@pytest.fixture
def store(reopen):
    with reopen(create=True) as opened:
        yield opened


@pytest.fixture
def execute(factory, place):
    """Runs SQL behind the store's back."""
    return lambda statement: factory.execute(place, statement)


@pytest.fixture
def group(store, make_face, model):
    """Makes a group without a name of faces by number, as clustering does: (group, ids of its faces)."""

    def make(numbers: Sequence[int]) -> tuple[Person, list[int]]:
        faces = loose(store, model, [make_face(number) for number in numbers])
        (number,) = store.reserve_groups(1)
        store.apply(Step("cluster", tuple(Move(i, None, number, False, False) for i in faces)))
        return store.people_by_id([number])[number], faces

    return make


def loose(store: Store, model: Model, faces: Sequence) -> list[int]:
    """Ids of the faces, each of a photograph of its own and nobody's yet."""
    before = ids_of(store, model)
    store.add_photographs([Photograph(face.source, face.sha256, (face,)) for face in faces])
    return sorted(ids_of(store, model) - before)


def ids_of(store: Store, model: Model) -> set[int]:
    """Ids of all faces."""
    return {int(key) for batch in store.templates(model, Kind.FACE) for key in batch.keys}


def face_ids(store: Store, name: str) -> list[int]:
    """Ids of a person's faces."""
    return [face.id for face in store.faces(name)]


def state(store):
    """All that repairs can change: who has which faces, confirmed or not, and what was said by hand."""
    everybody = [*store.people(), *store.groups()]
    held = {p.id: (p.name, {f.id: f.confirmed for f in store.faces(p.name)}) for p in everybody}
    return held, store.bonds(), store.info().loose


def assert_undone(store, number, before):
    """Undoing the step brings the state before it back, and undoing that does it again."""
    after = state(store)
    undoing = repair.undo(store, number)
    assert state(store) == before
    again = repair.undo(store, undoing)
    assert state(store) == after
    repair.undo(store, again)
    assert state(store) == before
    assert store.problems() == []
