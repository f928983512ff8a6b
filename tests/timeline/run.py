"""Runs that write a timeline chunk by chunk and can be killed: `python -m tests.timeline.run`.

For each line PATH CHUNKS of its input it starts a run in a process of its own and prints "pid" with its number; the
run prints "from" with the number of chunks that are there, the number of each one when it is committed, and
"finished" at the end; when it is over, killed or not, "over" is printed. Rows follow from the chunk alone, and the
state that is carried from chunk to chunk is in the checkpoint.
"""

import os
import sys

import numpy as np

from mien.timeline import build
from mien.timeline.writer import Writer
from mien.types import Column, Family

MESH = Family("mesh", (Column("points", shape=(20, 3)), Column("presence")))
VOICE = Family("voice", (Column("pitch", unit="Hz"),), tracked=False)
PROVENANCE = {"models": {"mesh": "planted"}}
ROWS = 12  # of a chunk


def main() -> None:
    for line in sys.stdin:
        path, chunks = line.split()
        run = os.fork()
        if run == 0:
            with Writer(path) as writer:
                told(f"from {writer.checkpoint[0] if writer.checkpoint else 0}")
                go_on(writer, int(chunks), told)
            os._exit(0)
        told(f"pid {run}")
        os.waitpid(run, 0)
        told("over")


def told(text) -> None:
    """A line in one piece: the run and who started it write to the same pipe."""
    os.write(1, f"{text}\n".encode())


def go_on(writer: Writer, chunks: int, told=lambda text: None) -> None:
    """From wherever the writer's checkpoint is, to the end."""
    done, state = writer.checkpoint or (0, 0.0)
    for chunk in range(done, chunks):
        state += chunk
        for name, table in rows(chunk, state).items():
            writer.append(name, table)
        writer.commit([chunk + 1, state])
        told(chunk + 1)
    writer.append(
        "media", build.media([{"media": 0, "path": "a.mp4", "kind": "video", "duration": float(chunks)}])
    )
    writer.append("tracks", build.tracks(track(number, chunks) for number in range(3)))
    writer.finish(PROVENANCE)
    told("finished")


def rows(chunk: int, state: float) -> dict:
    rng = np.random.default_rng(chunk)
    times = chunk + np.arange(ROWS) / ROWS
    frames = chunk * ROWS + np.arange(ROWS)
    mesh = {"points": rng.normal(size=(ROWS, 20, 3)), "presence": np.full(ROWS, state)}
    segment = {
        "start": float(chunk),
        "end": chunk + 0.5,
        "layer": "x",
        "label": f"{chunk}",
        "model": "planted",
    }
    return {
        "mesh": build.sample_table(MESH, 0, times, frames, np.arange(ROWS) % 3, mesh),
        "voice": build.sample_table(VOICE, 0, times, None, None, {"pitch": rng.normal(size=ROWS)}),
        "segments": build.segments([segment] * (chunk % 2)),
    }


def track(number: int, chunks: int) -> dict:
    return {"track": number, "media": 0, "lane": number, "start": 0.0, "end": float(chunks), "looks": chunks}


if __name__ == "__main__":
    main()
