"""A replica of the server answers whatever only reads, and says so where something is to be written."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from mien.errors import GalleryError
from mien.gallery.stores.postgres import PostgresStore
from mien.gallery.stores.records import Kind
from tests.gallery.servers import start


@pytest.fixture
def replica(postgres_server):
    """The folder, and place of the socket, of a server that follows the first one."""
    first = parse_qs(urlsplit(postgres_server).query)["host"][0]
    server = start(Path(first))
    folder = Path(tempfile.mkdtemp(prefix="mien-replica-"))
    if server.system_user:
        shutil.chown(folder, server.system_user)

    def run(program, *arguments):
        command = [server.bin_path / program, *arguments]
        subprocess.run(command, check=True, user=server.system_user, stdout=subprocess.DEVNULL, stderr=log)

    with tempfile.TemporaryFile() as log:
        run("pg_basebackup", "-h", first, "-U", "postgres", "-D", folder, "-R", "-X", "stream", "-c", "fast")
        for left in (*folder.glob(".s.PGSQL*"), folder / "log", folder / ".handle_pids.json"):
            left.unlink(missing_ok=True)  # the first server keeps these among its data
        run("pg_ctl", "-w", "-D", folder, "-o", f'-h "" -k {folder}', "-l", folder / "log", "start")
        yield folder
        run("pg_ctl", "-w", "-D", folder, "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.mark.skipif(os.name != "posix", reason="the servers are reached by sockets")
def test_a_replica_is_searched_and_not_written_to(store, postgres_url, replica, make_face, model):
    store.enroll("Ann", [make_face(1)])
    first = parse_qs(urlsplit(postgres_url).query)["host"][0]
    with PostgresStore.open(postgres_url.replace(f"host={first}", f"host={replica}"), create=True) as copy:
        store.enroll("Bob", [make_face(2)])
        end = time.monotonic() + 10
        while copy.seq() < store.seq() and time.monotonic() < end:
            time.sleep(0.01)
        assert copy.people() == store.people()
        probe = make_face(2).embeddings[model][None]
        found = copy.searcher(model, Kind.PERSON).search(probe, 2)
        assert [each.tolist() for each in found] == [
            each.tolist() for each in store.searcher(model, Kind.PERSON).search(probe, 2)
        ]
        assert copy.problems() == []
        with pytest.raises(GalleryError, match="may only be read"):
            copy.add_person("Cyd")
    either = postgres_url.replace(f"host={first}", f"host={first},{replica}")
    with PostgresStore.open(f"{either}&target_session_attrs=prefer-standby") as chosen:
        with chosen._pool.reading() as db:
            assert db.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        assert len(chosen.people()) == 2
