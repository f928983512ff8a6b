"""Row-level security: whoever is connected for one gallery neither reads nor writes another's rows, by hand neither."""

import os

import psycopg
import pytest

from mien.errors import GalleryError, GalleryNotFound
from mien.gallery.stores.postgres import PostgresStore
from mien.gallery.stores.postgres.address import parse
from mien.gallery.stores.postgres.connections import connect
from mien.gallery.stores.postgres.schema import PARTITIONED
from mien.gallery.stores.sql.tables import TABLES

ANN, BOB = f"ann_{os.getpid()}", f"bob_{os.getpid()}"


@pytest.fixture
def logins(database, admin, make_face):
    """(a store of Ann's, the address of Bob's), each login with a gallery of its own in one database."""
    PostgresStore.open(f"{database}&gallery=first", create=True).close()  # the administrator makes the tables
    for login in (ANN, BOB):
        admin.execute(f"CREATE ROLE {login} LOGIN")
        admin.execute(f"GRANT mien_user TO {login}")
    one, other = (f"{database.replace('postgres:@', f'{login}@')}&gallery={login}" for login in (ANN, BOB))
    with PostgresStore.open(one, create=True) as ann:
        ann.enroll("Ann", [make_face(1), make_face(2)])
        with PostgresStore.open(other, create=True) as bob:
            bob.enroll("Bob", [make_face(3)])
        yield ann, other
    with psycopg.connect(database, autocommit=True) as db:
        for login in (ANN, BOB):
            db.execute(f"DROP OWNED BY {login}")
            db.execute(f"DROP ROLE {login}")


@pytest.fixture
def by_hand(logins):
    """(a connection of Bob's, Ann's gallery's number)."""
    ann, other = logins
    with PostgresStore.open(other) as bob:
        mine = bob._pool.gallery
    with connect(parse(other), mine, 5) as db:
        yield db, ann._pool.gallery


def test_no_row_of_another_gallery_is_read(by_hand):
    db, theirs = by_hand
    assert db.execute("SELECT count(*) FROM people").fetchone() == (1,)
    for claimed in (False, True):
        if claimed:  # whoever sets it to another's sees nothing at all
            db.execute(f"SET mien.gallery = '{theirs}'")
        for table in TABLES:
            found = db.execute(f"SELECT count(*) FROM mien.{table.name} WHERE gallery = {theirs}").fetchone()
            assert found == (0,), table.name
    assert db.execute("SELECT count(*) FROM people").fetchone() == (0,)


def test_no_row_of_another_gallery_is_written(by_hand, logins):
    db, theirs = by_hand
    ann = logins[0]
    before = [ann.people(), ann.head(), ann.problems()]
    for claimed in (False, True):
        if claimed:
            db.execute(f"SET mien.gallery = '{theirs}'")
        for statement in (
            f"INSERT INTO people (gallery, id, key, created, updated) VALUES ({theirs}, 9, '', 0, 0)",
            f"INSERT INTO rejections (gallery, face_id, person_id) VALUES ({theirs}, 1, 1)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(statement)
        assert db.execute(f"UPDATE people SET updated = 0 WHERE gallery = {theirs}").rowcount == 0
        assert db.execute(f"DELETE FROM faces WHERE gallery = {theirs}").rowcount == 0
    assert [ann.people(), ann.head(), ann.problems()] == before


def test_a_row_cannot_be_given_to_another_gallery(by_hand):
    db, theirs = by_hand
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(f"UPDATE people SET gallery = {theirs}")


def test_there_is_no_way_around_the_policies(by_hand):
    db, theirs = by_hand
    for statement in (
        *(f"SELECT * FROM mien.{table}_0" for table in PARTITIONED),
        "ALTER TABLE mien.people DISABLE ROW LEVEL SECURITY",
        f"UPDATE mien.galleries SET keeper = '{BOB}'",
        "TRUNCATE mien.people",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(statement)
    db.execute(f"SET mien.gallery = '{theirs}'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("SELECT mien.make_hnsw('person', 1, 128)")


def test_a_login_neither_finds_nor_takes_the_gallery_of_another(logins):
    _, other = logins
    with pytest.raises(GalleryNotFound):
        PostgresStore.open(other.replace(f"gallery={BOB}", f"gallery={ANN}"))
    with pytest.raises(GalleryError, match="another login's"):
        PostgresStore.open(other.replace(f"gallery={BOB}", f"gallery={ANN}"), create=True)


def test_a_group_of_logins_can_share_a_gallery(logins, database):
    _, other = logins
    shared = other.replace(f"gallery={BOB}", f"gallery={ANN}")
    with psycopg.connect(database, autocommit=True) as db:
        db.execute("UPDATE mien.galleries SET keeper = 'mien_user' WHERE name = %s", (ANN,))
    with PostgresStore.open(shared) as store:
        assert [person.name for person in store.people()] == ["Ann"]


def test_a_superuser_too_sees_one_gallery_through_mien(store, postgres_url, make_face):
    store.enroll("Ann", [make_face(1)])
    with PostgresStore.open(f"{postgres_url}-other", create=True) as other:
        other.enroll("Bob", [make_face(2)])
        with other._pool.reading() as db:
            assert db.execute("SELECT count(*), min(gallery), max(gallery) FROM people").fetchone() == (
                1,
                other._pool.gallery,
                other._pool.gallery,
            )
            assert db.execute("SELECT current_user").fetchone() == ("mien_user",)


def test_who_owns_the_tables_and_is_no_superuser_is_bound_too(database, admin, make_face):
    admin.execute(f"CREATE ROLE {ANN} LOGIN")
    admin.execute(f"ALTER DATABASE {database.split('/')[3].split('?')[0]} OWNER TO {ANN}")
    own = database.replace("postgres:@", f"{ANN}@")
    with pytest.raises(GalleryError, match="CREATE EXTENSION vector"):
        PostgresStore.open(f"{own}&gallery=one", create=True)
    with psycopg.connect(database, autocommit=True) as db:
        db.execute("CREATE EXTENSION vector")
    with (
        PostgresStore.open(f"{own}&gallery=one", create=True) as one,
        PostgresStore.open(f"{own}&gallery=two", create=True) as two,
    ):
        one.enroll("Ann", [make_face(1)])
        assert two.people() == []
        with two._pool.reading() as db:
            assert db.execute("SELECT count(*) FROM mien.people").fetchone() == (0,)
            assert db.execute("SELECT count(*) FROM mien.faces_0").fetchone() == (0,)
        assert one.forget("Ann").cleaned
    with psycopg.connect(database, autocommit=True) as db:
        db.execute(f"REASSIGN OWNED BY {ANN} TO postgres")
        db.execute(f"DROP OWNED BY {ANN}")
        db.execute(f"DROP ROLE {ANN}")
