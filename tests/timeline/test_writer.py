"""A writer that is killed loses nothing that was committed, and the run that goes on ends like one that was not."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mien import ArgumentError, TimelineBusy, TimelineError, TimelineInvalid, TimelineNotFound
from mien.timeline import Writer, build, container, read, write
from mien.timeline.schema import SEGMENTS, samples
from mien.types import Column, Family
from tests.timeline import run
from tests.timeline.killing import killed_until_done
from tests.timeline.synthetic import synthetic

ROOT = Path(__file__).parents[2]
CHUNKS = 8


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.parquet"


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """The file of a run that nothing happened to."""
    path = tmp_path_factory.mktemp("unbroken") / "t.parquet"
    with Writer(path) as writer:
        run.go_on(writer, CHUNKS)
    return path


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_a_run_leaves_one_file(unbroken):
    assert names(unbroken.parent) == {"t.parquet"}
    timeline = read(unbroken)
    assert len(timeline.samples["mesh"]) == CHUNKS * run.ROWS
    assert build.column(timeline.segments, "label").tolist() == [str(i) for i in range(CHUNKS) if i % 2]
    assert timeline.provenance == run.PROVENANCE


@pytest.mark.parametrize("pieces", [1, 3, 20])
def test_chunks_of_any_size_give_the_file_of_one_write(tmp_path, pieces):
    whole = synthetic(20.0, 2, 5.0)
    write(whole, tmp_path / "whole.parquet")
    with Writer(tmp_path / "t.parquet") as writer:
        for number in range(pieces):
            for name, table in whole.samples.items():
                edges = np.linspace(0, len(table), pieces + 1).astype(int)
                writer.append(name, table.slice(edges[number], edges[number + 1] - edges[number]))
            writer.commit(number)
        for name in ("media", "tracks", "segments"):
            writer.append(name, getattr(whole, name))
        writer.finish(whole.provenance)
    assert (tmp_path / "t.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_a_run_goes_on_after_its_last_commit(path, unbroken):
    with Writer(path) as writer:
        assert writer.checkpoint is None
        for chunk, state in ((0, 0.0), (1, 1.0)):
            for name, table in run.rows(chunk, state).items():
                writer.append(name, table)
            writer.commit([chunk + 1, state])
        writer.append("mesh", run.rows(2, 3.0)["mesh"])  # and is never committed
    with Writer(path) as writer:
        assert writer.checkpoint == [2, 1.0]
        run.go_on(writer, CHUNKS)
    assert path.read_bytes() == unbroken.read_bytes()


def test_an_unfinished_run_can_be_looked_at(path):
    with Writer(path) as writer:
        for chunk in range(3):
            for name, table in run.rows(chunk, float(chunk)).items():
                writer.append(name, table)
            writer.commit(chunk)
        writer.append("voice", run.rows(3, 3.0)["voice"])
        for folder in (path.with_name("t.parquet.part"), f"{path}.part"):
            found = read(folder)
            assert found.provenance == {"finished": False}
            assert {name: len(found.samples[name]) for name in found.samples} == {
                "mesh": 3 * run.ROWS,
                "voice": 3 * run.ROWS,
            }
            assert build.column(found.segments, "label").tolist() == ["1"]
            assert len(found.media) == 0
    with pytest.raises(TimelineNotFound, match=r"not finished yet\. .*t\.parquet\.part"):
        read(path)


def test_a_family_that_nothing_was_found_for_is_an_empty_table(path):
    schema = samples(run.MESH)
    with Writer(path) as writer:
        writer.append("mesh", schema.empty_table())
        writer.finish({})
    assert read(path).samples["mesh"].schema.equals(schema, check_metadata=True)
    assert len(read(path).samples["mesh"]) == 0


def test_beginning_again(path, unbroken):
    with Writer(path) as writer:
        writer.append("voice", run.rows(5, 0.0)["voice"])
        writer.commit("of another run")
        writer.append("voice", run.rows(6, 0.0)["voice"])
        writer.discard()
        assert writer.checkpoint is None
        run.go_on(writer, CHUNKS)
    assert path.read_bytes() == unbroken.read_bytes()


def test_a_writer_that_wrote_nothing_leaves_nothing(path):
    with Writer(path):
        assert names(path.parent) == {"t.parquet.part"}
    assert names(path.parent) == set()


STEPS = 3 * (CHUNKS + 1) + CHUNKS  # flush, rename, flush for each file; then each part is removed


@pytest.mark.parametrize("step", range(STEPS))
def test_a_break_at_any_step_loses_nothing(path, unbroken, monkeypatch, step):
    left = iter(range(step))

    def breaks(real):
        def called(self, *arguments, **options):
            if self.name != run_lock and next(left, None) is None:
                raise KeyboardInterrupt
            return real(self, *arguments, **options)

        return called

    run_lock = "lock"
    told = []
    with monkeypatch.context() as patch:
        patch.setattr(container, "flush", breaks(container.flush))
        patch.setattr(Path, "replace", breaks(Path.replace))
        real = Path.unlink
        patch.setattr(
            Path, "unlink", lambda self, **o: real(self, **o) if o else breaks(real)(self)
        )  # cleaning up is let through
        with pytest.raises(KeyboardInterrupt), Writer(path) as writer:
            run.go_on(writer, CHUNKS, told.append)
    if path.exists():
        assert path.read_bytes() == unbroken.read_bytes()
    with Writer(path) as writer:
        acknowledged = max(told, default=0)
        committed = writer.checkpoint[0] if writer.checkpoint else 0
        assert committed in (acknowledged, acknowledged + 1) or path.exists()
        run.go_on(writer, CHUNKS)
    assert path.read_bytes() == unbroken.read_bytes()
    assert names(path.parent) == {"t.parquet"}


def test_kills_lose_nothing_that_was_committed(path, tmp_path):
    """SIGKILL at random moments, a dozen times, in writing, committing and merging alike."""
    outcome = killed_until_done(path, chunks=20, seed=0)
    assert outcome["lost"] == 0
    assert outcome["kills"] >= 6
    assert outcome["merging"] >= 1
    with Writer(tmp_path / "other.parquet") as writer:
        run.go_on(writer, 20)
    assert path.read_bytes() == (tmp_path / "other.parquet").read_bytes()
    assert names(tmp_path) == {"t.parquet", "other.parquet"}


def test_two_at_once_are_told_and_a_dead_one_is_not_waited_for(path):
    command = [
        sys.executable,
        "-c",
        "import sys; from mien.timeline import Writer; w = Writer(sys.argv[1]); print(1, ",
    ]
    command[-1] += "flush=True); input()"
    with subprocess.Popen(
        [*command, str(path)], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "1\n"
        with pytest.raises(TimelineBusy, match=rf"another process \(number {other.pid}\) is writing it"):
            Writer(path)
        other.send_signal(signal.SIGKILL)
    with Writer(path) as writer:
        assert writer.checkpoint is None
        with pytest.raises(TimelineBusy):
            Writer(path)


def test_rows_go_forward_in_time(path):
    with Writer(path) as writer:
        writer.append("voice", run.rows(1, 0.0)["voice"])
        with pytest.raises(
            ArgumentError, match=r"voice: rows of medium 0 from 0 s come after .* up to 1\.91667 s"
        ):
            writer.append("voice", run.rows(0, 0.0)["voice"])
        writer.commit(None)
    with Writer(path) as writer, pytest.raises(ArgumentError, match="come after"):
        writer.append("voice", run.rows(1, 0.0)["voice"])


def test_other_columns_are_told_when_they_are_appended(path):
    other = Family("voice", (Column("pitch", "float64"),), tracked=False)
    clash = Family("words", (Column("label", "float32"),), tracked=False)
    zero = np.zeros(1)
    with Writer(path) as writer:
        writer.append("voice", run.rows(0, 0.0)["voice"])
        with pytest.raises(ArgumentError, match=r"voice: other columns .*: pitch of double, pitch of float"):
            writer.append("voice", build.sample_table(other, 0, zero + 5, None, None, {"pitch": zero}))
        with pytest.raises(ArgumentError, match="'label' is string in one table and float in another"):
            writer.append("words", build.sample_table(clash, 0, zero, None, None, {"label": zero}))
        with pytest.raises(ArgumentError, match="segments: other columns"):
            writer.append("segments", SEGMENTS.empty_table().drop(["apex"]))
        with pytest.raises(ArgumentError, match="words: no column media and time"):
            writer.append("words", pa.table({"x": [1.0]}))


def test_tables_that_contradict_themselves_are_not_finished(path):
    with Writer(path) as writer:
        writer.append("mesh", run.rows(0, 0.0)["mesh"])
        writer.commit(1)
        with pytest.raises(ArgumentError, match="mesh: media 0 is not in the table of media"):
            writer.finish({})
        writer.append("media", build.media([{"media": 0, "path": "a", "kind": "video", "duration": 1.0}]))
        with pytest.raises(ArgumentError, match="mesh: track 0 is not in the table of tracks"):
            writer.finish({})
        assert not path.exists()
        writer.append("tracks", build.tracks(run.track(number, 1) for number in range(3)))
        writer.finish({})
    assert len(read(path).samples["mesh"]) == run.ROWS


def test_a_part_that_is_missing_or_damaged_is_told(path):
    with Writer(path) as writer:
        for chunk in range(3):
            writer.append("voice", run.rows(chunk, 0.0)["voice"])
            writer.commit(chunk)
    folder = path.with_name("t.parquet.part")
    (folder / "000002.parquet").write_bytes(b"PAR1")
    with pytest.raises(TimelineInvalid, match=r"000002\.parquet"):
        Writer(path)
    (folder / "000001.parquet").unlink()
    with pytest.raises(TimelineInvalid, match=r"000001\.parquet is missing"):
        Writer(path)
    assert "lock" not in names(folder)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(TimelineError, match="see that its folder exists"):
        Writer(tmp_path / "nowhere" / "t.parquet")


def test_merging_takes_little_memory(path, monkeypatch):
    """Some 12 MB of rows are merged in less than 4 MB, where row groups are of half a MB."""
    monkeypatch.setattr(container, "GROUP_BYTES", 2**19)
    family = Family("mesh", (Column("points", shape=(478, 3)),))
    rows, n = {"points": np.random.default_rng(0).normal(size=(100, 478, 3))}, 100
    with Writer(path) as writer:
        for chunk in range(20):
            times = chunk + np.arange(n) / n
            writer.append("mesh", build.sample_table(family, 0, times, None, np.zeros(n), rows))
            writer.commit(chunk)
        writer.append("media", build.media([{"media": 0, "path": "a", "kind": "video", "duration": 1.0}]))
        writer.append("tracks", build.tracks(run.track(number, 1) for number in range(3)))
        usual, counted = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
        pa.set_memory_pool(counted)
        try:
            writer.finish({})
        finally:
            pa.set_memory_pool(usual)
    assert 2**19 < counted.max_memory() < 2**22
    assert sum(len(piece) for piece in read(path).samples.pieces("mesh")) == 20 * n
