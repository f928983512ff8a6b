"""A store on the server, an address in a database of its own, and a way to talk to the server as its administrator."""

import itertools
import os

import psycopg
import pytest

from mien.gallery.stores.postgres import PostgresStore

_numbers = itertools.count(1)


@pytest.fixture
def store(postgres_url):
    with PostgresStore.open(postgres_url, create=True) as opened:
        yield opened


@pytest.fixture
def admin(postgres_server):
    """A connection of the superuser, to which row-level security does not apply."""
    with psycopg.connect(postgres_server, autocommit=True) as db:
        yield db


@pytest.fixture
def database(admin, postgres_server):
    """The address of an empty database, for tests that break something."""
    name = f"own_{os.getpid()}_{next(_numbers)}"
    admin.execute(f"CREATE DATABASE {name}")
    yield postgres_server.replace("/postgres?", f"/{name}?")
    admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
